"""What both panels stand in."""

from __future__ import annotations

from fiftyone.operators import types


def root_view() -> types.GridView:
    """A column over the whole panel, filled from the top."""
    from_the_top = {"grid": {"sx": {"alignContent": "start"}}}
    return types.GridView(orientation="vertical", gap=2, width=100, height=100, pad=2, componentsProps=from_the_top)
