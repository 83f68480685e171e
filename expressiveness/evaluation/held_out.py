"""Evaluate a model, ideally on people it has not seen.

Labels are per clip, so the figures are over videos. Frames are only evaluated if their truth is known, see
`frame_truth`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from expressiveness.data import CATEGORIES, Interview, NamedNeutrals
from expressiveness.errors import TrainingError
from expressiveness.evaluation.frame_truth import FrameTruth, frame_figures
from expressiveness.evaluation.metrics import VideoResults, set_figures, video_figures
from expressiveness.evaluation.verdict import verdict
from expressiveness.faces import FaceStore
from expressiveness.models import FramePredictions, TrainedModel, figures_html, predict_interviews
from expressiveness.types import Progress
from expressiveness.wording import NO_FRAME_TRUTH

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How well a model does on some interviews."""

    model: str  # which one it is, in words
    participants: int
    leaky: bool  # whether the model was trained on some of these people
    verdict: str  # the conclusion in a sentence
    video: dict[str, Any]  # see `video_figures`
    frames: dict[str, Any] | None  # see `frame_figures`; None if the truth of no frame is known
    clips: pd.DataFrame  # a row per judged interview: truth, prediction, and whether it is correct
    passed_over: dict[str, str]  # reasons by interview id

    def as_dict(self) -> dict[str, Any]:
        """The figures, ready for JSON, without single clips.

        Confusion matrices have the truth in rows, both axes in the order of `CATEGORIES`.
        """
        return {
            "model": self.model,
            "participants": self.participants,
            "leaky": self.leaky,
            "verdict": self.verdict,
            "video": self.video,
            "frames": self.frames,
            "passed_over": self.passed_over,
        }

    def to_pandas(self) -> pd.DataFrame:
        """A row per judged interview, by id: truth, prediction, and whether it is correct."""
        return self.clips.set_index("id")

    @property
    def wrong(self) -> pd.DataFrame:
        """The clips with a wrong prediction, the most confident ones first."""
        clips = self.to_pandas()
        return clips[~clips["correct"]].sort_values("confidence", ascending=False)

    def __repr__(self) -> str:
        return f"Evaluation({self.verdict})"

    def _repr_html_(self) -> str:
        unknown = "" if self.frames else f"<p>{NO_FRAME_TRUTH}</p>"
        said = f"<p><b>{escape(self.verdict)}</b></p><p>Model: {escape(self.model)}.</p>"
        return f"{said}{figures_html(self.as_dict())}{unknown}"


def evaluate(
    model: TrainedModel,
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    frame_truth: FrameTruth | None = None,
    neutrals: NamedNeutrals | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate a model on interviews, ideally of people it has not seen.

    The truth is the category of an interview's score. Corrections and exclusions from review do not change it: people
    review where a model is wrong, so using their corrections would favour the model they reviewed. Runs before and
    after curation are therefore comparable.

    Args:
        model: to evaluate.
        interviews: to evaluate it on, with their scores.
        store: holds their faces.
        frame_truth: known truth of single frames; without it there are no figures of frames.
        neutrals: the neutral stretches that a user named.
        seed: of the bootstrap.
        progress: called after each interview.

    Raises:
        TrainingError: none of the interviews can be judged.
    """
    judged: list[tuple[Interview, FramePredictions]] = []
    passed_over: dict[str, str] = {}
    report = progress or (lambda *_: None)
    report(0, len(interviews), f"0 of {len(interviews)} videos judged")
    for number, outcome in enumerate(predict_interviews(model, interviews, store, neutrals=neutrals), start=1):
        if outcome.value is None or outcome.value.category is None:
            doubt = outcome.value.doubt if outcome.value else outcome.error
            passed_over[outcome.item.id] = doubt or "no face was found in it"
            logger.info("%s: not judged: %s", outcome.item.id, passed_over[outcome.item.id])
        else:
            judged.append((outcome.item, outcome.value))
        report(number, len(interviews), f"{number} of {len(interviews)} videos judged")
    if not judged:
        first = next(iter(passed_over.values()), "there are none")
        raise TrainingError(f"none of {len(interviews)} interviews can be judged; the first: {first}")
    results = _video_results(model, judged)
    everybody = set(results.participant.tolist())
    known = everybody if model.config.split_by == "frame" else _known_people(model, [one for one, _ in judged])
    return Evaluation(
        model=model.in_words,
        participants=len(everybody),
        leaky=bool(known),
        verdict=verdict(results, trained_on=known, seed=seed),
        video={**video_figures(results, seed=seed), "sets": _set_figures(model, judged, results, seed)},
        frames=frame_figures(judged, frame_truth, seed=seed) if frame_truth else None,
        clips=_clips(judged, results),
        passed_over=passed_over,
    )


def held_out_interviews(model: TrainedModel, interviews: Sequence[Interview]) -> Sequence[Interview]:
    """The interviews of people who were not used in a model's training or early stopping.

    Raises:
        TrainingError: there are none.
    """
    people = _known_people(model, interviews)
    held_out = [interview for interview in interviews if interview.participant not in people]
    if not held_out:
        raise TrainingError(
            f"the model was trained on all {len(people)} people, so nobody is left to evaluate it on; "
            "give interviews of other people, or evaluate it on those it knows (--everyone)"
        )
    return held_out


def _known_people(model: TrainedModel, interviews: Sequence[Interview]) -> set[str]:
    """The people in some interviews who were used in a model's training or early stopping."""
    seen = {*model.split.train, *model.split.validation}
    return {interview.participant for interview in interviews if interview.id in seen}


def _video_results(model: TrainedModel, judged: Sequence[tuple[Interview, FramePredictions]]) -> VideoResults:
    scores = np.array([interview.scores[model.config.target] for interview, _ in judged])
    return VideoResults(
        participant=np.array([interview.participant for interview, _ in judged]),
        score=scores,
        category=np.array([model.thresholds.index(score) for score in scores]),
        predicted_score=np.array([predictions.score for _, predictions in judged], dtype=np.float64),
        predicted_category=np.array([CATEGORIES.index(predictions.category or "") for _, predictions in judged]),
        probabilities=np.array([predictions.video_probabilities for _, predictions in judged]),
    )


def _set_figures(
    model: TrainedModel, judged: Sequence[tuple[Interview, FramePredictions]], results: VideoResults, seed: int
) -> dict[str, Any] | None:
    if model.sets is None:
        return None
    named = [predictions.possible or () for _, predictions in judged]
    return {"promise": model.sets.promise, **set_figures(results, named, seed=seed)}


def _clips(judged: Sequence[tuple[Interview, FramePredictions]], results: VideoResults) -> pd.DataFrame:
    names = np.array(CATEGORIES)
    return pd.DataFrame(
        {
            "id": [interview.id for interview, _ in judged],
            "participant": results.participant,
            "score": results.score,
            "category": names[results.category],
            "predicted_score": results.predicted_score,
            "predicted_category": names[results.predicted_category],
            "confidence": [predictions.confidence for _, predictions in judged],
            "correct": results.category == results.predicted_category,
        }
    )
