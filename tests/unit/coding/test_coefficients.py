"""The coefficients are those of the published worked examples, of scikit-learn, and of their definitions."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from expressiveness.coding import alpha, alpha_of_levels, intraclass_correlations, kappa

N = np.nan

KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
).T
"""Four observers of twelve units, "Computing Krippendorff's alpha-reliability" (2011), section C."""

SHROUT_AND_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
"""Six targets by four judges, "Intraclass correlations" (1979), table 2."""


KRIPPENDORFF_0_9_0 = [0.743421052631579, 0.8153875037548814, 0.8491071428571428]
PINGOUIN_0_7_0 = [0.28976377952755916, 0.6200505475989893]


def coincidences(values, categories):
    """By Krippendorff's words: each unit's ordered pairs, divided by one less than its number of values."""
    table = np.zeros((categories, categories))
    for row in values:
        known = row[np.isfinite(row)].astype(int)
        for one, other in itertools.permutations(known, 2):
            table[one, other] += 1 / (len(known) - 1)
    return table


def icc(values):
    return intraclass_correlations(len(values), (values.sum(1) ** 2).sum(), values.sum(0), (values**2).sum())


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorffs_own_example(metric, published):
    assert alpha(coincidences(KRIPPENDORFF - 1, 5), metric) == pytest.approx(published, abs=5e-4)


def test_icc_of_shrout_and_fleiss_own_example():
    single, mean = icc(SHROUT_AND_FLEISS)

    assert (single, mean) == pytest.approx((0.29, 0.62), abs=5e-3)


def test_the_same_examples_to_nine_digits_as_other_packages_compute_them():
    """By krippendorff 0.9.0 and pingouin 0.7.0, which are not installed with this package's tests."""
    found = [alpha(coincidences(KRIPPENDORFF - 1, 5), metric) for metric in ("nominal", "ordinal", "interval")]

    assert found == pytest.approx(KRIPPENDORFF_0_9_0, abs=1e-9)
    assert icc(SHROUT_AND_FLEISS) == pytest.approx(PINGOUIN_0_7_0, abs=1e-9)


def test_alpha_of_levels_needs_no_table_and_is_the_one_with_the_interval_metric():
    units = [row[np.isfinite(row)] for row in KRIPPENDORFF]
    units = [row for row in units if len(row) > 1]
    within = sum((len(row) * (row**2).sum() - row.sum() ** 2) / (len(row) - 1) for row in units)
    values = np.concatenate(units)

    found = alpha_of_levels([len(values), values.sum(), (values**2).sum(), within])

    assert found == pytest.approx(alpha(coincidences(KRIPPENDORFF - 1, 5), "interval"), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40))
def test_kappa_is_scikit_learns(pairs):
    one, other = np.array(pairs).T
    table = np.bincount(3 * one + other, minlength=9).reshape(3, 3)
    assume(len(set(one) | set(other)) > 1)

    for weights, theirs in (("nominal", None), ("linear", "linear"), ("quadratic", "quadratic")):
        expected = cohen_kappa_score(one, other, labels=[0, 1, 2], weights=theirs)
        assert kappa(table, weights) == pytest.approx(expected, abs=1e-9)


def test_leading_dimensions_are_draws():
    table = np.array([[5, 1, 0], [2, 6, 1], [0, 1, 4]])

    several = kappa(np.stack([table, 3 * table]), "linear")

    assert several == pytest.approx(np.repeat(kappa(table, "linear"), 2))
    assert alpha(np.stack([table + table.T] * 2), "ordinal") == pytest.approx(
        np.repeat(alpha(table + table.T, "ordinal"), 2)
    )


def test_what_does_not_vary_has_no_coefficient():
    always = np.array([[9, 0, 0], [0, 0, 0], [0, 0, 0]])

    assert np.isnan(kappa(always))
    assert np.isnan(alpha(2 * always))
    assert np.isnan(icc(np.zeros((4, 2))).single)
