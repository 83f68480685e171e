"""What was predicted as what: a confusion matrix, and the figures of each category that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness.data import CATEGORIES

COUNT = len(CATEGORIES)


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each category was predicted as each: the truth in rows, both sides in the order of `CATEGORIES`.

    A figure whose divisor is 0 is 0, as in scikit-learn.
    """

    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str, int]]) -> Confusion:
        """Make it from true category, predicted category, and how often that was."""
        counts = [[0] * COUNT for _ in CATEGORIES]
        for truth, predicted, count in pairs:
            counts[CATEGORIES.index(truth)][CATEGORIES.index(predicted)] += count
        return cls(tuple(map(tuple, counts)))

    @classmethod
    def from_indices(cls, truth: npt.NDArray[np.integer[Any]], predicted: npt.NDArray[np.integer[Any]]) -> Confusion:
        """Make it from two arrays of the same length, both into `CATEGORIES`."""
        counts = np.bincount(COUNT * truth + predicted, minlength=COUNT**2).reshape(COUNT, COUNT)
        return cls(tuple(map(tuple, counts.tolist())))

    @property
    def total(self) -> int:
        """How many were judged."""
        return sum(map(sum, self.counts))

    @property
    def wrong(self) -> int:
        """How many were predicted wrong."""
        return self.total - sum(self.counts[index][index] for index in range(COUNT))

    @property
    def support(self) -> tuple[int, ...]:
        """How many there truly are of each category."""
        return tuple(map(sum, self.counts))

    @property
    def accuracy(self) -> float:
        """The share that was predicted right."""
        return _share(self.total - self.wrong, self.total)

    @property
    def recall(self) -> tuple[float, ...]:
        """Of each category, the share that was recognised."""
        return tuple(_share(self.counts[index][index], self.support[index]) for index in range(COUNT))

    @property
    def precision(self) -> tuple[float, ...]:
        """Of what was called each category, the share that is."""
        called = [sum(row[index] for row in self.counts) for index in range(COUNT)]
        return tuple(_share(self.counts[index][index], called[index]) for index in range(COUNT))

    @property
    def f1(self) -> tuple[float, ...]:
        """The harmonic mean of each category's precision and recall."""
        pairs = zip(self.precision, self.recall, strict=True)
        return tuple(_share(2 * precision * recall, precision + recall) for precision, recall in pairs)

    @property
    def macro_f1(self) -> float:
        """The mean F1, every category counting alike."""
        return sum(self.f1) / COUNT


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
