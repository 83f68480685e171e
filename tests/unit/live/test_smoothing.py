"""Smoothing steadies and does not lag; the resting face is the mean of what was seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.live.smoothing import REST_SECONDS, RestingFace, Smoothing

CALM, LIVELY = np.array([0.9, 0.05, 0.05]), np.array([0.05, 0.05, 0.9])


def followed_after(fps: int) -> float:
    """Seconds from the first frame of a jump to when nine tenths of it are followed."""
    smoothing = Smoothing()
    for frame in range(3 * fps):
        smoothing.update(frame / fps, CALM)
    for frame in range(3 * fps, 6 * fps):
        if smoothing.update(frame / fps, LIVELY)[2] >= 0.05 + 0.9 * 0.85:
            return frame / fps - 3
    return np.inf


@pytest.mark.parametrize("fps", [60, 30, 24, 10])
def test_a_jump_to_another_category_is_followed_within_a_tenth_of_a_second(fps):
    assert followed_after(fps) <= 0.1 + 1e-9


def test_noise_between_frames_is_more_than_halved():
    random, smoothing = np.random.default_rng(0), Smoothing()
    noisy = random.dirichlet([6, 3, 3], size=900)

    smooth = np.array([smoothing.update(frame / 30, row) for frame, row in enumerate(noisy)])

    assert (smooth.std(axis=0) < 0.5 * noisy.std(axis=0)).all()
    assert smooth.mean(axis=0) == pytest.approx(noisy.mean(axis=0), abs=0.02)


def test_a_plain_average_that_calms_noise_as_much_lags_twice_as_long():
    """The reason for an adaptive filter; the factor gives the same variance as the measured one."""
    random, smoothing = np.random.default_rng(0), Smoothing()
    noisy = random.dirichlet([6, 3, 3], size=900)
    calmed = np.var([smoothing.update(frame / 30, row)[0] for frame, row in enumerate(noisy)]) / np.var(noisy[:, 0])
    factor = 2 * calmed / (1 + calmed)  # an exponential average of white noise keeps f / (2 - f) of its variance
    frames_of_a_plain_average = np.log(0.1) / np.log(1 - factor)

    assert frames_of_a_plain_average / 30 > 2 * followed_after(30)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)), min_size=1))
def test_smoothed_probabilities_stay_probabilities_whatever_the_times(steps):
    smoothing, seconds = Smoothing(), 0.0
    for passed, weights in steps:
        seconds += passed
        smoothed = smoothing.update(seconds, np.array(weights) / sum(weights))

        assert smoothed.sum() == pytest.approx(1)
        assert (smoothed >= 0).all()


def test_at_first_the_resting_face_is_the_mean_of_the_crops():
    crops = np.random.default_rng(1).integers(0, 256, (20, 48, 48)).astype(np.uint8)
    resting = RestingFace()

    means = [resting.update(frame / 30, crop) for frame, crop in enumerate(crops)]

    assert means[-1] == pytest.approx(crops.mean(axis=0), abs=0.1)
    assert resting.known_for() == pytest.approx(19 / 30)


def test_the_resting_face_forgets_what_is_long_past():
    resting = RestingFace()
    for second in range(60):
        resting.update(second, np.zeros((48, 48), np.uint8))
    for second in range(60, 60 + 2 * int(REST_SECONDS)):
        mean = resting.update(second, np.full((48, 48), 200, np.uint8))

    assert mean.mean() == pytest.approx(200 * (1 - np.exp(-2)), abs=2)
