from .launch import install_plugin, load_dataset, open_app

__all__ = [
    "install_plugin",
    "load_dataset",
    "open_app",
]
