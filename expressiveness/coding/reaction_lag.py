"""How late a coder follows a video whose level they mark with the mouse while it plays, and the level without that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from expressiveness.errors import InterviewError
from expressiveness.types import Floats

RATE = 25.0
"""Samples a second at which two tracks are compared."""

MOST_LAG = 6.0
"""Seconds. People who follow an expression continuously are some seconds late (Mariooryad and Busso 2015)."""

LEAST_SECONDS = 10.0
"""What two tracks must share; shorter ones fit each other at many lags."""


class Lag(NamedTuple):
    """How late a coder is."""

    seconds: float  # positive: the coder is behind
    correlation: float  # with the reference, once the lag is taken out; low values mean that the lag is not known


def reaction_lag(
    seconds: Floats, level: Floats, reference_seconds: Floats, reference_level: Floats, *, most: float = MOST_LAG
) -> Lag:
    """Estimate how late a coder is, by the lag at which their level correlates best with a reference.

    The reference is the mean of the other coders, or a model's level. Between samples the peak is found by a parabola.
    Source: Mariooryad and Busso, "Correcting time-continuous emotional labels by modeling the reaction lag of
    evaluators", IEEE Trans. Affective Computing 6 (2015), who choose the lag that best explains the labels.

    Args:
        seconds: times of the coder's level, increasing, shape (n,).
        level: by the coder, shape (n,); NaN where they gave none.
        reference_seconds: times of the reference, increasing, shape (m,).
        reference_level: shape (m,), likewise.
        most: the longest lag, in seconds.

    Raises:
        InterviewError: both share too little time, or one of them never moves.
    """
    seconds, level = _known(seconds, level)
    reference_seconds, reference_level = _known(reference_seconds, reference_level)
    begin, end = max(seconds[0], reference_seconds[0]), min(seconds[-1], reference_seconds[-1])
    if end - begin < LEAST_SECONDS:
        raise InterviewError(
            f"the lag cannot be estimated on {max(0, end - begin):.0f} s; give {LEAST_SECONDS:.0f} s that both coded"
        )
    grid = np.arange(begin, end, 1 / RATE)
    one, other = np.interp(grid, seconds, level), np.interp(grid, reference_seconds, reference_level)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        raise InterviewError("the lag cannot be estimated where a level never moves; leave this video out")
    longest = int(min(most, (end - begin) / 2) * RATE)
    found = np.array([_correlation(one[lag:], other[: len(other) - lag]) for lag in range(longest + 1)])
    best = int(found.argmax())
    lag = (best + _between(found, best)) / RATE
    return Lag(float(lag), float(found[best]))


def without_lag(seconds: Floats, lag: float) -> Floats:
    """The times that a coder reacted to, not before the video begins.

    Args:
        seconds: when the coder moved, shape (n,).
        lag: from `reaction_lag`, in seconds.
    """
    return np.maximum(seconds - lag, 0.0)


def _known(seconds: Floats, level: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(level)
    if not known.any():
        raise InterviewError("the lag cannot be estimated without levels of both; choose a video that both coded")
    return seconds[known], level[known]


def _correlation(one: Floats, other: Floats) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _between(values: Floats, best: int) -> float:
    """How far the peak of a parabola through a maximum and its neighbours is from it, in samples."""
    if not 0 < best < len(values) - 1:
        return 0.0
    before, at, after = values[best - 1 : best + 2]
    bend = before - 2 * at + after
    return float((before - after) / (2 * bend)) if bend else 0.0
