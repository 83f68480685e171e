"""A trained model in the formats of others: the notebook's four files, Keras, SavedModel, TensorFlow Lite, ONNX.

An export is a folder that holds the network, `preprocessing.json`, which says what to feed it and what its outputs
mean, and the model card. The network takes faces of shape (n, 48, 48, 1) and gives probabilities of shape (n, 3), in
the order of `CATEGORIES`, in every format.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import keras
import numpy as np

from expressiveness._io import atomic_folder
from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from expressiveness.faces import CROP_SIZE, PADDING
from expressiveness.models.cnn import EXPORT_FORMATS, INPUT_UNIT, ExportFormat, FaceInput
from expressiveness.models.model_card import model_card
from expressiveness.models.trained_model import TrainedModel

PREPROCESSING, CARD = "preprocessing.json", "README.md"

NOTEBOOK_MODEL = "Facial_Expressiveness_Recognition_Model.h5"
NOTEBOOK_ARCHITECTURE = "Facial_Expressiveness_Recognition_Model.json"
NOTEBOOK_WEIGHTS = "expressiveness_model_weights.h5"
NOTEBOOK_CLASSES = "label_encoder_classes.npy"
KERAS_FILE, SAVED_MODEL_FOLDER, TFLITE_FILE, ONNX_FILE = "model.keras", "saved_model", "model.tflite", "model.onnx"


def export_model(model: TrainedModel, out: Path | str, format: ExportFormat) -> Path:
    """Write a model in another format, whole or not at all.

    Args:
        model: to export; it is not changed.
        out: a new or empty folder, or one with an earlier export in the same format, which is replaced.
        format: one of `EXPORT_FORMATS`.

    Returns:
        `out`.

    Raises:
        ModelError: an unknown format, a package missing that it needs, or a model without a network.
        OutputError: the folder cannot be written, or holds something that we did not write.
        BusyError: another run has been writing it for a minute.
    """
    if format not in EXPORT_FORMATS:
        raise ModelError(f"format {format!r}; choose from {', '.join(EXPORT_FORMATS)}")
    if format == "onnx" and not (find_spec("tf2onnx") and find_spec("onnx")):
        raise ModelError("ONNX needs packages that are not installed; run: pip install 'expressiveness[onnx]'")
    out, network = Path(out), model.able_to("export").network
    with atomic_folder(out, kind=f"{format} export") as unfinished:
        with _quiet():
            _WRITERS[format](network, unfinished)
        (unfinished / PREPROCESSING).write_text(json.dumps(preprocessing(model, format), indent=2) + "\n")
        (unfinished / CARD).write_text(model_card(model.record()), encoding="utf-8")
    return out


def preprocessing(model: TrainedModel, format: ExportFormat) -> dict[str, Any]:
    """What an exported network takes and gives, as JSON holds it."""
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
    """Keep back what the converters say of themselves: that H5 is old, and that NumPy has changed."""
    logger = logging.getLogger("absl")  # Keras's
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def _write_notebook(network: keras.Model, folder: Path) -> None:
    """The four files of the notebook's section 9, for its section 10 to read as it stands.

    Its LabelEncoder sorted the classes and the network's outputs with them. Here both have the order of `CATEGORIES`,
    so `label_classes[np.argmax(prediction)]` stays right. Compiled as there, so that `evaluate` works on the model.
    """
    compiled = keras.models.clone_model(network)
    compiled.set_weights(network.get_weights())
    compiled.compile(optimizer=keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
    compiled.save(folder / NOTEBOOK_MODEL)
    (folder / NOTEBOOK_ARCHITECTURE).write_text(network.to_json(), encoding="utf-8")
    _write_legacy_weights(folder / NOTEBOOK_MODEL, folder / NOTEBOOK_WEIGHTS)
    np.save(folder / NOTEBOOK_CLASSES, np.array(CATEGORIES), allow_pickle=False)


def _write_legacy_weights(model: Path, weights: Path) -> None:
    """Write the weights of an H5 model as a file of their own.

    Keras 3 saves weights to names in `.weights.h5` alone, in a layout that it reads from such names alone. What it
    reads from any other `.h5` is the older layout, which stands inside a whole H5 model.
    """
    with h5py.File(model) as whole, h5py.File(weights, "w") as file:
        group = whole["model_weights"]
        for name in group:
            group.copy(name, file)
        file.attrs.update(group.attrs)


def _write_keras(network: keras.Model, folder: Path) -> None:
    network.save(folder / KERAS_FILE)


def _write_saved_model(network: keras.Model, folder: Path) -> None:
    network.export(folder / SAVED_MODEL_FOLDER, format="tf_saved_model", verbose=False)


def _write_tflite(network: keras.Model, folder: Path) -> None:
    import tensorflow as tf  # Keras has an exporter of its own only from 3.13 on, which Python 3.10 does not get

    with TemporaryDirectory() as unpacked:
        _write_saved_model(network, Path(unpacked))
        converter = tf.lite.TFLiteConverter.from_saved_model(str(Path(unpacked) / SAVED_MODEL_FOLDER))
        (folder / TFLITE_FILE).write_bytes(converter.convert())


def _write_onnx(network: keras.Model, folder: Path) -> None:
    network(np.zeros((1, CROP_SIZE, CROP_SIZE, 1), dtype=np.float32))  # Keras exports no network that never ran
    network.export(folder / ONNX_FILE, format="onnx", verbose=False)


_WRITERS: dict[ExportFormat, Callable[[keras.Model, Path], None]] = {
    "notebook": _write_notebook,
    "keras": _write_keras,
    "savedmodel": _write_saved_model,
    "tflite": _write_tflite,
    "onnx": _write_onnx,
}
