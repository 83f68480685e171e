from .launch import install_plugin, load_dataset, open_app
from .workspace import NO_INTERVIEWS_YET, WORKSPACE, prepared

__all__ = [
    "NO_INTERVIEWS_YET",
    "WORKSPACE",
    "install_plugin",
    "load_dataset",
    "open_app",
    "prepared",
]
