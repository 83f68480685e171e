"""Types that many modules share: arrays, progress, and what was passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Failure:
    """An interview that was passed over, and why."""

    id: str
    reason: str


class Progress(Protocol):
    """Told how far long work is: what is done, of how much if that is known, and a few words worth a look."""

    def __call__(self, done: int, total: int | None, note: str = "", /) -> None:
        """Show it. Called from one thread, before the first piece of work is done as well."""


Pixels = npt.NDArray[np.uint8]
