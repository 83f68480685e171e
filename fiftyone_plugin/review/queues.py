"""Review queues: a run's frames of one kind without a decision, grouped by video.

Start at `review_queue`. Most queues are a `Search`; suspicious labels are about whole videos, and "what to label next"
ranks the frames of the people that the run may learn from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import fiftyone as fo
import numpy as np
from fiftyone import ViewField as F

from expressiveness.data import CATEGORIES, COLORS
from expressiveness.evaluation import label_next

from ..curation import BY_HAND, login, touched_faces
from ..fields import (
    CATEGORY,
    DECIDED_AT,
    EXCLUDE_TAG,
    FACES,
    INTERVIEW_ID,
    PARTICIPANT,
    REVIEWED_CATEGORY,
    SUGGESTED_CATEGORY,
    SUSPICION,
    RunFields,
    runs_with_fields,
)
from .views import Samples, Search, confidently_wrong, differing, uncertain, videos_with, wrong

BUDGET = 50
"""Frames that "What to label next" asks for at a time."""


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What awaits a decision."""

    videos: list[dict[str, Any]]
    """For each video its `id`, the `interview`, and the numbers of its `frames`, ascending; in order of review."""
    note: str = ""
    """What a reviewer should know about the queue."""
    whole_videos: bool = False
    """Whether a decision is about the video, of which the frames are only the best example."""

    def as_dict(self) -> dict[str, Any]:
        """The queue, ready for JSON."""
        return asdict(self)


def review_queue(samples: Samples, run: str, queue: str) -> ReviewQueue:
    """What awaits a decision, without videos that are excluded from training.

    Args:
        samples: a dataset or a view of its videos.
        run: whose predictions.
        queue: a name in `QUEUES`.
    """
    return QUEUES[queue][1](samples.match_tags(EXCLUDE_TAG, bool=False), run)


def decided_in(videos: Samples) -> dict[str, dict[str, Any]]:
    """The decisions about some videos, ready for JSON.

    Returns:
        By sample id, `frames`: by frame number, the `category`, whether the face is `excluded`, and `by` whom;
        `left_out`: whether the whole video is excluded; `reviewed`: the category that a person gave it, or None.
    """
    names = ["id", "tags", f"{REVIEWED_CATEGORY}.label"]
    found: dict[str, dict[str, Any]] = {
        sample: {"frames": {}, "left_out": EXCLUDE_TAG in tags, "reviewed": reviewed}
        for sample, tags, reviewed in zip(*videos.values(names), strict=True)
    }
    for face in touched_faces(videos):
        if face.state.decided:
            found[face.sample_id]["frames"][str(face.frame_number)] = {
                "category": face.state.category,
                "excluded": face.state.excluded,
                "by": face.state.decided_by or BY_HAND,
            }
    return found


def shown_faces(view: fo.DatasetView) -> dict[str, Any]:
    """What a view of single faces shows, and what was decided on it, ready for JSON.

    Returns:
        `tiles` in the order of the view, each with its own `id`, that of the video's `sample`, the `frame` number, the
        `interview`, and the predicted `label` and the `truth`; the decisions that are `known`, see `decided_in`; the
        `categories` and their `colors`; the `coder`, who is logged in. No tiles if the view shows no run's faces.
    """
    dataset = view._root_dataset
    run = next((run for run in runs_with_fields(dataset) if view.has_sample_field(run)), None)
    rows = [] if run is None else _rows(view, run)
    videos = dataset.select(sorted({sample for _, sample, *_ in rows}))
    interviews = dict(zip(*videos.values(["id", INTERVIEW_ID]), strict=True))
    names = ("id", "sample", "frame", "label", "truth")
    return {
        "tiles": [{**dict(zip(names, row, strict=True)), "interview": interviews[row[1]]} for row in rows],
        "known": decided_in(videos),
        "categories": list(CATEGORIES),
        "colors": [COLORS[name] for name in CATEGORIES],
        "coder": login(),
    }


def _rows(view: fo.DatasetView, run: str) -> list[tuple[Any, ...]]:
    names = ["id", "sample_id", "frame_number", f"{run}.label", f"{run}.truth"]
    return list(zip(*view.values(names), strict=True))


def labels_to_check(samples: Samples) -> fo.DatasetView:
    """The videos with a suspicious category that nobody has decided on yet, most suspicious first."""
    undecided = samples.exists(SUSPICION).exists(REVIEWED_CATEGORY, False).exists(DECIDED_AT, False)
    doubted = F(f"{SUGGESTED_CATEGORY}.label") != F(f"{CATEGORY}.label")
    return undecided.match_tags(EXCLUDE_TAG, bool=False).match(doubted).sort_by(SUSPICION, reverse=True)


def _found(search: Callable[[str], Search]) -> Callable[[Samples, str], ReviewQueue]:
    """The queue of what a search finds, the video with the most first."""

    def queue(samples: Samples, run: str) -> ReviewQueue:
        found = search(run)
        videos = videos_with(samples, found) if found.exact else samples
        return ReviewQueue(_fullest_first(videos, _grouped(videos, found.frame)))

    return queue


def _disagreements(samples: Samples, run: str) -> ReviewQueue:
    """Frames that the run before, or else the next one, puts into another category."""
    runs = runs_with_fields(samples._root_dataset)
    place = runs.index(run)
    others = [*reversed(runs[:place]), *runs[place + 1 :]]
    if not others:
        return ReviewQueue([], note="There is only one run so far; train another one to compare them.")
    frames = _grouped(samples, differing(run, others[0]).frame)
    return ReviewQueue(_fullest_first(samples, frames), note=f"Where runs {run} and {others[0]} differ.")


def _suspicious(samples: Samples, run: str) -> ReviewQueue:
    """Videos whose category is doubted, the most suspicious first, each at the frame that contradicts it most."""
    if not samples.has_sample_field(SUSPICION):
        return ReviewQueue([], note="Run Find suspicious labels first.", whole_videos=True)
    doubted = labels_to_check(samples)
    ids, interviews, suggested = doubted.values(["_id", INTERVIEW_ID, f"{SUGGESTED_CATEGORY}.label"])
    said = {"$first": f"${run}.detections"}
    pipeline = [
        {"$match": {"_sample_id": {"$in": ids}}},
        {"$project": {"_sample_id": 1, "frame_number": 1, "said": said}},
        {"$match": {"said": {"$exists": True}}},
        {"$sort": {"said.correct": 1, "said.confidence": -1, "frame_number": 1}},
        {"$group": {"_id": "$_sample_id", "frame": {"$first": "$frame_number"}}},
    ]
    frames = {row["_id"]: row["frame"] for row in doubted._root_dataset._frame_collection.aggregate(pipeline)}
    videos = [
        {"id": str(id), "interview": interview, "frames": [frames[id]], "suggested": category}
        for id, interview, category in zip(ids, interviews, suggested, strict=True)
        if id in frames
    ]
    return ReviewQueue(videos, note="Here a decision is about the whole video.", whole_videos=True)


def _informative(samples: Samples, run: str) -> ReviewQueue:
    """The frames to label next, of people that the run was not held out on: only from them does a model learn."""
    split = RunFields(run).split
    learned = samples.match(F(split) != "test")
    ids, names, rates = learned.values(["_id", PARTICIPANT, "metadata.frame_rate"])
    people, rate = dict(zip(ids, names, strict=True)), dict(zip(ids, rates, strict=True))
    probabilities = {"$ifNull": [{"$first": f"${run}.detections.probabilities"}, []]}
    nats = {"$map": {"input": probabilities, "in": {"$multiply": ["$$this", {"$ln": {"$max": ["$$this", 1e-9]}}]}}}
    top = {"sortBy": {"entropy": -1}, "n": BUDGET, "output": {"frame": "$frame_number", "entropy": "$entropy"}}
    pipeline = [
        {"$match": {"_sample_id": {"$in": list(people)}, f"{run}.detections.0": {"$exists": True}}},
        {"$match": {"$expr": (~_DECIDED).to_mongo()}},
        {"$project": {"_sample_id": 1, "frame_number": 1, "entropy": {"$multiply": [-1, {"$sum": nats}]}}},
        {"$group": {"_id": "$_sample_id", "mean": {"$avg": "$entropy"}, "n": {"$sum": 1}, "top": {"$topN": top}}},
        {"$sort": {"_id": 1}},
    ]
    rows = list(samples._root_dataset._frame_collection.aggregate(pipeline, allowDiskUse=True))
    frames = [(row["_id"], one["frame"], one["entropy"]) for row in rows for one in row["top"]]
    if not frames:
        return ReviewQueue([], note="Every frame of the people that a model may learn from is decided.")
    usual = sum(row["mean"] * row["n"] for row in rows) / sum(row["n"] for row in rows)
    entropy = np.array([one for *_, one in frames])
    chosen = label_next(
        entropy,
        [people[id] for id, *_ in frames],
        [str(id) for id, *_ in frames],
        np.array([number / (rate[id] or 30) for id, number, _ in frames]),
        budget=BUDGET,
    )
    found: dict[Any, list[int]] = {}
    for row in chosen:
        found.setdefault(frames[row][0], []).append(frames[row][1])
    worth = float(entropy[chosen].sum()) / max(usual, 1e-9)
    note = (
        f"Of {len({people[id] for id in found})} people; {len(chosen)} decisions should tell as much as some "
        f"{worth:.0f} on frames chosen by chance."
    )
    return ReviewQueue(_videos(learned, found), note=note)


QUEUES: Mapping[str, tuple[str, Callable[[Samples, str], ReviewQueue]]] = {
    "mistakes": ("Mistakes", _found(wrong)),
    "confident": ("Confident mistakes", _found(confidently_wrong)),
    "uncertain": ("Uncertain frames", _found(uncertain)),
    "disagreements": ("Disagreements of two runs", _disagreements),
    "suspicious": ("Suspicious labels", _suspicious),
    "informative": ("What to label next", _informative),
}
"""By name: the label, and what awaits a decision of a run's."""

_DECIDED = F(f"{FACES}.detections").filter((F("index") == 0) & F("decided_at").exists()).length() > 0
"""Expression: whether a person decided on a frame's primary face."""


def _grouped(videos: Samples, matches: Any) -> dict[Any, list[int]]:
    """The undecided frames for which an expression holds, ascending, by the ids of their videos."""
    pipeline = [
        {"$match": {"_sample_id": {"$in": videos.values("_id")}}},
        {"$match": {"$expr": (matches & ~_DECIDED).to_mongo()}},
        {"$sort": {"frame_number": 1}},
        {"$group": {"_id": "$_sample_id", "frames": {"$push": "$frame_number"}}},
    ]
    found = videos._root_dataset._frame_collection.aggregate(pipeline, allowDiskUse=True)
    return {row["_id"]: row["frames"] for row in found}


def _fullest_first(videos: Samples, frames: Mapping[Any, list[int]]) -> list[dict[str, Any]]:
    return sorted(_videos(videos, frames), key=lambda video: (-len(video["frames"]), video["interview"]))


def _videos(videos: Samples, frames: Mapping[Any, Iterable[int]]) -> list[dict[str, Any]]:
    interviews = dict(zip(*videos.values(["_id", INTERVIEW_ID]), strict=True))
    return [{"id": str(id), "interview": interviews[id], "frames": sorted(numbers)} for id, numbers in frames.items()]
