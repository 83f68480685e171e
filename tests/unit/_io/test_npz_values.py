"""A table from a stranger holds what a video can have."""

from dataclasses import replace

import numpy as np
import pytest

from expressiveness._io import load_table, save_table
from expressiveness.errors import StoreError
from expressiveness.faces import load_faces, save_faces
from expressiveness.movement import Movement
from expressiveness.movement.movement_store import FORMAT
from tests.movements import acted
from tests.unit.faces.test_face_table import table


@pytest.mark.parametrize(
    ("column", "values", "sentence"),
    [
        ("box", [np.nan], "box holds what is no number"),
        ("keypoints", [np.inf], "keypoints holds what is no number"),
        ("frame_number", [-1], "frame_number is not in order from 1"),
        ("sampled_number", [9, 1, 2], "sampled_number is not in order from 1"),
        ("sampled_seconds", [2.0, 1.0, 0.5], "sampled_seconds is not in order from 0"),
    ],
)
def test_faces_with_a_value_that_no_video_has_are_refused_by_column(tmp_path, column, values, sentence):
    faces = table(1, 1, 1)
    spoilt = getattr(faces, column).copy()
    spoilt.reshape(len(spoilt), -1)[: len(values), 0] = values
    save_faces(replace(faces, **{column: spoilt}), tmp_path / "faces.npz")

    with pytest.raises(StoreError, match=f"faces.npz is damaged .{sentence}"):
        load_faces(tmp_path / "faces.npz")


def test_movement_with_what_is_no_number_is_refused(tmp_path):
    movement = acted(0.5)
    rotation = movement.rotation.copy()
    rotation[3, 1] = np.nan
    save_table(replace(movement, rotation=rotation), tmp_path / "movement.npz", format=FORMAT)

    with pytest.raises(StoreError, match="rotation holds what is no number"):
        load_table(Movement, tmp_path / "movement.npz", format=FORMAT, noun="movement")
