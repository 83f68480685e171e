"""The FiftyOne plugin for interviews. FiftyOne runs this file at every registry access: it registers, and no more."""

from contextlib import suppress

from .dataset import know_video_files
from .operators import OPERATORS
from .panels import PANELS


def register(plugin):
    """Called by FiftyOne with the plugin's context."""
    with suppress(ImportError):  # where the core is missing, the forms say so
        know_video_files()
    for part in (*OPERATORS, *PANELS):
        plugin.register(part)
