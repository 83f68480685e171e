"""Prediction sets: for each video, the categories that include the right one for, say, 90 % of new people.

Conformal prediction (Vovk, Gammerman and Shafer, "Algorithmic learning in a random world", 2005): predictions for
people who were not trained on show how low the probability of the right category can be. Clips of one person are not
independent, so people are the units: one clip of each is drawn, repeatedly (Dunn, Wasserman and Ramdas,
"Distribution-free prediction sets for two-layer hierarchical models", JASA 118, 2023). New people must be similar.
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
from expressiveness.models.training import TrainingData
from expressiveness.types import Floats, Ints, Progress

PROMISE = 0.9

DRAWS = 500
"""How often one clip per person is drawn for the calibration."""

ROUNDING = 1e-9
"""Tolerance for rounding errors in sums."""


class _Judge(Protocol):
    needs: ClassVar[frozenset[Input]]

    def predict(self, clip: Clip) -> FramePredictions: ...


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Predictions for k videos of people the model has not learned from."""

    probabilities: npt.NDArray[np.floating]  # (k, 3) in the order of CATEGORIES
    category: Ints  # (k,) the truth, from the score, into CATEGORIES
    participants: tuple[str, ...]  # k, the person in each video

    def __repr__(self) -> str:
        return f"HeldOut({len(self.category)} videos of {len(set(self.participants))} people)"

    @classmethod
    def validated(cls, model: _Judge, data: TrainingData, *, progress: Progress | None = None) -> HeldOut | None:
        """Judge the validation set, for a model that only used it for early stopping.

        Args:
            model: just trained.
            data: what it was trained on.
            progress: called after each video.

        Returns:
            None if the data was split by frame, so that everybody was trained on, or if no video can be judged.
        """
        if data.config.split_by == "frame":
            return None
        wanted, found = set(data.split.validation), []
        clips = StoredClips(data.interviews, data.store, model.needs, neutrals=data.neutrals)
        for number, interview in enumerate((one for one in data.interviews if one.id in wanted), start=1):
            try:
                said = model.predict(clips.of(interview))
            except (StoreError, VideoError):  # already reported in training
                continue
            if len(said.frame_number):
                truth = data.thresholds.index(interview.scores[data.config.target])
                found.append((said.video_probabilities, truth, interview.participant))
            if progress:
                progress(number, len(wanted), f"{number} of {len(wanted)} validation videos judged")
        if not found:
            return None
        probabilities, categories, people = zip(*found, strict=True)
        return cls(np.array(probabilities), np.array(categories), people)


@dataclass(frozen=True, slots=True)
class ConformalSets:
    """Prediction sets: how improbable a category may be and still be included."""

    promise: float  # the share of new people's videos whose set includes the right category
    threshold: float  # categories with a nonconformity up to this are included, 0 to 1
    people: int  # in the calibration

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
        """Find the threshold from people the model has not seen.

        Args:
            probabilities: of the categories, shape (k, 3).
            category: the truth, into `CATEGORIES`, shape (k,).
            participants: the person in each video, k names.
            promise: the share of new people's videos whose set is to include the right category.

        Raises:
            TrainingError: there are too few people.
        """
        names, owner, clips = np.unique(np.asarray(participants), return_inverse=True, return_counts=True)
        needed = people_needed(promise)
        if len(names) < needed:
            raise TrainingError(
                f"{len(names)} people who were not trained on are too few to promise {promise:.0%}; {needed} are needed"
            )
        against = _against(probabilities)[np.arange(len(category)), category]
        return cls(promise, _threshold(against, owner, clips, promise), len(names))

    def of(self, probabilities: npt.NDArray[np.floating]) -> list[tuple[str, ...]]:
        """The set of each video: adjacent categories, including the most probable one.

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
            ModelError: the numbers are invalid.
        """
        return (
            None if values is None else cls(float(values["promise"]), float(values["threshold"]), int(values["people"]))
        )


def _threshold(against: Floats, owner: Ints, clips: Ints, promise: float) -> float:
    """The nonconformity that a new person's true category stays below as often as promised.

    With one clip drawn per person, the value at rank promise x (people + 1) holds exactly. So that the result does not
    depend on the draw, the threshold is placed where the share of people below it, each weighted equally, equals the
    average over many draws.

    Args:
        against: the nonconformity of the true category of each of k videos, shape (k,).
        owner: index of the person in each, shape (k,).
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
    """How many people the calibration needs for such a promise."""
    return math.ceil(promise / (1 - promise) - ROUNDING)


def about_sets(sets: Mapping[str, Any] | None) -> str:
    """A sentence about a model's prediction sets; `sets` is from its record."""
    if not sets:
        return (
            f"It cannot promise how often it is right: that takes at least {people_needed(PROMISE)} people whom it was "
            "not trained on."
        )
    return (
        f"It also names the possible categories, which include the right one for {sets['promise']:.0%} of videos of "
        f"new people, as calibrated on {sets['people']} people whom it was not trained on. If it names all three, it "
        "cannot say."
    )


def _against(probabilities: npt.NDArray[np.floating]) -> Floats:
    """The nonconformity of each category, shape (k, 3): 1 minus its probability, adjusted so that sets make sense.

    It is 0 for the most probable category, so no set is empty, and never decreases away from it, so no set is "Reserved
    or Expressive".
    """
    improbable = 1 - probabilities.astype(np.float64)
    likeliest = probabilities.argmax(axis=1)[:, np.newaxis]
    from_left = np.minimum.accumulate(improbable, axis=1)
    from_right = np.minimum.accumulate(improbable[:, ::-1], axis=1)[:, ::-1]
    place = np.arange(len(CATEGORIES))
    return np.where(place == likeliest, 0.0, np.where(place < likeliest, from_left, from_right))
