"""What people decided in the App, read from the dataset.

A person decides with the operator Curate (see `deciding`), or by hand: changes a face's `category` or its tag `exclude`
in the Annotate tab, or sets a video's `reviewed_category` or its tag `exclude`. Only the primary face of a frame counts.
Each face carries what the plugin wrote last in `recorded`, so that an edit by hand is told from everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import fiftyone as fo
from expressiveness.curation import Curation, FaceDecision, InterviewDecision

from .fields import CATEGORY, DECIDED_AT, DECIDED_BY, EXCLUDE_TAG, FACES, INTERVIEW_ID, REVIEWED_CATEGORY
from .ingest import Truth

BY_HAND = "by hand in the App"
"""Who decided, where the App keeps no name."""

_STATE = ("category", "recorded", "decided_by", "decided_at", "tags")


@dataclass(frozen=True, slots=True)
class FaceState:
    """What stands on a primary face about people's decisions."""

    category: str | None
    recorded: str | None
    decided_by: str | None
    decided_at: str | None  # ISO 8601, UTC
    tags: tuple[str, ...]

    @property
    def excluded(self) -> bool:
        """Whether the face trains nothing."""
        return EXCLUDE_TAG in self.tags

    @property
    def changed_by_hand(self) -> bool:
        """Whether the App was used to change category or exclusion since the plugin wrote the face."""
        return self.recorded != self.as_recorded

    @property
    def as_recorded(self) -> str:
        """Category and exclusion in one text."""
        return f"{self.category or ''}{' (excluded)' if self.excluded else ''}"

    @property
    def decided(self) -> bool:
        """Whether a person decided on the face, in whatever way."""
        return bool(self.decided_at) or self.changed_by_hand

    def recorded_now(self, **changes: Any) -> FaceState:
        """The state with some changes, all of it recorded."""
        changed = replace(self, **changes)
        return replace(changed, recorded=changed.as_recorded)


@dataclass(frozen=True, slots=True)
class PrimaryFace:
    """The primary face of one frame, as it stands in a dataset."""

    sample_id: str
    interview: str
    frame_number: int  # from 1
    frame_id: str
    label_id: str
    changed_at: datetime | None  # when anything of its frame was last written, in UTC
    expected: str | None  # the video's category: reviewed, or else the score's
    state: FaceState


def curation_of(samples: fo.Dataset | fo.DatasetView) -> Curation:
    """Every decision that people took about some interviews."""
    faces = []
    for face in primary_faces(samples):
        if face.state.decided:
            state = by_hand_recorded(face) if face.state.changed_by_hand else face.state
            if state.decided_at:
                who, when = state.decided_by or "", state.decided_at
                faces.append(FaceDecision(face.interview, face.frame_number, state.category, state.excluded, who, when))
    interviews = []
    names = [INTERVIEW_ID, f"{REVIEWED_CATEGORY}.label", "tags", DECIDED_BY, DECIDED_AT]
    for interview, reviewed, tags, who, when in zip(*samples.values(names), strict=True):
        if reviewed or EXCLUDE_TAG in tags:
            interviews.append(InterviewDecision(interview, reviewed, EXCLUDE_TAG in tags, who or BY_HAND, when or ""))
    return Curation(tuple(faces), tuple(interviews))


def truths_of(samples: fo.Dataset | fo.DatasetView) -> dict[str, Truth]:
    """What predictions are held against in the App, by sample id: people's decisions where there are any, else the score's.

    The figures of `workflow.evaluate` are held against the scores alone.
    """
    decided: dict[str, dict[int, str]] = {}
    for decision in curation_of(samples).faces:
        if decision.category:
            decided.setdefault(decision.interview, {})[decision.frame_number] = decision.category
    expected = expected_categories(samples)
    ids, interviews = samples.values(["id", INTERVIEW_ID])
    return {
        sample_id: Truth(expected[sample_id], decided.get(interview))
        for sample_id, interview in zip(ids, interviews, strict=True)
    }


def expected_categories(samples: fo.Dataset | fo.DatasetView) -> dict[str, str]:
    """The category of each video, by sample id: the reviewed one, or else the score's."""
    names = ["id", f"{CATEGORY}.label", f"{REVIEWED_CATEGORY}.label"]
    return {sample_id: reviewed or weak for sample_id, weak, reviewed in zip(*samples.values(names), strict=True)}


def primary_faces(samples: fo.Dataset | fo.DatasetView) -> Iterator[PrimaryFace]:
    """Yield the primary face of every frame that has one."""
    expected = expected_categories(samples)
    detections = f"frames.{FACES}.detections"
    frame_columns = ["frames.frame_number", "frames.id", "frames.last_modified_at"]
    face_columns = [f"{detections}.{name}" for name in ("index", "id", *_STATE)]
    for sample_id, interview, *frames in zip(*samples.values(["id", INTERVIEW_ID, *frame_columns, *face_columns]), strict=True):
        for number, frame_id, changed_at, *faces in zip(*frames, strict=True):
            for index, label_id, *values, tags in zip(*(column or [] for column in faces), strict=True):
                if index == 0:
                    state = FaceState(*values, tags=tuple(tags or ()))
                    yield PrimaryFace(
                        sample_id, interview, number, frame_id, label_id, changed_at, expected[sample_id], state
                    )


def by_hand_recorded(face: PrimaryFace) -> FaceState:
    """The state of a face that was edited by hand, with who and when as far as that is known.

    The App keeps neither. The frame's last change is the time of the edit as long as nothing else has written to the
    frame; so the plugin records edits by hand before it writes to frames (see `deciding.record_hand_edits`). A face that was
    put back to its video's category is no longer decided on.
    """
    state = face.state
    if not state.excluded and state.category in (None, face.expected):
        return state.recorded_now(category=face.expected, decided_by=None, decided_at=None)
    return state.recorded_now(decided_by=BY_HAND, decided_at=utc(face.changed_at))


def utc(moment: datetime | None = None) -> str:
    """A moment as ISO 8601, to the second; now if None."""
    moment = moment or datetime.now(timezone.utc)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


def write_states(dataset: fo.Dataset, states: Mapping[PrimaryFace, FaceState]) -> None:
    """Write new states to primary faces, each attribute in one go and only where it changes."""
    for name in _STATE:
        changed = [
            {"frame_id": face.frame_id, "label_id": face.label_id, "value": _stored(getattr(state, name))}
            for face, state in states.items()
            if getattr(face.state, name) != getattr(state, name)
        ]
        if changed:
            dataset.set_label_values(f"frames.{FACES}.detections.{name}", changed, validate=False)


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
