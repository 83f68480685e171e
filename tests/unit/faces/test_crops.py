import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.faces import Face, FaceDetector, face_crop
from expressiveness.faces.crops import padded_box, roll_degrees
from tests.interviews import portrait, tilted


def face(box, keypoints=None):
    points = np.zeros((6, 2), np.float32) if keypoints is None else np.array(keypoints, np.float32)
    return Face(box=box, score=0.9, keypoints=points)


@pytest.mark.parametrize(
    ("box", "padded"),
    [
        # 640x480: 0.25 * 640 = 160, 0.25 * 480 = 120, 0.3125 * 640 = 200, 0.5 * 480 = 240, a tenth of 200 is 20
        ((0.25, 0.25, 0.3125, 0.5), (140, 100, 380, 380)),
        # A face at the left edge: the padding is clipped there and kept on the right.
        ((0.0, 0.25, 0.3125, 0.5), (0, 100, 220, 380)),
        ((-0.05, -0.05, 0.3125, 0.5), (0, 0, 188, 236)),
        ((0.75, 0.75, 0.3125, 0.5), (460, 340, 640, 480)),
        # 0.1 of 55 pixels is cut to 5
        ((0.5, 0.5, 55.9 / 640, 55.9 / 480), (315, 235, 380, 300)),
    ],
)
def test_a_box_is_padded_by_a_tenth_of_the_faces_width_on_each_side_and_clipped(box, padded):
    assert padded_box(box, width=640, height=480) == padded


@given(st.tuples(*[st.floats(-0.5, 1.5)] * 2, *[st.floats(0, 1.5)] * 2))
def test_a_crop_is_always_48_by_48_gray_bytes(box):
    crop = face_crop(np.full((60, 80, 3), 200, np.uint8), face(box))

    assert crop.shape == (48, 48)
    assert crop.dtype == np.uint8
    assert set(np.unique(crop)) <= {0, 200}


def test_a_crop_is_what_the_notebooks_own_lines_cut_out():
    picture = portrait()
    crop = face_crop(picture, face((0.3, 0.2, 0.4, 0.4)))

    left, top, width, height = int(0.3 * 256), int(0.2 * 256), int(0.4 * 256), int(0.4 * 256)
    padding = int(0.1 * width)
    bgr = picture[..., ::-1][top - padding : top + height + padding, left - padding : left + width + padding]
    expected = cv2.resize(cv2.cvtColor(np.ascontiguousarray(bgr), cv2.COLOR_BGR2GRAY), (48, 48))

    assert np.abs(crop.astype(int) - expected).max() <= 1


def test_roll_is_the_angle_of_the_line_through_the_eyes_in_pixels():
    eyes = [(0.25, 0.5), (0.75, 0.6), *[(0, 0)] * 4]  # the person's right eye is on the left of the picture

    # 0.5 of 200 across, 0.1 of 100 down
    assert roll_degrees(face((0, 0, 1, 1), eyes).keypoints, width=200, height=100) == pytest.approx(5.7106, abs=1e-3)


def test_alignment_turns_a_tilted_face_until_its_eyes_lie_level():
    upright = portrait()
    leaning = tilted(upright, 20)
    with FaceDetector() as detector:
        [straight, *_], [bent, *_] = detector.detect(upright), detector.detect(leaning)

    level = face_crop(upright, straight, align=True).astype(float)
    aligned = face_crop(leaning, bent, align=True).astype(float)
    crooked = face_crop(leaning, bent).astype(float)

    assert roll_degrees(bent.keypoints, width=256, height=256) > 10
    assert np.corrcoef(level.ravel(), aligned.ravel())[0, 1] > np.corrcoef(level.ravel(), crooked.ravel())[0, 1] + 0.1
