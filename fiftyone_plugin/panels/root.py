"""What both panels stand in."""

from __future__ import annotations

from fiftyone.operators import types


def root_view() -> types.GridView:
    """A column as wide as the panel, filled from the top."""
    column = {"grid": {"sx": {"alignContent": "start", "gridTemplateColumns": "minmax(0, 1fr)"}}}
    return types.GridView(orientation="vertical", gap=2, width=100, height=100, pad=2, componentsProps=column)
