import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressiveness.dynamics import (
    BLENDSHAPES,
    EXPRESSIVE_COLUMNS,
    LEAST_SIZE,
    RATE,
    MovementStore,
    expressiveness_of,
    extract_movements,
    load_movements,
    movement_of,
    read_movement,
)
from expressiveness.errors import StoreError
from expressiveness.interviews import read_interviews
from tests.interviews import interview, write_portrait_video
from tests.media import write_grey_ramp

CHANGES = ("std", "velocity", "p90")


def movement(blendshapes, *, size=100.0, frames=None, rotation=None):
    """Movement of made-up blendshapes, shape (n, 52), at 10 Hz, of `frames` frames looked at."""
    rotations = np.zeros((len(blendshapes), 3)) if rotation is None else rotation
    rows = [(n + 1, n / RATE, values, rotations[n], size) for n, values in enumerate(blendshapes)]
    return movement_of(rows, [(n + 1, n / RATE) for n in range(frames or len(rows))])


def drawn(seed=0, frames=30):
    return np.random.default_rng(seed).random((frames, len(BLENDSHAPES)), np.float32) / 4


@settings(deadline=None)
@given(st.integers(0, 1000), st.floats(0, 0.5))
def test_a_face_that_is_otherwise_built_but_moves_alike_is_as_expressive(seed, offset):
    for measure in CHANGES:
        at_rest, shifted = (
            expressiveness_of(movement(values), measure) for values in (drawn(seed), drawn(seed) + np.float32(offset))
        )
        assert shifted == pytest.approx(at_rest, rel=1e-3)


@settings(deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 3))
def test_a_movement_twice_as_large_is_twice_as_expressive(seed, scale):
    for measure in (*CHANGES, "mean"):
        once, scaled = (
            expressiveness_of(movement(values), measure) for values in (drawn(seed), drawn(seed) * np.float32(scale))
        )
        assert scaled == pytest.approx(scale * once, rel=1e-4)


@pytest.mark.parametrize("measure", CHANGES)
def test_a_face_that_does_not_move_is_not_expressive_at_all(measure):
    assert expressiveness_of(movement(np.full((20, 52), 0.7))) == pytest.approx(0, abs=1e-6)


def test_the_order_of_frames_is_nothing_to_the_spread_but_all_to_the_velocity():
    values = np.sort(drawn(), axis=0)
    shuffled = np.random.default_rng(1).permutation(values)

    assert expressiveness_of(movement(values)) == pytest.approx(expressiveness_of(movement(shuffled)))
    assert expressiveness_of(movement(values), "velocity") < expressiveness_of(movement(shuffled), "velocity")


def test_each_measure_is_the_formula_that_is_documented():
    values = np.zeros((20, 52))
    values[::2, BLENDSHAPES.index("jawOpen")] = 0.4
    values[::2, BLENDSHAPES.index("mouthSmileLeft")] = 0.2

    made_up = movement(values)

    assert expressiveness_of(made_up) == pytest.approx(np.sqrt(0.2**2 + 0.1**2))
    assert expressiveness_of(made_up, "velocity") == pytest.approx(0.6)
    assert expressiveness_of(made_up, "p90") == pytest.approx(0.3)  # above the medians, which are 0.2 and 0.1
    assert expressiveness_of(made_up, "mean") == pytest.approx(0.3)


def test_looking_around_and_blinking_are_no_expression():
    values = np.zeros((20, 52))
    values[::2, ~EXPRESSIVE_COLUMNS] = 1

    assert [expressiveness_of(movement(values), measure) for measure in (*CHANGES, "mean")] == [0, 0, 0, 0]
    assert {name[:7] for name, counts in zip(BLENDSHAPES, EXPRESSIVE_COLUMNS, strict=True) if not counts} == {
        "_neutra",
        "eyeLook",
        "eyeBlin",
    }


def test_a_step_across_frames_without_a_face_is_no_velocity():
    values = np.repeat([[0.0], [1.0]], 10, axis=0) * np.ones(52)
    rows = [(n + 1, n / RATE + (5 if n >= 10 else 0), value, np.zeros(3), 100.0) for n, value in enumerate(values)]

    assert expressiveness_of(movement_of(rows, [(row[0], row[1]) for row in rows]), "velocity") == 0


@pytest.mark.parametrize(
    ("unusable", "reason"),
    [
        (movement(drawn(frames=5)), "5 frames"),
        (movement(drawn(frames=20), frames=50), "40%"),
        (movement(drawn(), size=LEAST_SIZE / 2), "16 pixels"),
        (movement(drawn(frames=0)), "0 frames"),
    ],
)
def test_too_little_of_a_face_gives_no_figure_but_the_reason(unusable, reason):
    assert expressiveness_of(unusable) is None
    assert reason in unusable.doubt


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
    assert found.doubt is None
    assert 60 < found.size[0] < 200


@pytest.mark.slow
def test_interviews_are_read_once_and_stored_beside_their_faces(sample_interviews, tmp_path):
    interviews = read_interviews(sample_interviews).interviews[:3]
    store = MovementStore(tmp_path)

    first, second = (extract_movements(interviews, store, workers=1) for _ in range(2))

    assert (first.succeeded, second.succeeded, second.skipped) == (3, 0, 3)
    assert set(load_movements(interviews, store)) == {i.id for i in interviews}
