"""A small model of expressiveness from movement: which movements count, and how much, learned from videos' scores.

A video's level is a weighted sum of logarithms: of the energy of its blendshapes, of how fast the head turns, and of
how much the face changes its shape. The energy is the square of `expressiveness_of`, but each expression has a
weight of its own, which is never negative and is held near 1. That is 30 numbers to learn, so a hundred interviews
suffice, and none of them can tell people apart by their looks: whatever stands still counts for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm, rankdata

from expressiveness.errors import ModelError
from expressiveness.models.by_movement.calibration import Calibration, calibrate, numbers
from expressiveness.movement import BLENDSHAPES, EXPRESSIVE_COLUMNS, Movement, shape_variance, turning_speed
from expressiveness.types import Floats, Ints

EXPRESSIONS = tuple(
    dict.fromkeys(
        name.removesuffix("Left").removesuffix("Right")
        for name, counts in zip(BLENDSHAPES, EXPRESSIVE_COLUMNS, strict=True)
        if counts
    )
)
"""Blendshapes without their side: a smile is as expressive on the left as on the right."""

STIFFNESS = 0.1
"""How strongly the logarithms of the weights are held at 0. Chosen on rendered interviews that no result is of."""

LEAST = 1e-4
"""Added before a logarithm, as a share of what is usual, so that a face that holds still has one."""

STILLEST = 0.1
"""A frame's energy as a share of its video's mean is not taken to be less."""


@dataclass(frozen=True, slots=True)
class FittedMovement:
    """What was learned: plain numbers."""

    weights: tuple[float, ...]  # of EXPRESSIONS
    units: tuple[float, float, float]  # what is usual of energy, squared turning speed and shape variance
    slopes: tuple[float, float, float]  # of their logarithms, 0 or more
    intercept: float
    calibration: Calibration

    def __post_init__(self) -> None:
        for name in ("weights", "units", "slopes"):
            numbers = np.array(getattr(self, name))
            if not np.isfinite(numbers).all() or (numbers < 0).any():
                raise ModelError(f"movement.{name}: give finite numbers, none below 0")
        if not math.isfinite(self.intercept) or min(self.units) <= 0:
            raise ModelError("movement: give a finite intercept, and units above 0")

    def __repr__(self) -> str:
        energy, turning, shape = self.slopes
        return f"FittedMovement(slopes: energy {energy:.2f}, turning {turning:.2f}, shape {shape:.2f})"

    def levels(self, features: Floats) -> Floats:
        """How expressive videos are, in standard deviations of the training set, from `features_of`, shape (k,)."""
        return np.asarray(self.terms(features) @ self.slopes + self.intercept)

    def terms(self, features: Floats) -> Floats:
        """All that a level is made of: three logarithms a video, shape (k, 3)."""
        return _logarithms(features, np.array(self.weights), self.units)

    def frame_levels(self, movement: Movement) -> Floats:
        """How expressive each frame is: the level of a video that always moves as much as this frame, shape (n,)."""
        energy = _frame_energy(movement, np.array(self.weights))
        shares = np.maximum(energy / max(float(energy.mean()), 1e-9), STILLEST)
        return np.asarray(self.levels(features_of(movement)[np.newaxis]) + sum(self.slopes) * np.log(shares**2))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FittedMovement:
        """Read what `dataclasses.asdict` wrote.

        Raises:
            ValueError: a number is missing.
        """
        return cls(
            weights=numbers(values["weights"], len(EXPRESSIONS)),
            units=_three_numbers(values["units"]),
            slopes=_three_numbers(values["slopes"]),
            intercept=numbers([values["intercept"]], 1)[0],
            calibration=Calibration.from_dict(values["calibration"]),
        )


def features_of(movement: Movement) -> Floats:
    """What the model looks at: the variance of each expression, squared turning speed, shape variance, shape (28,).

    All grow with the square of how far things move.
    """
    variances = movement.blendshapes.astype(np.float64).var(axis=0)
    return np.array([*(variances @ _SIDES), turning_speed(movement) ** 2, shape_variance(movement)])


def fit_movement(
    features: Floats, scores: Floats, categories: Ints, people: Sequence[str], *, folds: int = 5, seed: int = 0
) -> FittedMovement:
    """Learn from videos.

    The level is fitted to the ranks of the scores, so that outliers pull no more than others; what a level means is
    learned from levels of people that the weights were not fitted to.

    Args:
        features: by `features_of`, shape (k, 28).
        scores: shape (k,).
        categories: into `CATEGORIES`, shape (k,).
        people: whose videos they are, k names.
        folds: in which the people are dealt out for the calibration.
        seed: decides how.
    """
    levels = held_out_levels(features, scores, people, folds=folds, seed=seed)
    weights, units, slopes, intercept = _fit(features, scores)
    return FittedMovement(weights, units, slopes, intercept, calibrate(levels, scores, categories))


def held_out_levels(
    features: Floats, scores: Floats, people: Sequence[str], *, folds: int = 5, seed: int = 0
) -> Floats:
    """The level of each video by a model that has not seen its person, if there are several, shape (k,)."""
    levels = np.zeros(len(scores))
    for train, test in _dealt_out(people, folds, seed):
        weights, units, slopes, intercept = _fit(features[train], scores[train])
        levels[test] = _logarithms(features[test], np.array(weights), units) @ slopes + intercept
    return levels


def held_out_models(
    features: Floats, scores: Floats, categories: Ints, people: Sequence[str], *, folds: int = 5, seed: int = 0
) -> Iterator[tuple[FittedMovement, Ints]]:
    """Yield a model for each fold of the people, with the rows of the people that it has not seen.

    Arguments as in `fit_movement`.
    """
    for train, test in _dealt_out(people, folds, seed):
        known = [people[row] for row in train]
        yield fit_movement(features[train], scores[train], categories[train], known, folds=folds, seed=seed), test


def _dealt_out(people: Sequence[str], folds: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Of each fold, the rows of the others and its own; one person alone is on both sides."""
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    count = min(folds, len(names))
    fold = (np.random.default_rng(seed).permutation(len(names)) % count)[owner]
    for number in range(count):
        own = np.flatnonzero(fold == number)
        yield (np.flatnonzero(fold != number) if count > 1 else own), own


_Fitted = tuple[tuple[float, ...], tuple[float, float, float], tuple[float, float, float], float]

_SIDES = np.array(
    [[name in (whole, f"{whole}Left", f"{whole}Right") for whole in EXPRESSIONS] for name in BLENDSHAPES],
    dtype=np.float64,
)
"""(52, 26): which blendshapes make up an expression."""


def _logarithms(features: Floats, weights: Floats, units: tuple[float, float, float]) -> Floats:
    """Logarithms of energy, squared turning speed and shape variance, each by what is usual, shape (k, 3)."""
    energies = np.column_stack([features[:, : len(EXPRESSIONS)] @ weights, features[:, len(EXPRESSIONS) :]])
    return np.asarray(np.log(energies / units + LEAST))


def _fit(features: Floats, scores: Floats) -> _Fitted:
    """Weights, units, slopes and intercept of least squared error to the scores' ranks as normal deviates."""
    wanted = norm.ppf((rankdata(scores) - 0.5) / len(scores))
    shapes, others = features[:, : len(EXPRESSIONS)], features[:, len(EXPRESSIONS) :]
    units = np.maximum([shapes.sum(axis=1).mean(), *others.mean(axis=0)], 1e-12)
    fixed = np.log(others / units[1:] + LEAST)
    shapes = shapes / units[0]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logs, slopes = parameters[: len(EXPRESSIONS)], parameters[len(EXPRESSIONS) : -1]
        parts = shapes * np.exp(logs)
        energy = parts.sum(axis=1) + LEAST
        terms = np.column_stack([np.log(energy), fixed])
        error = terms @ slopes + parameters[-1] - wanted
        pull = 2 * error / len(error)
        gradient = [pull * slopes[0] / energy @ parts + 2 * STIFFNESS / len(logs) * logs, pull @ terms, [pull.sum()]]
        return float((error**2).mean() + STIFFNESS * (logs**2).mean()), np.concatenate(gradient)

    start = np.array([*np.zeros(len(EXPRESSIONS)), 0.3, 0.3, 0.3, 0.0])
    bounds = [(-7.0, 7.0)] * len(EXPRESSIONS) + [(0.0, None)] * 3 + [(None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x.tolist()
    weights = tuple(np.exp(found[: len(EXPRESSIONS)]).tolist())
    usual, slopes = units.tolist(), found[len(EXPRESSIONS) : -1]
    return weights, (usual[0], usual[1], usual[2]), (slopes[0], slopes[1], slopes[2]), found[-1]


def _frame_energy(movement: Movement, weights: Floats) -> Floats:
    """How far each frame's expressions rise above their medians, weighted and summed, shape (n,)."""
    values = movement.blendshapes.astype(np.float64)
    return np.asarray(np.maximum(values - np.median(values, axis=0), 0) @ (_SIDES @ np.sqrt(weights)))


def _three_numbers(values: Sequence[Any]) -> tuple[float, float, float]:
    first, second, third = numbers(values, 3)
    return first, second, third
