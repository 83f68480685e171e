"""Compare two models on the same videos, with intervals of the difference over people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expressiveness.evaluation.benchmark_defaults import BOOTSTRAP_DRAWS
from expressiveness.evaluation.confusion import Confusion
from expressiveness.evaluation.metrics import draws_of_people, percentile_interval
from expressiveness.types import Ints


@dataclass(frozen=True, slots=True)
class PairedFigure:
    """A figure of two models on the same videos."""

    name: str  # as `wording.VIDEO_FIGURES` has it
    before: float
    after: float
    interval: list[float] | None  # 95 %, of the difference after - before; None if there is a single person


def paired_figures(
    truth: Ints,
    before: Ints,
    after: Ints,
    participant: npt.NDArray[np.str_],
    *,
    draws: int = BOOTSTRAP_DRAWS,
    seed: int = 0,
) -> list[PairedFigure]:
    """Accuracy and macro-F1 of two models; both are drawn the same people, so what is hard for both cancels out.

    Args:
        truth: categories of k videos, into `CATEGORIES`, shape (k,).
        before: what one model predicts, likewise.
        after: what the other one predicts.
        participant: whose video each is, shape (k,).
        draws: bootstrap samples of people.
        seed: of the bootstrap.
    """
    sides = [(Confusion.from_indices(truth, one)) for one in (before, after)]
    several = len(np.unique(participant)) > 1
    drawn = [
        [Confusion.from_indices(truth[rows], one[rows]) for one in (before, after)]
        for rows in (draws_of_people(participant, draws, seed) if several else ())
    ]
    figures = []
    for name in ("accuracy", "macro_f1"):
        first, second = (float(getattr(side, name)) for side in sides)
        gains = [getattr(later, name) - getattr(earlier, name) for earlier, later in drawn]
        figures.append(PairedFigure(name, first, second, percentile_interval(gains) if gains else None))
    return figures
