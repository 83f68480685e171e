"""The FiftyOne plugin for interviews. FiftyOne runs this file at every registry access: it registers, and no more."""

from .dataset import know_video_files
from .operators import OPERATORS
from .panels import PANELS
from .requirements import missing_packages


def register(plugin):
    """Called by FiftyOne with the plugin's context."""
    if not missing_packages():
        know_video_files()
    for part in (*OPERATORS, *PANELS):
        plugin.register(part)
