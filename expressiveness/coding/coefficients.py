"""The coefficients of agreement, from sums over units.

All of them follow from a few sums, so that a bootstrap over people only has to add the sums of the people drawn: the
leading dimensions of every argument are draws. An undefined coefficient, such as one of data without variation, is NaN.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from expressiveness.types import Floats

Weights = Literal["nominal", "linear", "quadratic"]

Metric = Literal["nominal", "ordinal", "interval"]


def kappa(confusion: npt.ArrayLike, weights: Weights = "nominal") -> Floats:
    """Cohen's kappa of two coders, weighted or not.

    Source: Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20 (1960), and "Weighted
    kappa", Psychol. Bull. 70 (1968).

    Args:
        confusion: how often one coder said the row's category and the other the column's, shape (..., c, c).
        weights: how much a disagreement counts: the same for all, by its distance, or by the square of that.

    Returns:
        Shape (...), at most 1; 0 is agreement by chance.
    """
    table = np.asarray(confusion, dtype=np.float64)
    apart = np.abs(np.subtract.outer(np.arange(table.shape[-1]), np.arange(table.shape[-1]))).astype(np.float64)
    cost = {"nominal": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]
    expected = table.sum(axis=-1)[..., :, np.newaxis] * table.sum(axis=-2)[..., np.newaxis, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (cost * table).sum(axis=(-2, -1)) * table.sum(axis=(-2, -1)) / (cost * expected).sum(axis=(-2, -1))
    return np.asarray(1 - found)


def alpha(coincidences: npt.ArrayLike, metric: Metric = "nominal") -> Floats:
    """Krippendorff's alpha of any number of coders, who need not all have coded everything.

    Source: Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), sections C to E.

    Args:
        coincidences: how often the row's and the column's category were given to the same unit; each unit with m codes
            adds its m (m - 1) ordered pairs with the weight 1 / (m - 1). Shape (..., c, c).
        metric: of the distance between categories; they are 0, 1, ... for "interval".

    Returns:
        Shape (...), at most 1; 0 is agreement by chance.
    """
    table = np.asarray(coincidences, dtype=np.float64)
    totals = table.sum(axis=-1)
    count = totals.sum(axis=-1)
    distance = _distances(totals, metric)
    expected = (totals[..., :, np.newaxis] * totals[..., np.newaxis, :] * distance).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (count - 1) * (table * distance).sum(axis=(-2, -1)) / expected
    return np.asarray(1 - found)


def _distances(totals: Floats, metric: Metric) -> Floats:
    """The squared distance between every two categories, shape (..., c, c)."""
    places = np.arange(totals.shape[-1])
    if metric == "nominal":
        return np.asarray(places[:, np.newaxis] != places, dtype=np.float64)
    if metric == "interval":
        return np.asarray((places[:, np.newaxis] - places) ** 2, dtype=np.float64)
    # Ordinal: how many codes lie between the two categories, with half of those in either.
    middle = np.cumsum(totals, axis=-1) - totals / 2
    return np.asarray((middle[..., :, np.newaxis] - middle[..., np.newaxis, :]) ** 2)


def alpha_of_levels(sums: npt.ArrayLike) -> Floats:
    """Krippendorff's alpha of continuous levels, with the interval metric; see `alpha`.

    The sum of squared differences over all pairs of n values is n times their squares' sum minus their sum's square, so
    no table of coincidences is needed.

    Args:
        sums: over the units with at least two codes, shape (..., 4): the number of codes; their sum; the sum of their
            squares; and the sum over units of (m times their squares' sum minus their sum's square) / (m - 1).

    Returns:
        Shape (...).
    """
    count, total, squares, within = np.moveaxis(np.asarray(sums, dtype=np.float64), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - (count - 1) * within / (count * squares - total**2))


class IntraclassCorrelations(NamedTuple):
    """How far coders agree in the value of their levels."""

    single: Floats  # ICC(2,1): of one coder
    mean: Floats  # ICC(2,k): of the mean of all k coders


def intraclass_correlations(
    units: npt.ArrayLike, of_units: npt.ArrayLike, of_coders: npt.ArrayLike, squares: npt.ArrayLike
) -> IntraclassCorrelations:
    """ICC(2,1) and ICC(2,k): coders drawn from many, absolute agreement.

    Source: Shrout and Fleiss, "Intraclass correlations: uses in assessing rater reliability", Psychol. Bull. 86 (1979).

    Args:
        units: how many were coded by all k coders, shape (...).
        of_units: the sum over units of the square of each unit's total, shape (...).
        of_coders: each coder's total, shape (..., k).
        squares: the sum of all squared values, shape (...).
    """
    n, totals = np.asarray(units, dtype=np.float64), np.asarray(of_coders, dtype=np.float64)
    k = totals.shape[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        common = totals.sum(axis=-1) ** 2 / (n * k)
        between = np.asarray(of_units) / k - common
        coders = (totals**2).sum(axis=-1) / n - common
        rest = np.asarray(squares) - common - between - coders
        bms, jms, ems = between / (n - 1), coders / (k - 1), rest / ((n - 1) * (k - 1))
        single = (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)
        return IntraclassCorrelations(single, (bms - ems) / (bms + (jms - ems) / n))
