"""Export a trained model: as the notebook's four files, Keras, SavedModel, TensorFlow Lite or ONNX.

An export is a folder with the network, `preprocessing.json`, which describes its inputs and outputs, and the model
card. In every format the network takes faces of shape (n, 48, 48, 1) and returns probabilities of shape (n, 3), in the
order of `CATEGORIES`.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from expressiveness._io import atomic_folder
from expressiveness.data import CATEGORIES
from expressiveness.faces import CROP_SIZE, PADDING
from expressiveness.models.cards import model_card
from expressiveness.models.cnn import INPUT_UNIT, FaceInput
from expressiveness.models.trained_model import CARD, TrainedModel
from expressiveness.registry import Registry

PREPROCESSING = "preprocessing.json"

EXPORTS: Registry[Callable[[Any, Path], None]] = Registry(
    "expressiveness.exports",
    "export format",
    {
        "notebook": "expressiveness.models.cnn.export_formats:write_notebook",
        "keras": "expressiveness.models.cnn.export_formats:write_keras",
        "savedmodel": "expressiveness.models.cnn.export_formats:write_saved_model",
        "tflite": "expressiveness.models.cnn.export_formats:write_tflite",
        "onnx": "expressiveness.models.cnn.export_formats:write_onnx",
    },
)
"""Functions by format name; each writes a Keras model into an existing folder."""


def export_model(model: TrainedModel, out: Path | str, format: str) -> Path:
    """Write a model in another format, whole or not at all.

    Args:
        model: to export; not modified.
        out: a new or empty folder, or one with an earlier export in the same format, which is replaced.
        format: a name in `EXPORTS`.

    Returns:
        `out`.

    Raises:
        ConfigError: there is no such format.
        ModelError: a required package is missing, or the model has no network.
        OutputError: the folder cannot be written, or holds something that we did not write.
        BusyError: another run has been writing it for a minute.
    """
    write = EXPORTS[format]
    out, network = Path(out), model.able_to("export").network
    with atomic_folder(out, kind=f"{format} export") as unfinished:
        with _quiet():
            write(network, unfinished)
        (unfinished / PREPROCESSING).write_text(
            json.dumps(preprocessing(model, format), indent=2) + "\n", encoding="utf-8"
        )
        (unfinished / CARD).write_text(model_card(model.record()), encoding="utf-8")
    return out


def preprocessing(model: TrainedModel, format: str) -> dict[str, Any]:
    """The inputs and outputs of an exported network, ready for JSON."""
    face_input = model.config.options.face_input
    return {
        "format": format,
        "input": {
            "shape": [None, CROP_SIZE, CROP_SIZE, 1],
            "dtype": "float32",
            "face_input": face_input,
            "value": "(crop - subtracted) / gray_levels_per_unit",
            "subtracted": _SUBTRACTED[face_input],
            "gray_levels_per_unit": INPUT_UNIT[face_input],
            "crop": {
                "detector": f"BlazeFace, {model.extraction.detector}",
                "least_confidence": model.extraction.confidence,
                "padding_of_face_width": PADDING,
                "eyes_levelled": model.extraction.align,
                "color": "gray: 0.299 red + 0.587 green + 0.114 blue",
                "size": [CROP_SIZE, CROP_SIZE],
                "resized": "bilinear",
            },
        },
        "output": {
            "shape": [None, len(CATEGORIES)],
            "value": "probabilities",
            "categories": list(CATEGORIES),
        },
        "target": model.config.target,
        "thresholds": asdict(model.thresholds),
        "category_scores": list(model.category_scores),
    }


_SUBTRACTED: dict[FaceInput, str] = {"deviation": "the mean crop of the same video", "single": "nothing"}


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the converters' own warnings: that H5 is a legacy format, and NumPy deprecations."""
    logger = logging.getLogger("absl")  # Keras's
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
