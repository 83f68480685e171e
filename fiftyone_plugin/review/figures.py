"""The review panel's statistics of a run, counted in MongoDB without loading labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fiftyone as fo
import numpy as np
from fiftyone import ViewField as F

from expressiveness.data import CATEGORIES, Thresholds, participant_name
from expressiveness.evaluation import Confusion, PairedFigure, paired_figures

from ..dataset import measure_of
from ..fields import FRAMES_WITHOUT_FACE, INTERVIEW_ID, PARTICIPANT, InterviewFields, RunFields
from .views import Samples

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FrameFigures:
    """Frame counts of a run."""

    confusion: Confusion
    confident_mistakes: int
    uncertain: int
    wrong_stretches: int  # of time


@dataclass(frozen=True, slots=True)
class VideoFigures:
    """Video counts of a run."""

    confusion: Confusion
    without_face: int  # on at least one frame


@dataclass(frozen=True, slots=True)
class Change:
    """Counts of frames or videos that two runs both judged."""

    both_right: int
    fixed: int  # wrong before, right after
    broken: int  # right before, wrong after
    both_wrong: int


@dataclass(frozen=True, slots=True)
class JudgedVideo:
    """One video with a run's prediction."""

    id: str  # of the sample
    interview: str
    participant: str
    truth: str
    predicted: str
    accuracy: float  # of its frames
    stretches: int  # wrong stretches


def frame_figures(samples: Samples, run: str) -> FrameFigures:
    """Count a run's frames using the stretches, which summarise them and are far fewer."""
    counts = {
        "_id": {"truth": "$truth", "label": "$label"},
        **{name: {"$sum": f"${name}"} for name in ("judged", "confident", "uncertain")},
        "stretches": {"$sum": 1},
    }
    stretches = f"${RunFields(run).stretches}.detections"
    each = ({"$project": {"stretch": stretches}}, {"$unwind": "$stretch"}, {"$replaceRoot": {"newRoot": "$stretch"}})
    groups = list(_of_videos(samples, *each, {"$group": counts}))
    wrong = [group for group in groups if group["_id"]["truth"] != group["_id"]["label"]]
    return FrameFigures(
        Confusion.from_pairs((group["_id"]["truth"], group["_id"]["label"], group["judged"]) for group in groups),
        confident_mistakes=sum(group["confident"] for group in wrong),
        uncertain=sum(group["uncertain"] for group in groups),
        wrong_stretches=sum(group["stretches"] for group in wrong),
    )


def video_figures(samples: Samples, run: str) -> VideoFigures:
    """Count a run's videos: the confusion matrix, and videos with frames without a face."""
    video = RunFields(run).video
    counts = {
        "_id": {"truth": f"${video}.truth", "label": f"${video}.label"},
        "videos": {"$sum": 1},
        "without_face": {"$sum": {"$cond": [{"$gt": [f"${FRAMES_WITHOUT_FACE}", 0]}, 1, 0]}},
    }
    groups = list(_of_videos(samples, {"$group": counts}))
    judged = [group for group in groups if group["_id"].get("label")]
    return VideoFigures(
        Confusion.from_pairs((group["_id"]["truth"], group["_id"]["label"], group["videos"]) for group in judged),
        without_face=sum(group["without_face"] for group in groups),
    )


def frame_change(samples: Samples, before: str, after: str) -> Change:
    """Count the frames that one run fixed or broke compared with another."""
    first, second = ({"$first": f"${run}.detections.correct"} for run in (before, after))
    # Projecting before grouping halves the time.
    return _change(_of_frames(samples, {"$project": {"_id": 0, "before": first, "after": second}}, _CHANGES))


def video_change(samples: Samples, before: str, after: str) -> Change:
    """Count the videos that one run fixed or broke compared with another."""
    first, second = (f"${RunFields(run).video}.correct" for run in (before, after))
    return _change(_of_videos(samples, {"$project": {"before": first, "after": second}}, _CHANGES))


def as_trained(samples: Samples, run: str) -> Confusion:
    """Count a run's videos against the scores alone, whatever people have decided since."""
    truth, [predicted], _ = _by_score(samples, [run], *measure_of(samples._root_dataset, run))
    return Confusion.from_indices(truth, predicted)


def run_figures(samples: Samples, before: str, after: str) -> list[PairedFigure]:
    """Figures of two runs over the videos that both judged, against the scores alone; empty if they learned others."""
    measure = measure_of(samples._root_dataset, after)
    if measure_of(samples._root_dataset, before) != measure:
        return []
    truth, predicted, people = _by_score(samples, [before, after], *measure)
    return paired_figures(truth, predicted[0], predicted[1], people) if len(truth) else []


def worst_videos(samples: Samples, run: str, *, most: int) -> list[JudgedVideo]:
    """The videos with wrong frames, those with the lowest frame accuracy first."""
    fields = RunFields(run)
    worst = samples.match(F(fields.accuracy) < 1).sort_by(fields.accuracy)[:most]
    stretches = f"{fields.stretches}.detections.correct"
    names = ["id", INTERVIEW_ID, PARTICIPANT, f"{fields.video}.truth", f"{fields.video}.label", fields.accuracy]
    rows = zip(*worst.values([*names, stretches]), strict=True)
    return [
        JudgedVideo(id, interview, person, truth, predicted, accuracy, (correct or []).count(False))
        for id, interview, person, truth, predicted, accuracy, correct in rows
    ]


def _by_score(samples: Samples, runs: list[str], target: str, thresholds: Thresholds) -> tuple[Any, Any, Any]:
    """The videos that all runs judged: true categories, (k,); predicted ones, (runs, k); and the people, (k,)."""
    score = InterviewFields.of(samples._root_dataset).scores[target]
    columns = samples.values([score, PARTICIPANT, *(f"{RunFields(run).video}.label" for run in runs)])
    rows = [row for row in zip(*columns, strict=True) if row[0] is not None and all(row[2:])]
    truth = [thresholds.index(row[0]) for row in rows]
    predicted = [[CATEGORIES.index(row[2 + number]) for row in rows] for number in range(len(runs))]
    people = [participant_name(row[1] or "") for row in rows]
    return np.array(truth, dtype=int), np.array(predicted, dtype=int), np.array(people, dtype=str)


_CHANGES: Document = {"$group": {"_id": {"before": "$before", "after": "$after"}, "n": {"$sum": 1}}}


def _change(groups: Iterator[Document]) -> Change:
    counts = {(group["_id"].get("before"), group["_id"].get("after")): group["n"] for group in groups}
    return Change(
        both_right=counts.get((True, True), 0),
        fixed=counts.get((False, True), 0),
        broken=counts.get((True, False), 0),
        both_wrong=counts.get((False, False), 0),
    )


def _of_frames(samples: Samples, *stages: Document) -> Iterator[Document]:
    """Aggregate all frames of some videos, even if a view shows only some of them.

    FiftyOne would join videos with frames first, which takes several times as long.
    """
    return iter(samples._root_dataset._frame_collection.aggregate([*_chosen("_sample_id", samples), *stages]))


def _of_videos(samples: Samples, *stages: Document) -> Iterator[Document]:
    return iter(samples._root_dataset._sample_collection.aggregate([*_chosen("_id", samples), *stages]))


def _chosen(key: str, samples: Samples) -> list[Document]:
    if isinstance(samples, fo.Dataset):
        return []
    return [{"$match": {key: {"$in": samples.values("_id")}}}]
