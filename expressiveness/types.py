"""Types that many modules share: arrays, progress, and failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Failure:
    """An interview that was skipped, and why."""

    id: str
    reason: str


class Progress(Protocol):
    """A callback for long work: how much is done, the total if known, and a short note."""

    def __call__(self, done: int, total: int | None, note: str = "", /) -> None:
        """Show the progress. Always called from the same thread, the first time before any work is done."""
