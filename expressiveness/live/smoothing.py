"""Smooth a stream of probabilities with little lag, and track a face's mean look.

Both handle irregular times: they depend on the seconds between frames, not on the number of frames.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

STILL_HZ = 0.3
"""Cut-off frequency while nothing changes: noise is averaged over half a second."""
HZ_PER_CHANGE = 0.75
"""How much the cut-off rises with the speed of change (probability per second), so that real changes get through."""
SPEED_HZ = 1.0
"""Cut-off for smoothing the speed, as recommended by the authors."""

REST_SECONDS = 30.0
"""Time constant of a face's mean, about the length of RecruitView's clips, over which training takes it."""

SHORTEST = 1e-3
"""Shortest step in seconds, since damaged videos repeat time stamps."""


class Smoothing:
    """The one-euro filter on probabilities: it smooths more while they are steady, and less while they change.

    A plain exponential average either lets noise through or lags. Here the time constant shrinks as the probabilities
    change faster. At 30 frames per second, noise is more than halved, yet 90 % of a jump between categories is followed
    within 100 ms; a plain average with the same noise takes twice as long. All probabilities share one factor, so they
    still sum to 1.

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
    """The running mean of a face's crops, mostly of the last `REST_SECONDS`, from which deviations are taken."""

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
