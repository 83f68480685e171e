"""A coder who follows with the mouse is late; by how much is found and taken out."""

import numpy as np
import pytest

from expressiveness.coding import reaction_lag, without_lag
from expressiveness.errors import InterviewError


def truth(seconds):
    """A level that moves as faces do, over a minute."""
    return np.sin(seconds / 2.1) + 0.6 * np.sin(seconds / 0.9 + 1) + 0.3 * np.sin(seconds / 5.3)


@pytest.mark.parametrize("late", [0.0, 0.37, 1.8, 3.215])
def test_the_lag_is_found_through_noise_other_times_and_another_scale(late):
    random = np.random.default_rng(4)
    ours, theirs = np.sort(random.uniform(0, 60, 1500)), np.arange(0, 60, 0.1)
    marked = 40 + 12 * truth(ours - late) + random.normal(0, 2, len(ours))

    found = reaction_lag(ours, marked, theirs, truth(theirs))

    assert found.seconds == pytest.approx(late, abs=0.03)
    assert found.correlation > 0.95
    back = np.interp(theirs, without_lag(ours, found.seconds), marked)[: -int(10 * late) - 10]
    assert np.corrcoef(back, truth(theirs)[: len(back)])[0, 1] > 0.95


def test_a_lag_that_cannot_be_known_is_an_error():
    seconds = np.arange(0, 5, 0.1)
    with pytest.raises(InterviewError, match="cannot be estimated on 5 s; give 10 s"):
        reaction_lag(seconds, seconds, seconds, seconds)
    seconds = np.arange(0, 30, 0.1)
    with pytest.raises(InterviewError, match="a level never moves"):
        reaction_lag(seconds, np.zeros(300), seconds, truth(seconds))
