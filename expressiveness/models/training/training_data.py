"""Everything that a model learns from: tables, labels, people's decisions, split and thresholds.

Start at `assemble`. Only the primary face of a frame is labelled, since the label belongs to the person interviewed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from expressiveness.data import (
    CATEGORIES,
    Curation,
    Decisions,
    Interview,
    NamedNeutrals,
    Split,
    Thresholds,
    split_by_participant,
)
from expressiveness.errors import StoreError
from expressiveness.faces import FaceStore, FaceTable
from expressiveness.models.families import MODELS
from expressiveness.models.training.training_config import TrainingConfig
from expressiveness.movement import Movement, MovementStore, Neutral, Neutrals, extract_movements
from expressiveness.types import Ints, Progress
from expressiveness.wording import counted, shortened

logger = logging.getLogger(__name__)

SetName = Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledClip:
    """One interview to learn from: its tables and labels."""

    interview: Interview
    faces: FaceTable  # the n primary ones
    movement: Movement | None  # without excluded faces; None if the model does not need it
    neutral: Neutral | None  # of the person, from all their clips or the stretches that a user named
    face_category: npt.NDArray[np.int32]  # (n,) into CATEGORIES; -1 if the face was excluded in review
    labelled: npt.NDArray[np.bool_]  # (n,) whether a person gave this very face its category
    category: int  # of the whole clip: the most frequent among its faces
    score: float  # if the category was corrected in review, its typical score

    def __repr__(self) -> str:
        id = shortened(self.interview.id, 20)
        return f"LabelledClip({id!r}, {counted(len(self.faces), 'face')}, {CATEGORIES[self.category]})"


@dataclass(eq=False)
class TrainingData:
    """What a model learns from. Tables are read clip by clip, each time `clips` is iterated."""

    interviews: Sequence[Interview]  # of all sets
    store: FaceStore
    config: TrainingConfig
    split: Split
    thresholds: Thresholds
    category_scores: tuple[float, float, float]  # the typical score of each category
    curation: Curation = field(default_factory=Curation)  # people's decisions about the interviews learned from
    neutrals: NamedNeutrals | None = None  # the neutral stretches that a user named
    passed_over: dict[str, str] = field(default_factory=dict)  # reasons by id, for the clips iterated so far
    faces_dealt: dict[str, int] | None = None  # to train and validation, if split by frame
    _used: dict[str, _Counts] = field(default_factory=dict)
    _decisions: Decisions = field(init=False)
    _neutrals: Neutrals = field(init=False)

    def __post_init__(self) -> None:
        self._neutrals = Neutrals(self.interviews, MovementStore.beside(self.store), named=self.neutrals)

    def __repr__(self) -> str:
        return f"TrainingData({counted(len(self.interviews), 'interview')}, {self.split})"

    def clips(self, *sets: SetName) -> Iterator[LabelledClip]:
        """Yield the interviews of some sets that have what the model needs; add the others to `passed_over`."""
        wanted = {id for name in sets for id in getattr(self.split, name)}
        self._decisions = Decisions(self.curation)  # counts the decisions used from here on
        for interview in self.interviews:
            if interview.id in wanted:
                try:
                    yield self._clip(interview)
                except StoreError as error:
                    self.passed_over[interview.id] = str(error)
                    logger.info("%s: skipped in training: %s", interview.id, error)

    def record(self) -> dict[str, Any]:
        """Counts of what was learned from, saved with the model; only clips iterated so far are included."""
        sets = {name: set(getattr(self.split, name)) for name in ("train", "validation", "test")}
        used = {name: [self._used[id] for id in self._used if id in ids] for name, ids in sets.items()}
        person = {interview.id: interview.participant for interview in self.interviews}
        faces = {name: np.sum([one.faces for one in members] or [_NONE], axis=0) for name, members in used.items()}
        videos = {name: np.sum([one.video for one in members] or [_NONE], axis=0) for name, members in used.items()}
        return {
            "interviews": len(self._used),
            "participants": {name: len({person[id] for id in self._used if id in ids}) for name, ids in sets.items()},
            "videos": {name: int(videos[name].sum()) for name in ("train", "validation")},
            "faces": self.faces_dealt or {name: int(faces[name].sum()) for name in ("train", "validation")},
            "train_videos_by_category": dict(zip(CATEGORIES, videos["train"].tolist(), strict=True)),
            "train_faces_by_category": dict(zip(CATEGORIES, faces["train"].tolist(), strict=True)),
            "passed_over": self.passed_over,
            "excluded_faces": self._decisions.excluded,
            "corrected_faces": self._decisions.corrected,
        }

    def _clip(self, interview: Interview) -> LabelledClip:
        faces = self.store.load(interview).primary()
        if not len(faces):
            raise StoreError("no face was found in it")
        score = interview.scores[self.config.target]
        weak = self.thresholds.index(score)
        wanted = self._decisions.categories(interview.id, faces.frame_number, weak)
        if not (wanted >= 0).any():
            raise StoreError("it was excluded in review")
        movement = neutral = None
        if "movement" in MODELS[self.config.model].needs:
            movement = _without(MovementStore.beside(self.store).load(interview), faces, wanted < 0)
            if movement.doubt:
                raise StoreError(movement.doubt)
            neutral = self._neutrals.of(interview.participant)
        counts = np.bincount(wanted[wanted >= 0], minlength=len(CATEGORIES))
        category = int(counts.argmax())
        self._used[interview.id] = _Counts(counts, np.eye(len(CATEGORIES), dtype=int)[category])
        typical = score if category == weak else self.category_scores[category]
        labelled = self._decisions.labelled(interview.id, faces.frame_number)
        return LabelledClip(interview, faces, movement, neutral, wanted, labelled, category, typical)


def assemble(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: TrainingConfig,
    *,
    split: Split | None = None,
    curation: Curation | None = None,
    neutrals: NamedNeutrals | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> TrainingData:
    """Collect what a run learns from. Movement that is needed but not stored yet is read from the videos.

    Args:
        interviews: of all sets.
        store: holds their faces.
        config: gives the model, target, thresholds, set sizes and seed.
        split: the training, validation and test sets; made from `config` if None.
        curation: people's decisions; those about people in the test set are ignored.
        neutrals: the neutral stretches that a user named; other people's neutral faces are found over all their clips.
        workers: processes that read movement; None for one per core.
        progress: called after each video is read.

    Raises:
        TrainingError: there are too few people for three sets.
    """
    split = split or split_by_participant(
        interviews,
        target=config.target,
        test_share=config.test_share,
        validation_share=config.validation_share,
        seed=config.seed,
    )
    if "movement" in MODELS[config.model].needs:
        # Also for the test set, which is usually evaluated next: here all cores are used.
        extract_movements(interviews, MovementStore.beside(store), workers=workers, progress=progress)
    trained_on = set(split.train)
    scores = [interview.scores[config.target] for interview in interviews if interview.id in trained_on]
    chosen = config.thresholds
    thresholds = chosen if isinstance(chosen, Thresholds) else Thresholds.from_tertiles(scores)
    curation = curation or Curation()
    if config.split_by == "participant":
        curation = curation.about({*split.train, *split.validation})
    typical = typical_scores(scores, thresholds)
    return TrainingData(interviews, store, config, split, thresholds, typical, curation, neutrals)


def typical_scores(scores: Sequence[float], thresholds: Thresholds) -> tuple[float, float, float]:
    """The median score of each category; if it has no clip, a value from the thresholds.

    Medians, since RecruitView's scores have long tails.
    """
    values = np.array(scores)
    index = np.array([thresholds.index(score) for score in scores])
    empty = (thresholds.low, (thresholds.low + thresholds.high) / 2, thresholds.high)
    low, middle, high = (
        float(np.median(values[index == k])) if (index == k).any() else empty[k] for k in range(len(CATEGORIES))
    )
    return low, middle, high


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """What a clip adds to the record's counts, by category."""

    faces: Ints  # (3,)
    video: Ints  # (3,) one-hot


_NONE = np.zeros(len(CATEGORIES), dtype=np.int64)


def _without(movement: Movement, faces: FaceTable, excluded: npt.NDArray[np.bool_]) -> Movement:
    """The movement without the frames nearest to an excluded face."""
    if not excluded.any():
        return movement
    nearest = np.abs(movement.seconds[:, np.newaxis] - faces.seconds).argmin(axis=1)
    return movement.select(~excluded[nearest])
