"""What a person's face looks like at rest, which every frame of theirs is compared with.

Faces differ at rest: some brows lie low, some mouths smile. What counts is how far a face is from its own rest, and the
more of a person is seen, the better that is known. So it is learned from all of a participant's clips.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from expressiveness.data import Interview
from expressiveness.movement.measures import EXPRESSIVE_COLUMNS
from expressiveness.movement.movement_store import MovementStore, load_movements
from expressiveness.movement.movement_table import RATE, Movement
from expressiveness.types import Floats
from expressiveness.wording import counted

SMOOTHING_SECONDS = 0.05
"""Standard deviation of the Gaussian that takes the tremor out of blendshapes."""

CONTEXT_SECONDS = 0.2
"""Standard deviation of the Gaussian over what surrounds a frame: a face is at rest or not for longer than a frame."""

DENSEST_SHARE = 0.15
"""Of the frames, those most alike are taken for the face at rest: it returns there between expressions."""

LOW_QUANTILE = 0.1
SHIFTS = 10
LEAST_SPREAD = 0.02
"""Of a blendshape, when frames are compared: what hardly varies is mostly tremor."""


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """A face at rest, in each of the 41 blendshapes that tell of expression (see `EXPRESSIVE_COLUMNS`)."""

    mode: Floats  # (41,) what the face returns to
    low: Floats  # (41,) a low quantile, below which it hardly goes
    median: Floats  # (41,)
    clips: int  # that it was learned from: in one clip alone, somebody may hold a smile from start to end

    def __repr__(self) -> str:
        return f"Neutral(of {counted(self.clips, 'clip')})"

    def deviations(self, expression: Floats) -> Floats:
        """Where a face is and how far from rest, now and around now; whether rest is known from one clip alone.

        Args:
            expression: by `expression_of`, shape (n, 41).

        Returns:
            Shape (n, 206).
        """
        around = gaussian_filter1d(expression, CONTEXT_SECONDS * RATE, axis=0, mode="nearest")
        parts = [expression, *(expression - rest for rest in (self.mode, self.low, self.median)), around - self.mode]
        return np.hstack([*parts, np.full((len(expression), 1), float(self.clips == 1))])


def expression_of(movement: Movement) -> Floats:
    """The blendshapes that tell of expression, without their tremor, shape (n, 41)."""
    values = movement.blendshapes[:, EXPRESSIVE_COLUMNS].astype(np.float64)
    return np.asarray(gaussian_filter1d(values, SMOOTHING_SECONDS * RATE, axis=0, mode="nearest"))


def neutral_of(movements: Sequence[Movement]) -> Neutral:
    """Learn what one person's face looks like at rest.

    Args:
        movements: of the clips that show the person, with a frame at least.
    """
    frames = np.concatenate([expression_of(movement) for movement in movements])
    low, median = np.quantile(frames, (LOW_QUANTILE, 0.5), axis=0)
    return Neutral(_mode(frames), low, median, clips=len(movements))


class Neutrals:
    """The neutral of every participant, learned from the stored movement of all their clips when first asked for.

    It is not stored anywhere: what is made anew in milliseconds need not be found again when somebody is forgotten.
    """

    def __init__(self, interviews: Sequence[Interview], store: MovementStore) -> None:
        """Look nothing up yet.

        Args:
            interviews: all that are known of the people, not only those that are judged.
            store: of their movement; what is not stored there is left out.
        """
        self._store = store
        self._clips: dict[str, list[Interview]] = defaultdict(list)
        for interview in interviews:
            self._clips[interview.participant].append(interview)
        self._known: dict[str, Neutral | None] = {}

    def of(self, participant: str) -> Neutral | None:
        """The neutral of a participant; None where no clip of theirs shows enough of a face."""
        if participant not in self._known:
            found = load_movements(self._clips[participant], self._store).values()
            movements = [movement for movement in found if isinstance(movement, Movement)]
            self._known[participant] = neutral_of(movements) if movements else None
        return self._known[participant]


def _mode(frames: Floats) -> Floats:
    """The middle of the densest share of the frames, by mean shift from the median, shape (41,).

    Source: Fukunaga and Hostetler, "The estimation of the gradient of a density function", IEEE Trans. Inf. Theory 21
    (1975), with the nearest neighbours as the kernel.
    """
    spread = np.maximum(frames.std(axis=0), LEAST_SPREAD)
    scaled = frames / spread
    middle: npt.NDArray[np.float64] = np.median(scaled, axis=0)
    count = max(1, round(DENSEST_SHARE * len(scaled)))
    for _ in range(SHIFTS):
        nearest = np.argpartition(((scaled - middle) ** 2).sum(axis=1), count - 1)[:count]
        middle = scaled[nearest].mean(axis=0)
    return np.asarray(middle * spread)
