"""A confusion matrix, and the figures that follow from it."""

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
    """Counts with the truth in rows, both axes in the order of `CATEGORIES`.

    A figure with a zero denominator is 0.
    """

    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str, int]]) -> Confusion:
        """Build it from tuples of true category, predicted category and count."""
        counts = [[0] * COUNT for _ in CATEGORIES]
        for truth, predicted, count in pairs:
            counts[CATEGORIES.index(truth)][CATEGORIES.index(predicted)] += count
        return cls(tuple(map(tuple, counts)))

    @classmethod
    def from_indices(cls, truth: npt.NDArray[np.integer[Any]], predicted: npt.NDArray[np.integer[Any]]) -> Confusion:
        """Build it from two arrays of the same length, both into `CATEGORIES`."""
        counts = np.bincount(COUNT * truth + predicted, minlength=COUNT**2).reshape(COUNT, COUNT)
        return cls(tuple(map(tuple, counts.tolist())))

    @property
    def total(self) -> int:
        """How many were judged."""
        return sum(map(sum, self.counts))

    @property
    def wrong(self) -> int:
        """How many were predicted wrongly."""
        return self.total - sum(self.counts[index][index] for index in range(COUNT))

    @property
    def support(self) -> tuple[int, ...]:
        """How many there are of each true category."""
        return tuple(map(sum, self.counts))

    @property
    def accuracy(self) -> float:
        """The share that was predicted correctly."""
        return _share(self.total - self.wrong, self.total)

    @property
    def recall(self) -> tuple[float, ...]:
        """The share of each category that was recognised."""
        return tuple(_share(self.counts[index][index], self.support[index]) for index in range(COUNT))

    @property
    def precision(self) -> tuple[float, ...]:
        """The share of the predictions of each category that are correct."""
        called = [sum(row[index] for row in self.counts) for index in range(COUNT)]
        return tuple(_share(self.counts[index][index], called[index]) for index in range(COUNT))

    @property
    def f1(self) -> tuple[float, ...]:
        """The harmonic mean of each category's precision and recall."""
        pairs = zip(self.precision, self.recall, strict=True)
        return tuple(_share(2 * precision * recall, precision + recall) for precision, recall in pairs)

    @property
    def macro_f1(self) -> float:
        """The mean F1 over categories."""
        return sum(self.f1) / COUNT


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
