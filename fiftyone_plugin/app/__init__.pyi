from .launch import InstalledPlugin, install_plugin, installed_plugin, load_dataset, open_app
from .workspace import NO_INTERVIEWS_YET, WORKSPACE, prepared

__all__ = [
    "NO_INTERVIEWS_YET",
    "WORKSPACE",
    "InstalledPlugin",
    "install_plugin",
    "installed_plugin",
    "load_dataset",
    "open_app",
    "prepared",
]
