"""Stored faces as pictures, under what they count as."""

import cv2
import numpy as np
import pytest

from expressiveness.data import BALANCED, CATEGORIES, EXPRESSIVE, RESERVED, Curation, FaceDecision, Thresholds
from expressiveness.faces import FaceStore, put_faces
from tests.face_tables import grey_faces
from tests.interviews import interview


@pytest.fixture
def stored(tmp_path):
    """A reserved and an expressive interview with three faces each, and one whose faces are not stored."""
    store = FaceStore(tmp_path / "store")
    interviews = []
    for number, score in ((1, -1.0), (2, 1.0), (3, 0.0)):
        video = tmp_path / f"{number}.mp4"
        video.write_bytes(bytes([number]) * 10)
        interviews.append(interview(number, video=video, score=score))
    for one in interviews[:2]:
        store.save(one, grey_faces(10 * int(one.id)))
    return interviews, store


def write(stored, folder, curation=None):
    interviews, store = stored
    return put_faces(
        interviews, store, folder, target="facial_expression", thresholds=Thresholds(), curation=curation or Curation()
    )


def test_every_face_lies_once_under_its_category_as_it_is_stored(stored, tmp_path):
    written = write(stored, tmp_path / "out")

    names = {category: sorted(path.name for path in (tmp_path / "out" / category).iterdir()) for category in CATEGORIES}
    assert names == {
        RESERVED: ["0001_000001.png", "0001_000006.png", "0001_000011.png"],
        BALANCED: [],
        EXPRESSIVE: ["0002_000001.png", "0002_000006.png", "0002_000011.png"],
    }
    assert written.faces == {RESERVED: 3, BALANCED: 0, EXPRESSIVE: 3}
    assert [failure.id for failure in written.failures] == ["0003"]
    picture = cv2.imread(str(tmp_path / "out" / EXPRESSIVE / "0002_000006.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(picture, np.full((48, 48), 21, dtype=np.uint8))


def test_a_corrected_face_moves_and_an_excluded_one_is_left_out(stored, tmp_path):
    curation = Curation(faces=(FaceDecision("0001", 6, BALANCED), FaceDecision("0002", 1, excluded=True)))

    written = write(stored, tmp_path / "out", curation)

    assert (written.corrected, written.excluded) == (1, 1)
    assert written.faces == {RESERVED: 2, BALANCED: 1, EXPRESSIVE: 2}
    assert [path.name for path in (tmp_path / "out" / BALANCED).iterdir()] == ["0001_000006.png"]
