import numpy as np
import pytest

from expressiveness.data import read_interviews
from expressiveness.errors import StoreError
from expressiveness.movement import MovementStore, extract_movements, load_movements, read_movement
from expressiveness.movement.movement_table import LANDMARKS
from tests.interviews import interview, write_portrait_video
from tests.media import write_grey_ramp
from tests.movements import drawn, movement


def test_movement_is_stored_as_it_was_read_and_never_half_written(tmp_path):
    recorded = interview(video=write_grey_ramp(tmp_path / "a.mp4"))
    store, written = MovementStore(tmp_path / "faces"), movement(drawn())

    store.save(recorded, written)
    read = store.load(recorded)

    assert all(np.array_equal(getattr(read, name), getattr(written, name)) for name in written.__slots__)
    assert [file.suffix for file in store.path(recorded).parent.iterdir()] == [".npz"]
    store.path(recorded).write_bytes(b"half")
    with pytest.raises(StoreError, match="damaged"):
        store.load(recorded)


def test_a_video_without_a_face_has_frames_but_no_movement(tmp_path):
    empty = read_movement(write_grey_ramp(tmp_path / "a.mp4", frames=20))

    assert (len(empty), len(empty.sampled_number), empty.detection_rate) == (0, 20, 0)


def test_frames_are_read_at_ten_a_second_whatever_the_frame_rate(tmp_path):
    video = write_portrait_video(tmp_path / "a.mp4", frames=30, fps=30)

    found = read_movement(video)

    assert found.frame_number.tolist() == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28]
    assert found.blendshapes.shape == (10, 52)
    assert found.landmarks.shape == (10, LANDMARKS, 3)
    assert found.doubt is None
    assert 60 < found.size[0] < 200


@pytest.mark.slow
def test_interviews_are_read_once_and_stored_beside_their_faces(sample_interviews, tmp_path):
    interviews = read_interviews(sample_interviews).interviews[:3]
    store = MovementStore(tmp_path)

    first, second = (extract_movements(interviews, store, workers=1) for _ in range(2))

    assert (first.succeeded, second.succeeded, second.skipped) == (3, 0, 3)
    assert set(load_movements(interviews, store)) == {i.id for i in interviews}
