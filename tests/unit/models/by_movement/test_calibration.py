import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressiveness.models import calibrate


def labelled(noise=0.3, count=300, seed=0):
    """Values of a measure, the scores that they came from, and the categories of those."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=count)
    return 5 + 2 * (scores + noise * random.normal(size=count)), scores, np.digitize(scores, [-0.3, 0.3])


def test_probabilities_are_as_often_right_as_they_say():
    calibration = calibrate(*labelled())
    values, _, categories = labelled(seed=1, count=3000)

    probabilities = calibration.probabilities(values)

    confident = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == categories
    for low, high in ((0.34, 0.6), (0.6, 0.8), (0.8, 1.01)):
        members = (confident >= low) & (confident < high)
        assert right[members].mean() == pytest.approx(confident[members].mean(), abs=0.08)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.floats(0, 2))
def test_a_higher_value_is_never_less_expressive(seed, noise):
    calibration = calibrate(*labelled(noise, count=60, seed=seed))
    values = np.linspace(-5, 15, 50)

    probabilities = calibration.probabilities(values)

    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (np.diff(probabilities[:, 2]) >= -1e-6).all()
    assert (np.diff(probabilities[:, 0]) <= 1e-6).all()
    assert (np.diff(calibration.score(values)) >= 0).all()


def test_scores_have_the_spread_of_those_learned_from_but_for_their_tails():
    values, scores, categories = labelled()
    scores[0] = 50

    said = calibrate(values, scores, categories).score(values)

    assert np.quantile(said, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(scores, [0.1, 0.5, 0.9]), abs=0.05)
    assert said.max() < 5


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_category_that_nobody_has_is_not_the_answer_for_anybody_learned_from(missing):
    values, scores, categories = labelled()
    present = categories != missing

    calibration = calibrate(values[present], scores[present], categories[present])

    assert not (calibration.probabilities(values[present]).argmax(axis=1) == missing).any()


def test_a_measure_that_never_changes_still_gives_probabilities():
    _, scores, categories = labelled(count=30)

    calibration = calibrate(np.zeros(30), scores, categories)

    assert np.isfinite(calibration.probabilities(np.array([0.0]))).all()
