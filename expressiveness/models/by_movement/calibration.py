"""Calibrate a measure of expressiveness: convert its values to category probabilities and a score.

The measure only has to increase with expressiveness; the rest is learned from interviews with known scores.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from expressiveness.types import Floats, Ints

STEEPEST = 50.0
"""Per standard deviation of the measure. With perfectly separable categories, the best steepness would be infinite."""

TAIL = 0.01
"""Scores are winsorised at this share at both ends, since RecruitView's have long tails."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Converts the values of one measure to probabilities and scores."""

    steepness: float  # of the logistic curves between categories, per unit of the measure
    cuts: tuple[float, float]  # the boundaries between categories
    values: tuple[float, ...]  # of the measure, ascending
    scores: tuple[float, ...]  # the score at each of these values, ascending
    doubt: float = 0.0  # the share of the probability spread evenly over all categories, 0 to 1

    def __post_init__(self) -> None:
        for name in ("cuts", "values", "scores"):
            numbers = np.array(getattr(self, name))
            if not np.isfinite(numbers).all() or (np.diff(numbers) < 0).any():
                raise ModelError(f"calibration.{name}: give finite numbers, ascending")
        if not (math.isfinite(self.steepness) and self.steepness > 0 and len(self.values) == len(self.scores) > 0):
            raise ModelError("calibration: give a steepness above 0, and a score for each value")
        if not 0 <= self.doubt <= 1:
            raise ModelError("calibration.doubt: give a share from 0 to 1")

    def __repr__(self) -> str:
        return f"Calibration({len(self.values)} values, cuts at {self.cuts[0]:.3g} and {self.cuts[1]:.3g})"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        """Read what `dataclasses.asdict` wrote.

        Raises:
            ValueError: a number is missing.
            ModelError: the numbers are invalid.
        """
        low, high = numbers(values["cuts"], 2)
        return cls(
            float(values["steepness"]),
            (low, high),
            numbers(values["values"]),
            numbers(values["scores"]),
            doubt=numbers([values.get("doubt", 0.0)], 1)[0],
        )

    def probabilities(self, values: Floats) -> npt.NDArray[np.float32]:
        """The probability of each category at values of shape (n,), in the order of `CATEGORIES`, shape (n, 3)."""
        above = expit(self.steepness * (values[:, np.newaxis] - np.array(self.cuts)))
        bounds = np.column_stack([np.ones(len(values)), above, np.zeros(len(values))])
        sure = bounds[:, :-1] - bounds[:, 1:]
        return np.asarray((1 - self.doubt) * sure + self.doubt / len(CATEGORIES), dtype=np.float32)

    def blurred(self, spread: float) -> Calibration:
        """A calibration for values with an uncertainty of `spread`, a standard deviation.

        The variance of the error is added to that of the logistic curves.
        """
        width = math.hypot(1 / self.steepness, spread * math.sqrt(3) / math.pi)
        return replace(self, steepness=1 / width)

    def score(self, values: Floats) -> Floats:
        """The score at values of shape (n,)."""
        return np.interp(values, self.values, self.scores)


def calibrate(values: Floats, scores: Floats, categories: Ints, *, people: int | None = None) -> Calibration:
    """Calibrate a measure.

    Categories by ordinal logistic regression (McCullagh, "Regression models for ordinal data", J. R. Statist. Soc. B
    42, 1980); scores by quantile matching.

    Args:
        values: of the measure, shape (n,), ideally for interviews that the measure was not learned from.
        scores: of the same interviews, shape (n,).
        categories: of the same, into `CATEGORIES`, shape (n,).
        people: the number n of people in them. It limits how certain a probability can be: by Laplace's rule of
            succession, the next person is no exception with a probability of (n + 1) / (n + 2).
    """
    spread = float(values.std()) or 1.0
    standard = (values - values.mean()) / spread
    steepness, *cuts = _ordinal_logistic(standard, categories)
    quantiles = np.linspace(TAIL, 1 - TAIL, 99)
    low, high = (float(cut * spread + values.mean()) for cut in cuts)
    return Calibration(
        steepness=steepness / spread,
        cuts=(low, high),
        values=tuple(np.quantile(values, quantiles).tolist()),
        scores=tuple(np.quantile(scores, quantiles).tolist()),
        doubt=0.0 if people is None else 1 / (people + 2),
    )


def _ordinal_logistic(values: Floats, categories: Ints) -> tuple[float, float, float]:
    """Fit the steepness and both cuts; a weak prior keeps the cuts finite if a category is empty."""
    levels = np.arange(len(CATEGORIES) - 1)
    above = np.where(categories[:, np.newaxis] > levels, 1.0, -1.0)

    def loss(parameters: Floats) -> float:
        steepness, first, gap = np.exp(parameters[0]), parameters[1], np.exp(parameters[2])
        logits = steepness * values[:, np.newaxis] - np.array([first, first + gap])
        upper, lower = log_expit(logits), log_expit(-logits)
        reserved, expressive = lower[:, 0], upper[:, 1]
        # P(balanced) = P(above the first) - P(above the second), in logs
        balanced = upper[:, 0] + lower[:, 1] + np.log1p(-np.exp(-gap))
        chosen = np.where(above[:, 0] < 0, reserved, np.where(above[:, 1] > 0, expressive, balanced))
        return float(-chosen.sum() + 0.5 * (parameters[1:] ** 2).sum() / max(1, len(values)))

    bounds = [(-5.0, float(np.log(STEEPEST))), (-200.0, 200.0), (-5.0, 5.3)]
    steepness, first, gap = minimize(loss, np.array([0.5, -0.6, 0.0]), method="L-BFGS-B", bounds=bounds).x
    steepness, gap = float(np.exp(steepness)), float(np.exp(gap))
    return steepness, float(first) / steepness, (float(first) + gap) / steepness


def numbers(values: Sequence[Any], count: int | None = None) -> tuple[float, ...]:
    """Convert a JSON list to a tuple of floats.

    Raises:
        TypeError: it is not a list.
        ValueError: it does not have `count` numbers.
    """
    if not isinstance(values, list | tuple):  # "123" would pass as three numbers
        raise TypeError(f"a {type(values).__name__}, not a list of numbers")
    if count is not None and len(values) != count:
        raise ValueError(f"{len(values)} numbers, not {count}")
    return tuple(map(float, values))
