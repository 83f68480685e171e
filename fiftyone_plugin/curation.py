"""What people decided in the App, read from the dataset.

A person corrects a face by changing its `category` in the Annotate tab, or a video by setting `reviewed_category`; the
label tag `exclude` on a face keeps it out of training.
"""

from __future__ import annotations

import fiftyone as fo
from expressiveness.curation import Curation, FaceDecision, InterviewDecision

from .fields import CATEGORY, EXCLUDE_TAG, FACES, INTERVIEW_ID, REVIEWED_CATEGORY
from .ingest import Truth

_FACE_COLUMNS = ("index", "category", "tags", "decided_by", "decided_at")


def curation_of(samples: fo.Dataset | fo.DatasetView) -> Curation:
    """Every decision that people took about some interviews."""
    faces: list[FaceDecision] = []
    interviews: list[InterviewDecision] = []
    columns = ["frames.frame_number", *(f"frames.{FACES}.detections.{name}" for name in _FACE_COLUMNS)]
    names = [INTERVIEW_ID, f"{CATEGORY}.label", f"{REVIEWED_CATEGORY}.label", "tags", *columns]
    for interview, weak, reviewed, tags, *frames in zip(*samples.values(names), strict=True):
        excluded = EXCLUDE_TAG in tags
        if excluded or (reviewed and reviewed != weak):
            interviews.append(InterviewDecision(interview, reviewed, excluded))
        expected = reviewed or weak
        for number, *labels in zip(*frames, strict=True):
            for index, category, label_tags, who, when in zip(*(column or [] for column in labels), strict=True):
                left_out = EXCLUDE_TAG in (label_tags or [])
                corrected = category if category not in (None, expected, weak) else None
                if index == 0 and (left_out or corrected):
                    faces.append(FaceDecision(interview, number, corrected, left_out, who or "", when or ""))
    return Curation(tuple(faces), tuple(interviews))


def truths_of(samples: fo.Dataset | fo.DatasetView) -> dict[str, Truth]:
    """What predictions are held against, by sample id: people's decisions where there are any, else the score's."""
    decided: dict[str, dict[int, str]] = {}
    for decision in curation_of(samples).faces:
        if decision.category:
            decided.setdefault(decision.interview, {})[decision.frame_number] = decision.category
    names = ["id", INTERVIEW_ID, f"{CATEGORY}.label", f"{REVIEWED_CATEGORY}.label"]
    return {
        sample_id: Truth(reviewed or weak, decided.get(interview))
        for sample_id, interview, weak, reviewed in zip(*samples.values(names), strict=True)
    }
