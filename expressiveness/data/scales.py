"""Propose thresholds for scores that come without: by the scale that the scores look like, and their thirds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from expressiveness.data.categories import Thresholds
from expressiveness.errors import TrainingError

LIKERT = ((1, 5), (1, 7), (1, 9), (0, 10))
"""Usual ends of ratings in whole or half steps, the narrowest first."""


def proposed_thresholds(scores: Sequence[float]) -> dict[str, Thresholds]:
    """Thresholds that may fit some scores, each by what it rests on; none if the scores are all equal.

    Args:
        scores: of all interviews, one or more.
    """
    proposals = {}
    if scale := scale_of(scores):
        name, thresholds = scale
        proposals[name] = thresholds
    try:
        thirds = Thresholds.from_tertiles(scores)
    except TrainingError:
        return {}
    return {**proposals, "thirds of these interviews": thirds}


def scale_of(scores: Sequence[float]) -> tuple[str, Thresholds] | None:
    """What scale scores look like, and fixed thresholds on it; None if like none that is known."""
    values = np.asarray(scores, dtype=np.float64)
    if not len(values):
        return None
    least, most = values.min(), values.max()
    if np.allclose(values * 2, np.round(values * 2)) and most > 1 and len(values) > 1:
        for low, high in LIKERT:
            if least >= low and most <= high:
                return f"thirds of a rating from {low} to {high}", _parted(low, high)
    if least < 0 and abs(values.mean()) < 0.25 and 0.5 < values.std() < 2:
        return "standardised scores, as RecruitView's", Thresholds()
    for low, high in ((0, 1), (0, 100)):
        if least >= low and high / 2 < most <= high:
            return f"thirds of a scale from {low} to {high}", _parted(low, high)
    return None


def _parted(low: float, high: float) -> Thresholds:
    return Thresholds(round(low + (high - low) / 3, 3), round(high - (high - low) / 3, 3))
