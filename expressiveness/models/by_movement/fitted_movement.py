"""The fitted movement model: how expressive a video is, from how much the face moves and how far it is from neutral.

A video's level is a weighted sum of four log terms: the energy of its expressions (a weighted sum of their variances
over time), how fast the head turns, how much the face changes shape, and the mean intensity of its frames, which also
captures poses that are held. There are thirty-odd parameters, so a hundred interviews are enough. With few people the
four terms are kept close to equal parts, and with very few only the calibration is learned.
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
from expressiveness.intensity import frame_intensity
from expressiveness.models.by_movement.calibration import Calibration, calibrate, numbers
from expressiveness.movement import (
    BLENDSHAPES,
    EXPRESSIVE_COLUMNS,
    Movement,
    Neutral,
    shape_variance,
    turning_speed,
)
from expressiveness.stop_requests import stop_if_asked
from expressiveness.types import Floats, Ints

EXPRESSIONS = tuple(
    dict.fromkeys(
        name.removesuffix("Left").removesuffix("Right")
        for name, counts in zip(BLENDSHAPES, EXPRESSIVE_COLUMNS, strict=True)
        if counts
    )
)
"""Blendshapes without their side; left and right share a weight."""

TERMS = ("energy", "turning", "shape", "intensity")
"""The terms of a level; "intensity" is the last column of the features."""

STIFFNESS = 0.1
"""L2 penalty on the logs of the weights. Chosen on rendered interviews not used in any reported result."""

EQUAL_PARTS = 0.25
"""Slope of each term per standard deviation, in a level that is not learned."""

PRIOR_VIDEOS = 4.0
"""Weight of the prior for equal parts, as a number of videos."""

LEAST_PEOPLE = 3
"""Needed to learn the slopes; with fewer, equal parts work better."""

FRAME_PULL, FRAME_SPREAD = 1.2, 1.3
"""Factors of the reliability and the spread of a frame's intensity, which are measured within videos: between videos an
intensity is worth more, and errs more. Chosen by the log loss of frames on rendered sets that no reported figure is of.
"""

FOLDS = 5
"""Cross-validation folds of the people."""

LEAST_SPREAD = 1e-3
"""Smallest standard deviation of a term; below it, its slope is 0."""

LEAST = 1e-4
"""Added before the log, relative to the training mean, so a still face gives no log(0)."""


@dataclass(frozen=True, slots=True)
class FittedMovement:
    """The learned parameters, as plain numbers."""

    weights: tuple[float, ...]  # of EXPRESSIONS
    units: tuple[float, ...]  # training mean of each of TERMS before the log
    slopes: tuple[float, ...]  # of the log terms, 0 or more
    intercept: float
    calibration: Calibration
    pull: float = 1.0  # change of a frame's level per unit of log intensity
    people: int | None = None  # trained on
    of_frames: Calibration | None = None  # learned from labelled frames; None to take the videos'
    refined_on: tuple[int, int] | None = None  # labelled frames, and people in them

    def __post_init__(self) -> None:
        for name in ("weights", "units", "slopes"):
            numbers = np.array(getattr(self, name))
            if not np.isfinite(numbers).all() or (numbers < 0).any():
                raise ModelError(f"movement.{name}: give finite numbers, none below 0")
        if not (math.isfinite(self.intercept) and math.isfinite(self.pull)) or min(self.units) <= 0 or self.pull < 0:
            raise ModelError("movement: give a finite intercept, units above 0, and a pull of 0 or more")

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {slope:.2f}" for name, slope in zip(TERMS, self.slopes, strict=True))
        return f"FittedMovement(slopes: {parts})"

    @property
    def unlearned(self) -> bool:
        """Whether there were too few people, so that only the calibration was learned."""
        return self.people is not None and self.people < LEAST_PEOPLE

    def levels(self, features: Floats) -> Floats:
        """How expressive videos are, in standard deviations of the training set, from `features_of`, shape (k,)."""
        return np.asarray(self.terms(features) @ self.slopes + self.intercept)

    def terms(self, features: Floats) -> Floats:
        """The log of each of `TERMS`, shape (k, 4)."""
        return _logarithms(features, np.array(self.weights), np.array(self.units))

    def frame_levels(self, log_intensity: Floats, level: float) -> Floats:
        """How expressive each frame of a video is, on the scale of videos.

        Args:
            log_intensity: of the frames, shape (n,).
            level: of the video.

        Returns:
            Shape (n,): the video's level, plus `pull` times the deviation of each frame's log intensity from the mean.
        """
        return np.asarray(level + self.pull * (log_intensity - log_intensity.mean()))

    @property
    def frame_calibration(self) -> Calibration:
        """The calibration for frames: learned from labelled ones, or that of videos, widened by a frame's error."""
        return self.of_frames or self.calibration.blurred(self.pull * FRAME_SPREAD * frame_intensity().spread)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FittedMovement:
        """Read what `dataclasses.asdict` wrote, now or in earlier versions, which had no intensity term.

        Raises:
            ValueError: a number is missing.
        """
        units, slopes = (numbers(values[name]) for name in ("units", "slopes"))
        if len(units) == len(slopes) == len(TERMS) - 1:
            units, slopes = (*units, 1.0), (*slopes, 0.0)
        if not len(units) == len(slopes) == len(TERMS):
            raise ValueError(f"{len(units)} units and {len(slopes)} slopes, not {len(TERMS)}")
        people, of_frames, refined_on = (values.get(name) for name in ("people", "of_frames", "refined_on"))
        return cls(
            weights=numbers(values["weights"], len(EXPRESSIONS)),
            units=units,
            slopes=slopes,
            intercept=numbers([values["intercept"]], 1)[0],
            calibration=Calibration.from_dict(values["calibration"]),
            pull=numbers([values.get("pull", 1.0)], 1)[0],
            people=None if people is None else int(people),
            of_frames=None if of_frames is None else Calibration.from_dict(of_frames),
            refined_on=None if refined_on is None else _two_counts(refined_on),
        )


def features_of(movement: Movement, neutral: Neutral | None = None, *, log_intensity: Floats | None = None) -> Floats:
    """The model's features, shape (29,).

    The variance of each expression, the squared turning speed, the shape variance, and the geometric mean of the
    frames' intensities. All but the last grow with the square of how far things move.

    Args:
        movement: of one video.
        neutral: the person's; estimated from this video if None.
        log_intensity: of its frames, shape (n,), if already computed.
    """
    variances = movement.blendshapes.astype(np.float64).var(axis=0)
    intensity = frame_intensity().log_intensity(movement, neutral) if log_intensity is None else log_intensity
    return np.array(
        [*(variances @ _SIDES), turning_speed(movement) ** 2, shape_variance(movement), np.exp(intensity.mean())]
    )


def fit_movement(
    features: Floats,
    scores: Floats,
    categories: Ints,
    people: Sequence[str],
    *,
    levels: Floats | None = None,
    seed: int = 0,
) -> FittedMovement:
    """Fit the model to videos.

    The level is fitted to the ranks of the scores, to be robust to outliers; the calibration uses cross-validated
    levels.

    Args:
        features: from `features_of`, shape (k, 29).
        scores: shape (k,).
        categories: into `CATEGORIES`, shape (k,).
        people: the person in each video, k names.
        levels: from `held_out_levels`, if already computed.
        seed: deals the people into folds for the calibration, if not.
    """
    count = len(set(people))
    if levels is None:
        levels = held_out_levels(features, scores, people, seed=seed)
    weights, units, slopes, intercept = _fit(features, scores, count)
    return FittedMovement(
        weights,
        units,
        slopes,
        intercept,
        calibrate(levels, scores, categories, people=count),
        pull=_pull(levels, features),
        people=count,
    )


def held_out_levels(features: Floats, scores: Floats, people: Sequence[str], *, seed: int = 0) -> Floats:
    """The level of each video by a model that has not seen its person (if there are several people), shape (k,)."""
    levels = np.zeros(len(scores))
    for train, test in people_in_folds(people, FOLDS, seed):
        weights, units, slopes, intercept = _fit(features[train], scores[train], len({people[row] for row in train}))
        levels[test] = _logarithms(features[test], np.array(weights), np.array(units)) @ slopes + intercept
    return levels


def held_out_models(
    features: Floats, scores: Floats, categories: Ints, people: Sequence[str], *, seed: int = 0
) -> Iterator[tuple[FittedMovement, Ints]]:
    """Yield a model for each fold of the people, and the rows of the people it has not seen.

    Arguments as in `fit_movement`.
    """
    for train, test in people_in_folds(people, FOLDS, seed):
        known = [people[row] for row in train]
        yield fit_movement(features[train], scores[train], categories[train], known, seed=seed), test


def people_in_folds(people: Sequence[str], folds: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield the training and test rows of each fold; with a single person, both are the same."""
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    count = min(folds, len(names))
    fold = (np.random.default_rng(seed).permutation(len(names)) % count)[owner]
    for number in range(count):
        stop_if_asked()
        own = np.flatnonzero(fold == number)
        yield (np.flatnonzero(fold != number) if count > 1 else own), own


def _two_counts(values: Any) -> tuple[int, int]:
    frames, people = numbers(values, 2)
    return int(frames), int(people)


_Fitted = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], float]

_SIDES = np.array(
    [[name in (whole, f"{whole}Left", f"{whole}Right") for whole in EXPRESSIONS] for name in BLENDSHAPES],
    dtype=np.float64,
)
"""(52, 26): 1 if a blendshape belongs to an expression."""


def _logarithms(features: Floats, weights: Floats, units: Floats) -> Floats:
    """The log of each term relative to its unit, shape (k, 4)."""
    energies = np.column_stack([features[:, : len(EXPRESSIONS)] @ weights, features[:, len(EXPRESSIONS) :]])
    return np.asarray(np.log(energies / units + LEAST))


def _fit(features: Floats, scores: Floats, people: int) -> _Fitted:
    """Fit weights, units, slopes and intercept by least squares to the normal scores of the scores' ranks.

    The prior for equal slopes weighs as much as `PRIOR_VIDEOS` videos.
    """
    wanted = norm.ppf((rankdata(scores) - 0.5) / len(scores))
    shapes, others = features[:, : len(EXPRESSIONS)], features[:, len(EXPRESSIONS) :]
    units = np.maximum([shapes.sum(axis=1).mean(), *others.mean(axis=0)], 1e-12)
    usual = _logarithms(features, np.ones(len(EXPRESSIONS)), units)
    spread = usual.std(axis=0)
    equal = np.where(spread > LEAST_SPREAD, EQUAL_PARTS / np.maximum(spread, LEAST_SPREAD), 0.0)
    if people < LEAST_PEOPLE:
        intercept = float(wanted.mean() - (usual @ equal).mean())
        return (1.0,) * len(EXPRESSIONS), tuple(units.tolist()), tuple(equal.tolist()), intercept
    fixed, shapes, prior = usual[:, 1:], shapes / units[0], PRIOR_VIDEOS / len(scores)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logs, slopes = parameters[: len(EXPRESSIONS)], parameters[len(EXPRESSIONS) : -1]
        parts = shapes * np.exp(logs)
        energy = parts.sum(axis=1) + LEAST
        terms = np.column_stack([np.log(energy), fixed])
        error = terms @ slopes + parameters[-1] - wanted
        uneven = spread * (slopes - equal)
        pull = 2 * error / len(error)
        gradient = [
            pull * slopes[0] / energy @ parts + 2 * STIFFNESS / len(logs) * logs,
            pull @ terms + 2 * prior * spread * uneven,
            [pull.sum()],
        ]
        total = (error**2).mean() + STIFFNESS * (logs**2).mean() + prior * (uneven**2).sum()
        return float(total), np.concatenate(gradient)

    start = np.array([*np.zeros(len(EXPRESSIONS)), *equal, 0.0])
    bounds = [(-7.0, 7.0)] * len(EXPRESSIONS) + [(0.0, None)] * len(TERMS) + [(None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    weights, slopes = np.exp(found[: len(EXPRESSIONS)]), found[len(EXPRESSIONS) : -1]
    return tuple(weights.tolist()), tuple(units.tolist()), tuple(slopes.tolist()), float(found[-1])


def _pull(levels: Floats, features: Floats) -> float:
    """The change of a frame's level per unit of log intensity: the slope between videos, times the reliability.

    A frame's intensity is less certain than a video's mean, so the slope is shrunk by about the share of its variance
    that the truth explains.
    """
    intensity = np.log(features[:, -1])
    if np.ptp(intensity) == 0:
        return 0.0
    return max(0.0, float(np.polyfit(intensity, levels, 1)[0])) * FRAME_PULL * frame_intensity().reliability
