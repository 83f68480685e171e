"""Expressiveness measured from facial movement, without training.

Start at `expressiveness_of`. An expressive face is one that changes: what counts is how the blendshapes vary over time,
not their level, which depends on the person.
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
"""Mask of the blendshapes that show expression: all but gaze and blinks."""

TREMOR_SECONDS = 0.15
"""Standard deviation of the Gaussian that removes jitter from the head's rotation; a nod takes half a second."""

REFINEMENTS = 3
"""Iterations of aligning all faces to their mean and recomputing the mean; more change nothing."""


def expressiveness_of(movement: Movement, measure: Measure = "std") -> float | None:
    """Measure how expressive a face is, without training.

    Args:
        movement: of one video.
        measure: "std", the default: the square root of the summed variances of the blendshapes over time.
            "velocity": the mean absolute change per time step, summed over blendshapes.
            "p90": the 90th percentile over frames of the summed excess over each blendshape's median.
            "mean": the mean sum, which reflects who the person is more than what the face does.
            "displacement": the mean distance of the landmarks from the median face, relative to the face's size.

    Returns:
        0 or more; None if too little of the face is visible, see `Movement.doubt`.
    """
    return None if movement.doubt else _MEASURES[measure](movement)


def turning_speed(movement: Movement) -> float:
    """The mean speed of the head's rotation, in degrees per second, over pairs of consecutive frames.

    The angles are smoothed over `TREMOR_SECONDS` first, since their jitter would add up in the speed.
    """
    if not len(movement):
        return 0.0
    turns = gaussian_filter1d(movement.rotation.astype(np.float64), TREMOR_SECONDS * RATE, axis=0, mode="nearest")
    steps = np.linalg.norm(np.diff(turns, axis=0), axis=1)[_adjacent(movement)]
    return float(steps.mean() * RATE) if len(steps) else 0.0


def shape_variance(movement: Movement) -> float:
    """How much the face changes shape: the variance of its landmarks over time, in squares of the face's size.

    Position, size and rotation of the head are removed first, by aligning each frame's landmarks to their mean
    (Gower, "Generalized Procrustes analysis", Psychometrika 40, 1975).
    """
    return float(_aligned(movement).var(axis=0).sum())


def _standard_deviation(movement: Movement) -> float:
    return math.sqrt(_expressive(movement).var(axis=0).sum())


def _velocity(movement: Movement) -> float:
    """Only over consecutive frames: a step across a gap would be longer."""
    steps = np.abs(np.diff(_expressive(movement), axis=0)).sum(axis=1)[_adjacent(movement)]
    return float(steps.mean()) if len(steps) else 0.0


def _high_percentile(movement: Movement) -> float:
    values = _expressive(movement)
    return float(np.quantile(np.maximum(values - np.median(values, axis=0), 0).sum(axis=1), 0.9))


def _mean(movement: Movement) -> float:
    return float(_expressive(movement).sum(axis=1).mean())


def _displacement(movement: Movement) -> float:
    """OpenWillis's measure, implemented from its description, so values may differ slightly.

    Source: `facial_expressivity` in Worthington et al., "OpenWillis: an open-source Python library for digital health
    measurement", Biological Psychiatry 95 (2024), S169. It compares with a baseline video of the person. Here the
    clip's own median face replaces it, so a pose held for most of a clip counts for nothing.
    """
    points = _aligned(movement) * math.sqrt(LANDMARKS)  # now their root mean square distance from the centre is 1
    return float(np.linalg.norm(points - np.median(points, axis=0), axis=2).mean())


_MEASURES: dict[Measure, Callable[[Movement], float]] = {
    "std": _standard_deviation,
    "velocity": _velocity,
    "p90": _high_percentile,
    "mean": _mean,
    "displacement": _displacement,
}


def _aligned(movement: Movement) -> Floats:
    """Each frame's landmarks aligned to their mean, shape (n, 69, 3); the squares of each frame sum to 1."""
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
    """Which pairs of successive rows are consecutive frames, shape (n - 1,)."""
    return np.asarray(np.diff(movement.seconds) < 1.5 / RATE)
