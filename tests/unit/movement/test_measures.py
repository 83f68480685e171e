import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressiveness.movement import (
    BLENDSHAPES,
    EXPRESSIVE_COLUMNS,
    expressiveness_of,
    movement_of,
    shape_variance,
    turning_speed,
)
from expressiveness.movement.movement_table import LANDMARKS, LEAST_SIZE, RATE
from tests.movements import drawn, movement

CHANGES = ("std", "velocity", "p90")


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
    rows = [
        (n + 1, n / RATE + (5 if n >= 10 else 0), value, np.zeros((LANDMARKS, 3)), np.zeros(3), 100.0)
        for n, value in enumerate(values)
    ]

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


def test_the_shape_of_a_face_that_only_moves_turns_and_comes_nearer_does_not_vary():
    face = np.random.default_rng(0).random((LANDMARKS, 3))
    angles = np.linspace(0, 1, 20)
    turns = [np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) for a in angles]
    carried = [(1 + n / 20) * face @ turn + n for n, turn in enumerate(turns)]

    assert shape_variance(movement(drawn(frames=20), landmarks=carried)) == pytest.approx(0, abs=1e-6)


def test_the_shape_varies_four_times_as_much_where_a_landmark_moves_twice_as_far():
    def of(reach):
        landmarks = np.repeat(np.random.default_rng(0).random((1, LANDMARKS, 3)), 20, axis=0)
        landmarks[::2, 5, 1] += reach
        return shape_variance(movement(drawn(frames=20), landmarks=landmarks))

    assert of(0.02) == pytest.approx(4 * of(0.01), rel=0.05)


def still(frames=20):
    return np.repeat(np.random.default_rng(0).random((1, LANDMARKS, 3)), frames, axis=0)


def displacement(landmarks):
    return expressiveness_of(movement(drawn(frames=len(landmarks)), landmarks=landmarks), "displacement")


def test_displacement_is_the_mean_distance_from_the_median_face_in_sizes_of_the_face():
    moved = still()
    size = np.sqrt(((moved[0] - moved[0].mean(axis=0)) ** 2).sum(axis=1).mean())
    grimace = np.random.default_rng(1).normal(scale=0.01, size=(LANDMARKS, 3))
    moved[:5] += grimace  # on a quarter of the frames, so the median face is at rest

    # Laying faces on each other takes out 7 of the 207 ways in which 69 landmarks can move.
    expected = np.linalg.norm(grimace, axis=1).mean() / size / 4
    assert displacement(moved) == pytest.approx(expected, rel=0.05)


def test_displacement_is_nothing_where_the_head_moves_turns_and_comes_nearer_and_the_face_rests():
    angles = np.linspace(0, 1, 20)
    turns = [np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) for a in angles]

    carried = [(1 + n / 20) * face @ turn + n for n, (face, turn) in enumerate(zip(still(), turns, strict=True))]

    assert displacement(np.array(carried)) == pytest.approx(0, abs=1e-4)


def test_a_pose_that_is_held_for_most_of_a_clip_is_the_median_face_and_rest_is_what_counts():
    shortly, mostly = still(), still()
    shortly[:4, :20, 1] += 0.05
    mostly[:16, :20, 1] += 0.05

    assert displacement(shortly) == pytest.approx(displacement(mostly), rel=0.05)


def test_a_head_that_turns_a_degree_with_every_frame_turns_at_ten_degrees_a_second():
    turning = np.arange(200)[:, np.newaxis] * np.array([[0, 1, 0]])

    assert turning_speed(movement(drawn(frames=200), rotation=turning)) == pytest.approx(10, rel=0.02)
    assert turning_speed(movement(drawn(frames=20))) == 0
