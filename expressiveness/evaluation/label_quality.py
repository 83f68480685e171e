"""Find labels that are probably wrong: those that a model trained on other people finds improbable.

Uses confident learning (Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels",
JAIR 70, 2021) from the package cleanlab: the lower the probability of the given category, the more suspicious the
label. The people must be held out, since a model trained on a wrong label will not question it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from expressiveness.data import CATEGORIES, DEFAULT_TARGET, Curation, Interview, Split, Thresholds
from expressiveness.errors import TrainingError
from expressiveness.faces import FaceStore
from expressiveness.intensity import frame_intensity
from expressiveness.models import (
    FittedMovement,
    LabelledClip,
    TrainingConfig,
    TrainingData,
    features_of,
    held_out_models,
)
from expressiveness.types import Floats, Ints
from expressiveness.wording import shortened

LEAST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that may be wrong."""

    interview: str  # its id
    frame_number: int | None  # from 1; None for the whole video
    category: str  # the label
    suggested: str  # the most probable category
    quality: float  # of the label, 0 (certainly wrong) to 1

    def __repr__(self) -> str:
        where = "" if self.frame_number is None else f", frame {self.frame_number}"
        id = shortened(self.interview, 20)
        return f"Suspect({id!r}{where}: {self.category}, rather {self.suggested}; quality {self.quality:.2f})"


def label_quality(category: Ints, probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """How trustworthy labels are, 0 to 1.

    Args:
        category: the labels, into `CATEGORIES`, shape (n,).
        probabilities: by a model that has not seen these people, in the order of `CATEGORIES`, shape (n, 3).

    Returns:
        Shape (n,); the lowest is the most suspicious.
    """
    if not len(category):
        return np.zeros(0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")  # in notebooks, about an unused progress bar
        from cleanlab.rank import get_label_quality_scores

    exact = probabilities.astype(np.float64)
    # cleanlab needs rows that sum to exactly 1, and finite logs
    exact = np.maximum(exact, 1e-9) / np.maximum(exact, 1e-9).sum(axis=1, keepdims=True)
    return np.asarray(get_label_quality_scores(category, exact, method="self_confidence"))


def suspicious_labels(
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    unit: Literal["video", "frame"] = "video",
    target: str = DEFAULT_TARGET,
    thresholds: Thresholds | None = None,
    curation: Curation | None = None,
    seed: int = 0,
) -> list[Suspect]:
    """Rank videos, or frames, by how suspicious their category is.

    Each is judged by the movement model, trained on the other people.

    Args:
        interviews: those without stored faces and movement (`extract_movements`) are skipped.
        store: holds the faces.
        unit: rank videos, or frames with a stored face, each labelled with its video's category.
        target: the score that gives the category.
        thresholds: the notebook's if None.
        curation: people's earlier decisions; corrected categories are used as labels.
        seed: deals the people into folds.

    Returns:
        The most suspicious first.

    Raises:
        TrainingError: too few people show enough of a face.
    """
    clips = _labelled(interviews, store, target, thresholds or Thresholds(), curation or Curation())
    features = np.array([features_of(clip.movement, clip.neutral) for clip in clips if clip.movement])
    scores, categories = np.array([clip.score for clip in clips]), np.array([clip.category for clip in clips])
    people = [clip.interview.participant for clip in clips]
    suspects: list[Suspect] = []
    for model, rows in held_out_models(features, scores, categories, people, seed=seed):
        for clip, level in zip((clips[row] for row in rows), model.levels(features[rows]), strict=True):
            numbers = clip.faces.frame_number.tolist()
            suspects += (
                _suspects(clip, numbers, model.frame_calibration.probabilities(_frame_levels(clip, model, level)))
                if unit == "frame"
                else _suspects(clip, [None], model.calibration.probabilities(np.array([level])))
            )
    return sorted(suspects, key=lambda one: (one.quality, one.interview, one.frame_number or 0))


def _labelled(
    interviews: Sequence[Interview], store: FaceStore, target: str, thresholds: Thresholds, curation: Curation
) -> list[LabelledClip]:
    everybody = Split(train=tuple(interview.id for interview in interviews), validation=(), test=())
    typical = (thresholds.low - 1, (thresholds.low + thresholds.high) / 2, thresholds.high + 1)
    config = TrainingConfig(model="movement", target=target, thresholds=thresholds)
    clips = list(TrainingData(interviews, store, config, everybody, thresholds, typical, curation).clips("train"))
    people = {clip.interview.participant for clip in clips}
    if len(people) < LEAST_PEOPLE:
        raise TrainingError(
            f"{len(people)} people show enough of a face to find wrong labels, {LEAST_PEOPLE} are needed; "
            "add interviews, or read their movement first (expressiveness benchmark does)"
        )
    return clips


def _frame_levels(clip: LabelledClip, model: FittedMovement, level: float) -> Floats:
    """The level of each frame with a stored face, shape (n,)."""
    assert clip.movement
    intensity = frame_intensity().log_intensity(clip.movement, clip.neutral)
    return np.interp(clip.faces.seconds, clip.movement.seconds, model.frame_levels(intensity, float(level)))


def _suspects(
    clip: LabelledClip, frame_numbers: Sequence[int | None], probabilities: npt.NDArray[np.float32]
) -> list[Suspect]:
    qualities = label_quality(np.full(len(frame_numbers), clip.category), probabilities)
    return [
        Suspect(clip.interview.id, number, CATEGORIES[clip.category], CATEGORIES[said], float(quality))
        for number, said, quality in zip(frame_numbers, probabilities.argmax(axis=1), qualities, strict=True)
    ]
