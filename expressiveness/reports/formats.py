"""The file formats of figures, without heavy imports so that `--help` can list them."""

from __future__ import annotations

from typing import Literal, get_args

FigureFormat = Literal["png", "svg"]
FIGURE_FORMATS: tuple[FigureFormat, ...] = get_args(FigureFormat)
