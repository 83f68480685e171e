"""Review queues: a run's frames of one kind without a decision, grouped by video."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import fiftyone as fo
from fiftyone import ViewField as F

from ..curation import BY_HAND, touched_faces
from ..fields import EXCLUDE_TAG, FACES, INTERVIEW_ID
from .views import Samples, Search, confidently_wrong, uncertain, videos_with, wrong

QUEUES: Mapping[str, tuple[str, Callable[[str], Search]]] = {
    "mistakes": ("Mistakes", wrong),
    "confident": ("Confident mistakes", confidently_wrong),
    "uncertain": ("Uncertain frames", uncertain),
}
"""By name: the label, and the search for a run."""


def review_queue(samples: Samples, run: str, queue: str) -> list[dict[str, Any]]:
    """The frames awaiting a decision, ready for JSON; the video with the most comes first.

    Videos excluded from training are skipped.

    Args:
        samples: a dataset or a view of its videos.
        run: whose predictions.
        queue: a name in `QUEUES`.

    Returns:
        For each video its `id`, the `interview`, and the numbers of its `frames`, ascending.
    """
    dataset = samples._root_dataset
    search = QUEUES[queue][1](run)
    videos = videos_with(samples, search).match_tags(EXCLUDE_TAG, bool=False)
    interviews = dict(zip(*videos.values(["_id", INTERVIEW_ID]), strict=True))
    decided = F(f"{FACES}.detections").filter((F("index") == 0) & F("decided_at").exists()).length() > 0
    pipeline = [
        {"$match": {"_sample_id": {"$in": list(interviews)}}},
        {"$match": {"$expr": (search.frame & ~decided).to_mongo()}},
        {"$sort": {"frame_number": 1}},
        {"$group": {"_id": "$_sample_id", "frames": {"$push": "$frame_number"}}},
    ]
    found = list(dataset._frame_collection.aggregate(pipeline, allowDiskUse=True))
    found.sort(key=lambda video: (-len(video["frames"]), interviews[video["_id"]]))
    return [
        {"id": str(video["_id"]), "interview": interviews[video["_id"]], "frames": video["frames"]} for video in found
    ]


def decided_in(dataset: fo.Dataset, sample: str) -> dict[str, Any]:
    """The decisions about a video, ready for JSON.

    Returns:
        `frames`: by frame number, the `category`, whether the face is `excluded`, and `by` whom; `left_out`: whether
        the whole video is excluded.
    """
    video = dataset.select(sample)
    frames = {
        str(face.frame_number): {
            "category": face.state.category,
            "excluded": face.state.excluded,
            "by": face.state.decided_by or BY_HAND,
        }
        for face in touched_faces(video)
        if face.state.decided
    }
    [tags] = video.values("tags")
    return {"frames": frames, "left_out": EXCLUDE_TAG in tags}
