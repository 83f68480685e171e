"""The kinds of model, and the formats they are exported in; nothing heavy, so that `--help` can list them."""

from __future__ import annotations

from typing import Literal, get_args

ModelKind = Literal["notebook_cnn", "movement"]
"""The notebook's network on face crops, or `movement_model` on how the face moves."""
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)

ExportFormat = Literal["notebook", "keras", "savedmodel", "tflite", "onnx"]
"""The notebook's four files, or one that others read."""
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
