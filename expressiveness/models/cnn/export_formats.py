"""The formats that a network is exported in; nothing heavy, so that `--help` can list them."""

from __future__ import annotations

from typing import Literal, get_args

ExportFormat = Literal["notebook", "keras", "savedmodel", "tflite", "onnx"]
"""The notebook's four files, or one that others read."""
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
