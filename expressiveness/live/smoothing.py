"""Steady a stream of probabilities without lagging behind it, and know a face's resting look.

Both take irregular times: what counts is the seconds between two faces, not their number.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

STILL_HZ = 0.3
"""Cut-off of the smoothing while nothing changes: noise between frames is averaged over half a second."""
HZ_PER_CHANGE = 0.75
"""How much the cut-off rises with the speed of change (probability a second), so that a real change comes through."""
SPEED_HZ = 1.0
"""Cut-off of the speed's own smoothing, as its authors advise."""

REST_SECONDS = 30.0
"""How long a face's mean look remembers; RecruitView's clips, over which training takes it, last about as long."""


SHORTEST = 1e-3
"""Seconds: damaged videos repeat time stamps."""


class Smoothing:
    """The one-euro filter on probabilities: strong while they rest, weak while they move.

    A plain exponential average either lets noise through or lags by its time constant. Here the time constant shrinks
    as the probabilities change faster. At 30 frames a second noise is more than halved and yet a jump from one category
    to another is followed to nine tenths within 100 ms; a plain average that calms noise as much takes twice as long.
    All probabilities share one factor, so that they still sum to 1.

    Source: Casiez, Roussel and Vogel, "1 € Filter", CHI 2012.
    """

    def __init__(self) -> None:
        self._seconds = -math.inf
        self._value: npt.NDArray[np.float64] = np.zeros(0)
        self._speed: npt.NDArray[np.float64] = np.zeros(0)

    def update(self, seconds: float, probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Take the probabilities of a frame, shape (3,), and return the smoothed ones."""
        raw = np.asarray(probabilities, dtype=np.float64)
        if math.isinf(self._seconds):
            self._value, self._speed = raw, np.zeros_like(raw)
        else:
            passed = max(seconds - self._seconds, SHORTEST)
            speed = (raw - self._value) / passed
            self._speed = self._speed + _factor(SPEED_HZ, passed) * (speed - self._speed)
            cutoff = STILL_HZ + HZ_PER_CHANGE * float(np.linalg.norm(self._speed))
            self._value = self._value + _factor(cutoff, passed) * (raw - self._value)
        self._seconds = seconds
        return self._value


class RestingFace:
    """The mean of a face's crops so far, the latest `REST_SECONDS` counting most: what a deviation is taken from."""

    def __init__(self) -> None:
        self._started = self._seconds = -math.inf
        self._mean: npt.NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._count = 0

    def update(self, seconds: float, crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Take a crop of shape (48, 48) and return the mean, in gray levels."""
        if not self._count:
            self._started, self._mean = seconds, crop.astype(np.float32)
        self._count += 1
        share = max(1 / self._count, 1 - math.exp(-(seconds - self._seconds) / REST_SECONDS))
        self._mean = self._mean + np.float32(share) * (crop - self._mean)
        self._seconds = seconds
        return self._mean

    def known_for(self) -> float:
        """Seconds between the first crop and the last."""
        return self._seconds - self._started if self._count else 0.0


def _factor(cutoff: float, passed: float) -> float:
    """How far a low-pass filter of `cutoff` Hz moves towards a new value after `passed` seconds, 0 to 1."""
    return 1 / (1 + 1 / (2 * math.pi * cutoff * passed))
