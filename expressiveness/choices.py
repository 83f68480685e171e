"""What is chosen by name, in settings and on the command line; nothing heavy, so that `--help` can list it."""

from __future__ import annotations

from typing import Literal, get_args

DetectorKind = Literal["auto", "short", "full"]
"""MediaPipe's model of short range, of full range, or the latter where the former found nothing."""
DETECTORS: tuple[DetectorKind, ...] = get_args(DetectorKind)

ModelKind = Literal["notebook_cnn", "movement"]
"""The notebook's network on face crops, or `movement_model` on how the face moves."""
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)

ExportFormat = Literal["notebook", "keras", "savedmodel", "tflite", "onnx"]
"""The notebook's four files, or one that others read."""
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)

ExecutorKind = Literal["local", "ray"]
"""This machine's cores, or a cluster's."""

FigureFormat = Literal["png", "svg"]
"""Of a figure's file."""
FIGURE_FORMATS: tuple[FigureFormat, ...] = get_args(FigureFormat)
