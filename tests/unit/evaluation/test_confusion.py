"""A confusion matrix says of each category what scikit-learn says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from expressiveness.data import CATEGORIES
from expressiveness.evaluation import Confusion

pairs = st.lists(st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(CATEGORIES)), min_size=1)


@given(pairs)
def test_the_figures_are_those_of_scikit_learn(judged):
    truth, predicted = zip(*judged, strict=True)

    confusion = Confusion.from_pairs((true, label, 1) for true, label in judged)

    assert np.array_equal(confusion.counts, metrics.confusion_matrix(truth, predicted, labels=CATEGORIES))
    figures = metrics.precision_recall_fscore_support(truth, predicted, labels=CATEGORIES, zero_division=0)
    ours = (confusion.precision, confusion.recall, confusion.f1, confusion.support)
    assert np.array(ours) == pytest.approx(np.array(figures))
    assert confusion.accuracy == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert confusion.macro_f1 == pytest.approx(figures[2].mean())
    assert confusion.total - confusion.wrong == metrics.accuracy_score(truth, predicted, normalize=False)


def test_pairs_that_were_counted_already_are_added_up():
    reserved, balanced, _ = CATEGORIES

    confusion = Confusion.from_pairs([(reserved, balanced, 3), (balanced, balanced, 2), (reserved, balanced, 1)])

    assert confusion.counts == ((0, 4, 0), (0, 2, 0), (0, 0, 0))


def test_nothing_judged_is_no_error():
    nothing = Confusion.from_pairs([])

    assert (nothing.total, nothing.wrong, nothing.accuracy, nothing.macro_f1) == (0, 0, 0, 0)
