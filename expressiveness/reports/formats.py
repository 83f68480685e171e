"""The formats of figures; nothing heavy, so that `--help` can list them."""

from __future__ import annotations

from typing import Literal, get_args

FigureFormat = Literal["png", "svg"]
"""Of a figure's file."""
FIGURE_FORMATS: tuple[FigureFormat, ...] = get_args(FigureFormat)
