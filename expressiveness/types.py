"""Types that many modules share: arrays, progress, and what was passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Failure:
    """An interview that was passed over, and why."""

    id: str
    reason: str


Progress = Callable[[int, int], None]
"""Called with how many interviews are done and how many there are."""

Pixels = npt.NDArray[np.uint8]
