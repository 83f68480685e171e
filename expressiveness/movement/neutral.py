"""A person's neutral face, with which each of their frames is compared.

Faces differ at rest: some people have low brows, others seem to smile. What counts is how far a face is from its own
neutral, which is estimated from all of a participant's clips, since more footage makes it more accurate; or from the
stretches that a user named, where they did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from expressiveness.data import Interview, NamedNeutrals, Stretch
from expressiveness.errors import StoreError, VideoError
from expressiveness.movement.landmarks import read_movement
from expressiveness.movement.measures import EXPRESSIVE_COLUMNS
from expressiveness.movement.movement_store import MovementStore, load_movements
from expressiveness.movement.movement_table import RATE, Movement
from expressiveness.types import Floats
from expressiveness.wording import counted

SMOOTHING_SECONDS = 0.05
"""Standard deviation of the Gaussian that removes jitter from blendshapes."""

CONTEXT_SECONDS = 0.2
"""Standard deviation of the Gaussian over neighbouring frames: a face stays neutral for longer than one frame."""

DENSEST_SHARE = 0.15
"""Share of the frames, those most alike, taken as neutral: a face returns there between expressions."""

LOW_QUANTILE = 0.1
SHIFTS = 10
LEAST_SPREAD = 0.02
"""Smallest standard deviation of a blendshape when frames are compared; below it is mostly jitter."""


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """A neutral face, in each of the 41 blendshapes that show expression (see `EXPRESSIVE_COLUMNS`)."""

    mode: Floats  # (41,) what the face returns to
    low: Floats  # (41,) a low quantile
    median: Floats  # (41,)
    clips: int  # it was estimated from; in a single clip, somebody may hold a smile throughout
    named: bool = False  # by the user, so that a single clip is enough

    def __repr__(self) -> str:
        return f"Neutral(of {counted(self.clips, 'clip')})"

    def deviations(self, expression: Floats) -> Floats:
        """Features of each frame: its expression, its deviations from neutral, and those of its neighbourhood.

        Args:
            expression: from `expression_of`, shape (n, 41).

        Returns:
            Shape (n, 206). The last column says whether neutral is in doubt: estimated from a single clip, which
            nobody named.
        """
        around = gaussian_filter1d(expression, CONTEXT_SECONDS * RATE, axis=0, mode="nearest")
        parts = [expression, *(expression - rest for rest in (self.mode, self.low, self.median)), around - self.mode]
        return np.hstack([*parts, np.full((len(expression), 1), float(self.clips == 1 and not self.named))])


def expression_of(movement: Movement) -> Floats:
    """The blendshapes that show expression, smoothed against jitter, shape (n, 41)."""
    values = movement.blendshapes[:, EXPRESSIVE_COLUMNS].astype(np.float64)
    return np.asarray(gaussian_filter1d(values, SMOOTHING_SECONDS * RATE, axis=0, mode="nearest"))


def neutral_of(movements: Sequence[Movement]) -> Neutral:
    """Estimate a person's neutral face.

    Args:
        movements: of the person's clips, with at least one frame in total.
    """
    return _summary([expression_of(movement) for movement in movements])


def neutral_in(video: Path | str) -> Neutral:
    """The neutral face of a person, from a video in which the user says that it is neutral.

    Raises:
        VideoError: the video cannot be read, or shows no face.
    """
    movement = read_movement(video)
    if not len(movement):
        raise VideoError(f"{video}: no face was found in it; give a video of the face at rest")
    return _summary([expression_of(movement)], named=True)


class Neutrals:
    """The neutral face of every participant, estimated on first use from the stored movement of all their clips.

    Where a user named stretches of a participant, it is estimated from these alone, if a face is seen in one of them.
    It is never stored: it takes milliseconds to compute, and there is nothing to delete when somebody is forgotten.
    """

    def __init__(
        self, interviews: Sequence[Interview], store: MovementStore, *, named: NamedNeutrals | None = None
    ) -> None:
        """Look nothing up yet.

        Args:
            interviews: all interviews of the people, not only those that are judged.
            store: holds their movement; interviews not stored there are left out.
            named: the stretches that a user named. Their movement is read from the video where it is not stored, so
                the neutral face never depends on what was read before.
        """
        self._store, self._named = store, named or NamedNeutrals(())
        self._clips: dict[str, list[Interview]] = defaultdict(list)
        for interview in interviews:
            self._clips[interview.participant].append(interview)
        self._known: dict[str, Neutral | None] = {}

    def of(self, participant: str) -> Neutral | None:
        """The neutral face of a participant; None if none of their clips shows enough of it."""
        if participant not in self._known:
            self._known[participant] = self._of_stretches(participant) or self._of_all_clips(participant)
        return self._known[participant]

    def _of_stretches(self, participant: str) -> Neutral | None:
        return named_neutral(self._named, self._named.of(participant), self._store.load_or_read)

    def _of_all_clips(self, participant: str) -> Neutral | None:
        found = load_movements(self._clips[participant], self._store).values()
        movements = [movement for movement in found if isinstance(movement, Movement)]
        return neutral_of(movements) if movements else None


def named_neutral(
    named: NamedNeutrals, stretches: Sequence[Stretch], read: Callable[[Interview], Movement]
) -> Neutral | None:
    """Estimate a person's neutral face from the stretches that a user named.

    Args:
        named: notes the stretches that cannot be used.
        stretches: the person's.
        read: gives the movement of an interview.

    Returns:
        None if a face is seen in none of the stretches.
    """
    clips: dict[str, Floats] = {}
    chosen: dict[str, npt.NDArray[np.bool_]] = {}  # by interview, so that no frame counts twice
    for stretch in stretches:
        try:
            movement = read(stretch.interview)
        except (StoreError, VideoError) as error:
            named.pass_over(stretch, str(error))
            continue
        inside, id = stretch.covers(movement.seconds), stretch.interview.id
        if inside.any():
            clips[id], chosen[id] = expression_of(movement), inside | chosen.get(id, False)
        else:
            named.pass_over(stretch, "no face is seen in the stretch")
    return _summary([clips[id][chosen[id]] for id in clips], named=True) if clips else None


def _summary(clips: Sequence[Floats], *, named: bool = False) -> Neutral:
    """The neutral face in the frames of some clips, each of shape (n, 41)."""
    frames = np.concatenate(clips)
    low, median = np.quantile(frames, (LOW_QUANTILE, 0.5), axis=0)
    return Neutral(_mode(frames), low, median, clips=len(clips), named=named)


def _mode(frames: Floats) -> Floats:
    """The centre of the densest part of the frames, by mean shift from the median, shape (41,).

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
