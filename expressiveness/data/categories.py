"""The three ordered categories of expressiveness, and the score thresholds between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from expressiveness.errors import ConfigError, TrainingError
from expressiveness.settings import settings

RESERVED = "Reserved Expression"
BALANCED = "Balanced Expression"
EXPRESSIVE = "Expressive"

CATEGORIES = (RESERVED, BALANCED, EXPRESSIVE)
"""From least to most expressive. Every array of probabilities is in this order, so never sort it."""

COLORS = {RESERVED: "#0072B2", BALANCED: "#999999", EXPRESSIVE: "#D55E00"}
"""Safe for color-blind viewers (Okabe and Ito, 2008); the same in figures and in the App."""


def short_name(category: str) -> str:
    """The short form of a category, for use in sentences: Reserved, Balanced or Expressive."""
    return category.removesuffix(" Expression")


NEAR = 0.1
"""A score this close to a threshold could easily have fallen into the other category."""


@settings
class Thresholds:
    """The scores that separate the categories: Reserved < `low` <= Balanced <= `high` < Expressive.

    The defaults are the notebook's.
    """

    low: float = -0.3
    high: float = 0.3

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ConfigError(f"thresholds {self.low} and {self.high}: give two numbers, the lower one first")

    @classmethod
    def from_tertiles(cls, scores: Sequence[float]) -> Thresholds:
        """Place the thresholds so that each category gets a third of `scores`, which must not include the test set's.

        Raises:
            TrainingError: there are no scores, or they are all equal.
        """
        if not len(scores):
            raise TrainingError("no scores to place thresholds in; give two numbers")
        if min(scores) == max(scores):
            raise TrainingError(f"all scores are {scores[0]:g}, which no thresholds tell apart; choose another target")
        low, high = np.quantile(np.asarray(scores, dtype=float), [1 / 3, 2 / 3])
        # Ratings often pile up at one end of their scale; a threshold there would leave that category empty.
        if low == min(scores):
            low = np.nextafter(low, np.inf)
            high = max(high, np.nextafter(low, np.inf))
        if high == max(scores):
            high = np.nextafter(high, -np.inf)
            low = min(low, np.nextafter(high, -np.inf))
        if low == high:  # more than a third of the ratings may be equal: they become Balanced
            low = np.nextafter(low, -np.inf)
        return cls(float(low), float(high))

    def index(self, score: float) -> int:
        """The index of a score's category in `CATEGORIES`: 0, 1 or 2."""
        return int(score >= self.low) + int(score > self.high)

    def near(self, scores: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Which of n scores are within `NEAR` of a threshold, shape (n,)."""
        distances = np.abs(np.asarray(scores, dtype=np.float64)[:, np.newaxis] - (self.low, self.high))
        # Scores are decimal fractions: 0.4 is 0.10000000000000003 from 0.3.
        return np.asarray(distances.min(axis=1) <= NEAR + 1e-9)

    def category(self, score: float) -> str:
        """The category of a score, one of `CATEGORIES`."""
        return CATEGORIES[self.index(score)]


@settings
class CategoryRule:
    """How an interview gets its category: the target score and its thresholds. Stored with the data."""

    target: str
    thresholds: Thresholds

    def category(self, scores: Mapping[str, float]) -> str:
        """The category of an interview with these scores, one of `CATEGORIES`."""
        return self.thresholds.category(scores[self.target])
