"""A promise with uncertainty: of each video the categories that hold the right one for, say, 90 % of new people.

Conformal prediction (Vovk, Gammerman and Shafer, "Algorithmic learning in a random world", 2005): what a model says of
people whom it has not learned from tells how improbable a right category may look. Clips of one person are not
independent, so people are the units: one clip drawn of each, again and again (Dunn, Wasserman and Ramdas,
"Distribution-free prediction sets for two-layer hierarchical models", JASA 118, 2023). New people must be like those.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError, StoreError, TrainingError, VideoError
from expressiveness.models.base import Clip, Input, StoredClips
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.training_data import TrainingData
from expressiveness.types import Floats, Ints

PROMISE = 0.9

DRAWS = 500
"""Of one clip a person, when sets are calibrated."""

ROUNDING = 1e-9
"""Sums may be off by so much."""


class _Judge(Protocol):
    needs: ClassVar[frozenset[Input]]

    def predict(self, clip: Clip) -> FramePredictions: ...


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What a model says of k videos whose people it has not learned from."""

    probabilities: npt.NDArray[np.floating]  # (k, 3) in the order of CATEGORIES
    category: Ints  # (k,) the truth, by the score, into CATEGORIES
    participants: tuple[str, ...]  # k, whose videos they are

    def __repr__(self) -> str:
        return f"HeldOut({len(self.category)} videos of {len(set(self.participants))} people)"

    @classmethod
    def validated(cls, model: _Judge, data: TrainingData) -> HeldOut | None:
        """Judge the validation people, where a model has not learned from them but for when to stop.

        Returns:
            None where faces were dealt out one by one, so that everybody was learned from, or no video can be judged.
        """
        if data.config.split_by == "frame":
            return None
        wanted, found = set(data.split.validation), []
        clips = StoredClips(data.interviews, data.store, model.needs)
        for interview in data.interviews:
            if interview.id in wanted:
                try:
                    said = model.predict(clips.of(interview))
                except (StoreError, VideoError):  # training has named it
                    continue
                if len(said.frame_number):
                    truth = data.thresholds.index(interview.scores[data.config.target])
                    found.append((said.video_probabilities, truth, interview.participant))
        if not found:
            return None
        probabilities, categories, people = zip(*found, strict=True)
        return cls(np.array(probabilities), np.array(categories), people)


@dataclass(frozen=True, slots=True)
class ConformalSets:
    """How improbable a category may look and still be named."""

    promise: float  # the share of videos of new people whose category is among those named
    threshold: float  # the most that speaks against a category that is named, 0 to 1
    people: int  # that it was calibrated on

    def __post_init__(self) -> None:
        if not (0 < self.promise < 1 and 0 <= self.threshold <= 1 and self.people > 0):
            raise ModelError("sets: give a promise between 0 and 1, a threshold from 0 to 1, and people")

    @classmethod
    def calibrated(
        cls,
        probabilities: npt.NDArray[np.floating],
        category: Ints,
        participants: Sequence[str],
        promise: float = PROMISE,
    ) -> ConformalSets:
        """Learn from people whom the model has not seen how much may speak against a right category.

        Args:
            probabilities: of the categories, shape (k, 3).
            category: the truth, into `CATEGORIES`, shape (k,).
            participants: whose videos they are, k names.
            promise: the share of videos of new people for which the sets are to hold the right category.

        Raises:
            TrainingError: there are too few people for that.
        """
        names, owner, clips = np.unique(np.asarray(participants), return_inverse=True, return_counts=True)
        needed = people_needed(promise)
        if len(names) < needed:
            raise TrainingError(
                f"{len(names)} people who were not learned from are too few to promise {promise:.0%}; "
                f"{needed} are needed"
            )
        against = _against(probabilities)[np.arange(len(category)), category]
        return cls(promise, _threshold(against, owner, clips, promise), len(names))

    def of(self, probabilities: npt.NDArray[np.floating]) -> list[tuple[str, ...]]:
        """The categories that are named of each video, neighbours and the most probable one among them.

        Args:
            probabilities: of the categories, shape (k, 3).
        """
        return [
            tuple(name for name, named in zip(CATEGORIES, row, strict=True) if named)
            for row in (_against(probabilities) <= self.threshold).tolist()
        ]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> ConformalSets | None:
        """Read what `dataclasses.asdict` wrote; None stays None.

        Raises:
            ModelError: the numbers cannot be.
        """
        return (
            None if values is None else cls(float(values["promise"]), float(values["threshold"]), int(values["people"]))
        )


def _threshold(against: Floats, owner: Ints, clips: Ints, promise: float) -> float:
    """The value that what speaks against a new person's category stays below as often as was promised.

    One clip drawn of each person gives a value that holds exactly: the one at rank promise x (people + 1). Which clips
    are drawn must not matter, so ours has as many people below it, each counting as one, as those of many draws have on
    average.

    Args:
        against: what speaks against the true category of each of k videos, shape (k,).
        owner: whose they are, from 0 on, shape (k,).
        clips: how many each person has.
        promise: between 0 and 1.
    """
    order = np.argsort(against)
    ascending, people = against[order], len(clips)
    share = np.concatenate([[0.0], np.cumsum(1 / clips[owner[order]]) / people])  # of people, up to each value
    first = np.cumsum(clips) - clips
    own = first + (np.random.default_rng(0).random((DRAWS, people)) * clips).astype(int)
    drawn = np.sort(against[np.argsort(owner, kind="stable")[own]], axis=1)
    ranked = np.column_stack([np.full(DRAWS, -np.inf), drawn])  # by rank, from 1
    rank = promise * (people + 1) - ROUNDING
    above, below = (
        share[np.searchsorted(ascending, ranked[:, side], side="right")].mean()
        for side in (math.ceil(rank), math.ceil(rank) - 1)
    )
    level = below + (rank - math.ceil(rank) + 1) * (above - below)
    return float(ascending[np.searchsorted(share[1:], level - ROUNDING)])


def people_needed(promise: float) -> int:
    """How many people must not be learned from for such a promise."""
    return math.ceil(promise / (1 - promise) - ROUNDING)


def about_sets(sets: Mapping[str, Any] | None) -> str:
    """What a model promises, in a sentence; `sets` as its record holds them."""
    if not sets:
        return (
            f"It cannot promise how often it is right: that takes {people_needed(PROMISE)} people or more whom it has "
            "not learned from."
        )
    return (
        f"It also names the categories that hold the right one for {sets['promise']:.0%} of videos of new people, as "
        f"calibrated on {sets['people']} people whom it has not learned from. Where these are all three, it cannot say."
    )


def _against(probabilities: npt.NDArray[np.floating]) -> Floats:
    """What speaks against each category, shape (k, 3): 1 less its probability, as far as sets make sense.

    Nothing speaks against the most probable category, so that no set is empty; and against none more than against one
    further away from it, so that no set is "Reserved or Expressive".
    """
    improbable = 1 - probabilities.astype(np.float64)
    likeliest = probabilities.argmax(axis=1)[:, np.newaxis]
    from_left = np.minimum.accumulate(improbable, axis=1)
    from_right = np.minimum.accumulate(improbable[:, ::-1], axis=1)[:, ::-1]
    place = np.arange(len(CATEGORIES))
    return np.where(place == likeliest, 0.0, np.where(place < likeliest, from_left, from_right))
