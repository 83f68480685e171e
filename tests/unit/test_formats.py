"""What version 1 wrote is read for good, and what a newer one writes is refused: files here are made by hand.

A change that fails these tests needs a new format, and a reader that still knows this one.
"""

import json

import numpy as np
import pytest

from expressiveness._io import load_table
from expressiveness.errors import ModelError, StoreError
from expressiveness.faces import ExtractionConfig, FaceStore, load_faces
from expressiveness.models import load_model
from expressiveness.movement import Movement
from expressiveness.video import Sampling

FACES = {
    "frame_number": np.array([1, 6], np.int32),
    "seconds": np.array([0, 0.5]),
    "box": np.full((2, 4), 0.25, np.float32),
    "score": np.array([0.9, 0.8], np.float32),
    "keypoints": np.zeros((2, 6, 2), np.float32),
    "face_index": np.array([0, 0], np.int32),
    "crop": np.full((2, 48, 48), 100, np.uint8),
    "sampled_number": np.array([1, 6, 11], np.int32),
    "sampled_seconds": np.array([0, 0.5, 1]),
}
MOVEMENT = {
    "frame_number": np.array([1, 4], np.int32),
    "seconds": np.array([0, 0.1]),
    "blendshapes": np.zeros((2, 52), np.float32),
    "landmarks": np.zeros((2, 69, 3), np.float32),
    "rotation": np.zeros((2, 3), np.float32),
    "size": np.array([120, 121], np.float32),
    "sampled_number": np.array([1, 4, 7], np.int32),
    "sampled_seconds": np.array([0, 0.1, 0.2]),
}
SAMPLING = {"every": 5, "rate": None, "spread": None, "max_frames": None, "max_faces": None, "horizon": None}
EXTRACTION = {"sampling": SAMPLING, "detector": "auto", "confidence": 0.5, "align": False}
STORE = "6f992fe90777"
"""The folder of a store of these settings, which is their digest."""

RECORD = {
    "format": 1,
    "network": None,
    "movement": {
        "weights": [1.0] * 26,
        "units": [1.0, 2.0, 3.0],
        "slopes": [0.3, 0.2, 0.1],
        "intercept": 0.5,
        "calibration": {"steepness": 2.0, "cuts": [-0.5, 0.5], "values": [-1.0, 1.0], "scores": [-2.0, 2.0]},
    },
    "categories": ["Reserved Expression", "Balanced Expression", "Expressive"],
    "config": {
        "model": "movement",
        "target": "facial_expression",
        "thresholds": {"low": -0.3, "high": 0.3},
        "face_input": "deviation",
        "split_by": "participant",
        "test_share": 0.2,
        "validation_share": 0.2,
        "epochs": 50,
        "batch_size": 32,
        "learning_rate": 0.001,
        "patience": 10,
        "rate_patience": 5,
        "min_learning_rate": 1e-06,
        "momentum": 0.9,
        "augment": True,
        "class_weights": True,
        "seed": 7,
    },
    "extraction": EXTRACTION,
    "thresholds": {"low": -0.3, "high": 0.3},
    "category_scores": [-0.9, 0.0, 0.9],
    "split": {"train": ["0001"], "validation": ["0002"], "test": ["0003"]},
    "history": {},
    "data": {"interviews": 3},
    "versions": {"expressiveness": "0.1.0"},
    "created": "2026-11-22T12:00:00+00:00",
    "evaluation": None,
}


def load_movement(path):
    return load_table(Movement, path, format=1, noun="movement")


@pytest.mark.parametrize(("columns", "load"), [(FACES, load_faces), (MOVEMENT, load_movement)])
def test_a_table_of_format_1_is_read_and_one_of_format_2_refused(columns, load, tmp_path):
    np.savez(tmp_path / "1.npz", format=np.int64(1), **columns)
    np.savez(tmp_path / "2.npz", format=np.int64(2), **columns)

    read = load(tmp_path / "1.npz")

    assert {name: getattr(read, name).tolist() for name in columns} == {
        name: columns[name].tolist() for name in columns
    }
    with pytest.raises(StoreError, match="format 2, newer than this version reads; update expressiveness"):
        load(tmp_path / "2.npz")


def test_a_store_of_format_1_is_opened_where_the_same_settings_look_for_it(tmp_path):
    (tmp_path / STORE).mkdir()
    (tmp_path / STORE / "settings.json").write_text(json.dumps({"format": 1, **EXTRACTION}))

    opened = FaceStore.open(tmp_path)

    assert opened.config == ExtractionConfig(sampling=Sampling(every=5), detector="auto", confidence=0.5, align=False)
    assert opened.folder == tmp_path / STORE


def test_a_model_of_format_1_is_read_and_one_of_a_newer_format_refused(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps(RECORD))

    read = load_model(tmp_path)

    assert read.model.fitted.slopes == (0.3, 0.2, 0.1, 0.0)  # it knew no intensity
    assert read.model.fitted.calibration.cuts == (-0.5, 0.5)
    assert (read.config.seed, read.split.test, read.extraction.sampling.every) == (7, ("0003",), 5)
    (tmp_path / "model.json").write_text(json.dumps({**RECORD, "format": 3}))
    with pytest.raises(ModelError, match="format 3, newer than this version reads; update expressiveness"):
        load_model(tmp_path)
