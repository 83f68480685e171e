"""Expressiveness from facial movement, without any learning.

Start at `expressiveness_of`. An expressive face is one that changes: what counts is how the blendshapes vary in time,
and not their level, which is a matter of the person.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from expressiveness.movement.movement_table import BLENDSHAPES, LANDMARKS, RATE, Movement
from expressiveness.types import Floats

Measure = Literal["std", "velocity", "p90", "mean", "displacement"]

EXPRESSIVE_COLUMNS = np.array([not name.startswith(("_neutral", "eyeLook", "eyeBlink")) for name in BLENDSHAPES])
"""Which blendshapes tell of expression: neither where somebody looks nor that they blink, which everybody does."""

TREMOR_SECONDS = 0.15
"""Standard deviation of the Gaussian that takes the tremor out of the head's turning; nods take half a second."""

REFINEMENTS = 3
"""Rounds in which faces are laid on their mean and the mean is taken anew; more change nothing."""


def expressiveness_of(movement: Movement, measure: Measure = "std") -> float | None:
    """Measure how expressive a face is, without learning.

    Args:
        movement: of one video.
        measure: "std", the default, sqrt(sum of the blendshapes' variances over time); "velocity", the mean absolute
            change in a time step, summed; "p90", the 90th percentile of what lies above each blendshape's median,
            summed; "mean", the mean sum, which tells faces apart more than what they do; "displacement", how far the
            landmarks are from the median face, the mean, in shares of the face's size.

    Returns:
        0 or more; None if there is not enough of a face, see `Movement.doubt`.
    """
    return None if movement.doubt else _MEASURES[measure](movement)


def turning_speed(movement: Movement) -> float:
    """How fast the head turns, in degrees a second, the mean over pairs of frames that follow each other.

    Smoothed over `TREMOR_SECONDS` first: the landmarker's angles tremble from frame to frame, and speed adds that up.
    """
    if not len(movement):
        return 0.0
    turns = gaussian_filter1d(movement.rotation.astype(np.float64), TREMOR_SECONDS * RATE, axis=0, mode="nearest")
    steps = np.linalg.norm(np.diff(turns, axis=0), axis=1)[_adjacent(movement)]
    return float(steps.mean() * RATE) if len(steps) else 0.0


def shape_variance(movement: Movement) -> float:
    """How much the face changes its shape: the variance of its landmarks over time, in squares of the face's size.

    Position, size and turn of the head are taken out first, by laying each frame's landmarks on their mean (generalised
    Procrustes analysis; Gower, "Generalized Procrustes analysis", Psychometrika 40, 1975).
    """
    return float(_aligned(movement).var(axis=0).sum())


def _standard_deviation(movement: Movement) -> float:
    return math.sqrt(_expressive(movement).var(axis=0).sum())


def _velocity(movement: Movement) -> float:
    """Over pairs of frames that follow each other: across a gap, a step would be longer."""
    steps = np.abs(np.diff(_expressive(movement), axis=0)).sum(axis=1)[_adjacent(movement)]
    return float(steps.mean()) if len(steps) else 0.0


def _high_percentile(movement: Movement) -> float:
    values = _expressive(movement)
    return float(np.quantile(np.maximum(values - np.median(values, axis=0), 0).sum(axis=1), 0.9))


def _mean(movement: Movement) -> float:
    return float(_expressive(movement).sum(axis=1).mean())


def _displacement(movement: Movement) -> float:
    """The measure of OpenWillis, from its description, and so not to the digit.

    Source: `facial_expressivity` in Worthington et al., "OpenWillis: an open-source Python library for digital health
    measurement", Biological Psychiatry 95 (2024), S169. It measures from a person's baseline video. Studies that have
    none are judged here by the clip's own median face, so a pose that is held for most of a clip counts for nothing.
    """
    points = _aligned(movement) * math.sqrt(LANDMARKS)  # now 1 is their root mean square distance from the middle
    return float(np.linalg.norm(points - np.median(points, axis=0), axis=2).mean())


_MEASURES: dict[Measure, Callable[[Movement], float]] = {
    "std": _standard_deviation,
    "velocity": _velocity,
    "p90": _high_percentile,
    "mean": _mean,
    "displacement": _displacement,
}


def _aligned(movement: Movement) -> Floats:
    """The landmarks of each frame laid on their mean, shape (n, 69, 3), their squares adding up to 1 in each frame."""
    points: Floats = movement.landmarks.astype(np.float64)
    points = points - points.mean(axis=1, keepdims=True)
    points /= np.sqrt((points**2).sum(axis=(1, 2), keepdims=True))
    mean = points[0]
    for _ in range(REFINEMENTS):
        left, _, right = np.linalg.svd(np.einsum("nki,kj->nij", points, mean))
        points = points @ (left @ right)
        mean = points.mean(axis=0)
    return points


def _expressive(movement: Movement) -> Floats:
    return movement.blendshapes[:, EXPRESSIVE_COLUMNS].astype(np.float64)


def _adjacent(movement: Movement) -> npt.NDArray[np.bool_]:
    """Which steps from one frame with a face to the next skip no frame, shape (n - 1,)."""
    return np.asarray(np.diff(movement.seconds) < 1.5 / RATE)
