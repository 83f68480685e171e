"""The faces of a video side by side, one a second."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from expressiveness.faces import face_strip
from expressiveness.faces.strips import MOST
from tests.face_tables import face_table, grey_faces


def test_the_first_face_of_each_second_stands_in_one_row():
    faces = replace(grey_faces(50, frames=(1, 6, 11, 41)), seconds=np.array([0.1, 0.9, 1.0, 3.5]))

    strip = face_strip(faces)

    assert (strip.frame_numbers, strip.seconds) == ((1, 11, 41), (0.1, 1.0, 3.5))
    picture = cv2.imdecode(np.frombuffer(strip.jpeg, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture.shape == (48, 3 * 48)
    assert picture[24, 24::48].tolist() == pytest.approx([50, 52, 53], abs=2)


def test_only_the_interviewee_is_shown_and_nobody_where_there_is_none():
    assert face_strip(face_table((1, 1), looked_at=(1, 2))) is None
    assert face_strip(face_table((1, 0), (1, 1), looked_at=(1,))).frame_numbers == (1,)


def test_a_long_video_has_fewer_faces_a_second():
    frames = range(1, 2 * MOST)
    faces = replace(grey_faces(0, frames=frames), seconds=np.arange(len(frames), dtype=np.float64))

    assert len(face_strip(faces).seconds) <= MOST
