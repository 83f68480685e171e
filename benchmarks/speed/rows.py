"""A row of the table: two ways of doing one thing, done in turns, and the ratio that is to be reached."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal

Turns = Iterator[tuple[float, float]]
"""What the first way took and what the second took, in turns, so that a busy machine slows both down."""


@dataclass(frozen=True)
class Row:
    """One comparison. Its ratio is the first way's figure by the second's."""

    what: str
    ways: tuple[str, str]
    bound: Literal[">=", "<="]
    target: float
    turns: Callable[[Path, Path], Turns]  # given a real clip and an empty folder
    unit: str = "seconds"

    def measured(self, clip: Path, folder: Path) -> dict[str, object]:
        """Take every turn; return the figures, ready for JSON."""
        figures = [[round(first, 4), round(second, 4)] for first, second in self.turns(clip, folder)]
        ratios = [first / second for first, second in figures]
        ratio = statistics.median(ratios)
        return {
            "what": self.what,
            "ways": self.ways,
            "unit": self.unit,
            "figures": figures,
            "ratio": round(ratio, 3),
            "spread": [round(min(ratios), 3), round(max(ratios), 3)],
            "target": f"{self.bound} {self.target:g}",
            "reached": ratio >= self.target if self.bound == ">=" else ratio <= self.target,
        }


def measure(name: str, clip: Path) -> dict[str, object]:
    """Measure the row of a module of this package."""
    row = import_module(f"benchmarks.speed.{name}").ROW
    with tempfile.TemporaryDirectory() as folder:
        return row.measured(clip, Path(folder))


def seconds(work: Callable[..., object], *arguments: object) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def cpu_seconds(work: Callable[..., object], *arguments: object) -> float:
    """What a piece of work takes of all cores, on every thread of this process."""
    started = time.process_time()
    work(*arguments)
    return time.process_time() - started


def peak_megabytes(who: int) -> float:
    """The most memory that this process (or the largest of those it started and that ended) has held."""
    return resource.getrusage(who).ru_maxrss / 1024
