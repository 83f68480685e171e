"""Read reviewers' decisions from the dataset.

Decisions are made with the operator Curate (see `decide`), or manually: by changing a face's `category` or tag
`exclude` in the Annotate tab, by setting a video's `reviewed_category`, or by tagging a video `exclude`.
"""

from __future__ import annotations

import fiftyone as fo

from expressiveness.data import Curation, FaceDecision, InterviewDecision, Thresholds
from expressiveness.errors import InterviewError

from ..dataset import imported_measure
from ..fields import EXCLUDE_TAG, INTERVIEW_ID, InterviewFields
from ..truth import Truth
from .states import BY_HAND, touched_faces, video_states


def curation_of(samples: fo.Dataset | fo.DatasetView, *, target: str | None = None) -> Curation:
    """All decisions about some interviews.

    Args:
        samples: a dataset of interviews, or a view of one.
        target: the score to be learned; the imported one if None. Corrected categories refer to the imported score, so
        for any other score only exclusions count.
    """
    imported_with, _ = imported_measure(samples._root_dataset)
    curation = _all_decisions(samples)
    return curation if target in (None, imported_with) else curation.exclusions()


def truths_of(samples: fo.Dataset | fo.DatasetView, target: str, thresholds: Thresholds) -> dict[str, Truth]:
    """The truth that the App compares predictions with, by sample id: decisions, or else the score's category.

    A run's metrics, see `evaluate`, use the scores alone.

    Args:
        samples: a dataset of interviews, or a view of one.
        target: the predicted score.
        thresholds: between its categories.

    """
    curation = curation_of(samples, target=target)
    path = InterviewFields.of(samples._root_dataset).scores.get(target)
    if path is None:
        raise InterviewError(f"{samples._root_dataset.name} has no score {target}, which the run has learned")
    if missing := len(samples.exists(path, False)):
        have = "interview has" if missing == 1 else "interviews have"
        raise InterviewError(f"{missing} {have} no score {target}; import them with it, or choose a view without them")
    reviewed = {decision.interview: decision.category for decision in curation.interviews}
    decided: dict[str, dict[int, str]] = {}
    for decision in curation.faces:
        if decision.category:
            decided.setdefault(decision.interview, {})[decision.frame_number] = decision.category
    return {
        sample_id: Truth(
            reviewed.get(interview) or thresholds.category(score),
            decided.get(interview),
            score=None if reviewed.get(interview) else score,
            thresholds=thresholds,
        )
        for sample_id, interview, score in zip(*samples.values(["id", INTERVIEW_ID, path]), strict=True)
    }


def _all_decisions(samples: fo.Dataset | fo.DatasetView) -> Curation:
    faces = []
    for face in touched_faces(samples):
        state = face.recorded()
        if state.decided_at:
            who, when = state.decided_by or "", state.decided_at
            faces.append(FaceDecision(face.interview, face.frame_number, state.category, state.excluded, who, when))
    interviews = []
    names = dict(zip(*samples.values(["id", INTERVIEW_ID]), strict=True))
    for sample_id, video in video_states(samples).items():
        excluded = EXCLUDE_TAG in video.tags
        if excluded or video.reviewed:
            who, when = video.decided_by or BY_HAND, video.decided_at or ""
            interviews.append(InterviewDecision(names[sample_id], video.reviewed, excluded, who, when))
    return Curation(tuple(faces), tuple(interviews))
