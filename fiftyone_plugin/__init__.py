"""The FiftyOne plugin for interviews. FiftyOne runs this file at every registry access: it registers, and no more."""

from .operators import OPERATORS


def register(plugin):
    """Called by FiftyOne with the plugin's context."""
    for operator in OPERATORS:
        plugin.register(operator)
