"""How good a model is, best on people it has not seen.

A clip's label belongs to the clip, so the figures that count are the video's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from expressiveness.data import CATEGORIES, Interview
from expressiveness.errors import TrainingError
from expressiveness.evaluation.metrics import VideoResults, frame_figures, video_figures
from expressiveness.faces import FaceStore
from expressiveness.models import FramePredictions, TrainedModel, predict_interviews


def evaluate(
    model: TrainedModel, interviews: Sequence[Interview], store: FaceStore, *, seed: int = 0
) -> dict[str, Any]:
    """Judge a model on interviews, best on those of people it has not seen.

    The truth is the category that an interview's score gives, for every one of its frames. What people corrected or
    left out while reviewing plays no part: they look where a model errs, and a truth that follows their corrections
    would praise the model that they corrected. So runs before and after curation are judged by the same measure.

    Args:
        model: to judge.
        interviews: to judge it on, with their scores.
        store: holds their faces.
        seed: for the bootstrap.

    Returns:
        `participants`; `leaky`, whether some of them were trained on; `frame` with n, loss, accuracy, macro_f1,
        report and confusion_matrix; `video` with those and spearman, c_index, kendall, qwk, recall, the majority's
        accuracy, intervals of 95 % (`*_ci`), and the ids of videos without a face. Confusion matrices have the truth in
        rows, both sides in the order of `CATEGORIES`.

    Raises:
        TrainingError: none of the interviews has a face.
    """
    judged: list[tuple[Interview, FramePredictions]] = []
    without_face: list[str] = []
    for outcome in predict_interviews(model, interviews, store):
        if outcome.value is None or outcome.value.category is None:
            without_face.append(outcome.item.id)
        else:
            judged.append((outcome.item, outcome.value))
    if not judged:
        raise TrainingError(
            f"none of {len(interviews)} interviews has a face to judge the model on; extract faces first"
        )
    results = _video_results(model, judged)
    return {
        "participants": len(set(results.participant)),
        "leaky": model.config.split_by == "frame" or bool(_known_people(model, [one for one, _ in judged])),
        "frame": frame_figures(
            np.repeat(results.category, [len(predictions.frame_number) for _, predictions in judged]),
            np.concatenate([predictions.probabilities for _, predictions in judged]),
        ),
        "video": {**video_figures(results, seed=seed), "without_face": without_face},
    }


def held_out_interviews(model: TrainedModel, interviews: Sequence[Interview]) -> Sequence[Interview]:
    """The interviews of people who had no part in a model's training or early stopping.

    Raises:
        TrainingError: every one of the people had.
    """
    people = _known_people(model, interviews)
    held_out = [interview for interview in interviews if interview.participant not in people]
    if not held_out:
        raise TrainingError(
            f"all {len(people)} people took part in the training, so nobody is left to judge the model on; "
            "give interviews of other people, or judge it on those it knows (--everyone)"
        )
    return held_out


def _known_people(model: TrainedModel, interviews: Sequence[Interview]) -> set[str]:
    """The people of some interviews who had a part in a model's training or early stopping."""
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
    )
