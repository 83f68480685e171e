"""Writers for the export formats: the notebook's four files, Keras, SavedModel, TensorFlow Lite and ONNX."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import keras
import numpy as np

from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from expressiveness.faces import CROP_SIZE

NOTEBOOK_MODEL = "Facial_Expressiveness_Recognition_Model.h5"
NOTEBOOK_ARCHITECTURE = "Facial_Expressiveness_Recognition_Model.json"
NOTEBOOK_WEIGHTS = "expressiveness_model_weights.h5"
NOTEBOOK_CLASSES = "label_encoder_classes.npy"
KERAS_FILE, SAVED_MODEL_FOLDER, TFLITE_FILE, ONNX_FILE = "model.keras", "saved_model", "model.tflite", "model.onnx"


def write_notebook(network: keras.Model, folder: Path) -> None:
    """Write the four files of the notebook's section 9, which its section 10 reads unchanged.

    The notebook's LabelEncoder sorts the classes, and so the network's outputs. Here both are in the order of
    `CATEGORIES`, so `label_classes[np.argmax(prediction)]` still works. The model is compiled, as in the notebook, so
    that `evaluate` works.
    """
    compiled = keras.models.clone_model(network)
    compiled.set_weights(network.get_weights())
    compiled.compile(optimizer=keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
    compiled.save(folder / NOTEBOOK_MODEL)
    (folder / NOTEBOOK_ARCHITECTURE).write_text(network.to_json(), encoding="utf-8")
    _write_legacy_weights(folder / NOTEBOOK_MODEL, folder / NOTEBOOK_WEIGHTS)
    np.save(folder / NOTEBOOK_CLASSES, np.array(CATEGORIES), allow_pickle=False)


def write_keras(network: keras.Model, folder: Path) -> None:
    """Write Keras's native format."""
    network.save(folder / KERAS_FILE)


def write_saved_model(network: keras.Model, folder: Path) -> None:
    """Write a TensorFlow SavedModel."""
    network.export(folder / SAVED_MODEL_FOLDER, format="tf_saved_model", verbose=False)


def write_tflite(network: keras.Model, folder: Path) -> None:
    """Write a TensorFlow Lite file."""
    import tensorflow as tf  # Keras's own exporter needs 3.13, which does not support Python 3.10

    with TemporaryDirectory() as unpacked:
        write_saved_model(network, Path(unpacked))
        converter = tf.lite.TFLiteConverter.from_saved_model(str(Path(unpacked) / SAVED_MODEL_FOLDER))
        (folder / TFLITE_FILE).write_bytes(converter.convert())


def write_onnx(network: keras.Model, folder: Path) -> None:
    """Write an ONNX file.

    Raises:
        ModelError: the packages for it are missing.
    """
    if not (find_spec("tf2onnx") and find_spec("onnx")):
        raise ModelError("ONNX needs packages that are not installed; run: pip install 'expressiveness[onnx]'")
    network(np.zeros((1, CROP_SIZE, CROP_SIZE, 1), dtype=np.float32))  # Keras cannot export one that never ran
    network.export(folder / ONNX_FILE, format="onnx", verbose=False)


def _write_legacy_weights(model: Path, weights: Path) -> None:
    """Write the weights of an H5 model to a separate file.

    Keras 3 writes and reads its new layout only for names ending in `.weights.h5`. From any other `.h5` file it reads
    the legacy layout, which is copied here out of a whole H5 model.
    """
    with h5py.File(model) as whole, h5py.File(weights, "w") as file:
        group = whole["model_weights"]
        for name in group:
            group.copy(name, file)
        file.attrs.update(group.attrs)
