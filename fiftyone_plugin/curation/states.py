"""Read and write the decisions stored in the fields of faces and videos, in bulk.

Only the primary face of a frame counts. Its attribute `recorded` holds what the plugin wrote last, which reveals manual
edits in the App's Annotate tab or with tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import fiftyone as fo
from fiftyone import ViewField as F

from ..fields import CATEGORY, DECIDED_AT, DECIDED_BY, EXCLUDE_TAG, FACES, INTERVIEW_ID, REVIEWED_CATEGORY

BY_HAND = "by hand in the App"
"""The author of manual edits, since the App stores no name."""

_FACE_STATE = ("category", "recorded", "decided_by", "decided_at", "tags")


@dataclass(frozen=True, slots=True)
class FaceState:
    """The decision about a face, as stored in its label."""

    category: str | None
    recorded: str | None
    decided_by: str | None
    decided_at: str | None  # ISO 8601, UTC
    tags: tuple[str, ...]

    @property
    def excluded(self) -> bool:
        """Whether the face is excluded from training."""
        return EXCLUDE_TAG in self.tags

    @property
    def as_recorded(self) -> str:
        """Category and exclusion as one string."""
        return f"{self.category or ''}{' (excluded)' if self.excluded else ''}"

    @property
    def changed_by_hand(self) -> bool:
        """Whether category or exclusion was changed in the App since the plugin wrote the face."""
        return self.recorded != self.as_recorded

    @property
    def decided(self) -> bool:
        """Whether a person decided on the face, with the plugin or manually."""
        return bool(self.decided_at) or self.changed_by_hand

    def changed(self, **changes: Any) -> FaceState:
        """A copy with some changes, marked as recorded."""
        state = replace(self, **changes)
        return replace(state, recorded=state.as_recorded)


@dataclass(frozen=True, slots=True)
class PrimaryFace:
    """The primary face of one frame, as stored in the dataset."""

    sample_id: str
    interview: str
    frame_number: int  # from 1
    frame_id: str
    label_id: str
    changed_at: datetime | None  # last change to its frame, in UTC
    expected: str | None  # the category of its video
    state: FaceState

    def recorded(self) -> FaceState:
        """The state, with author and time filled in after a manual edit, as far as known.

        The App stores neither. The frame's last modification is the time of the edit until something else writes to the
        frame, which is why the plugin records edits before writing. A face set back to its video's category counts as
        undecided.
        """
        if not self.state.changed_by_hand:
            return self.state
        if not self.state.excluded and self.state.category in (None, self.expected):
            return self.state.changed(category=self.expected, decided_by=None, decided_at=None)
        return self.state.changed(decided_by=BY_HAND, decided_at=utc(self.changed_at))


def primary_faces(samples: fo.Dataset | fo.DatasetView) -> Iterator[PrimaryFace]:
    """Yield the primary face of every frame that has one."""
    # A single query keeps the values of a face consistent while people edit.
    columns = ["id", INTERVIEW_ID, f"{CATEGORY}.label", f"{REVIEWED_CATEGORY}.label"]
    columns += ["frames.frame_number", "frames.id", "frames.last_modified_at"]
    columns += [f"frames.{FACES}.detections.{name}" for name in ("index", "id", *_FACE_STATE)]
    for sample_id, interview, weak, reviewed, *frames in zip(*samples.values(columns), strict=True):
        for number, frame_id, changed_at, *faces in zip(*frames, strict=True):
            for index, label_id, category, recorded, who, when, tags in zip(
                *(column or [] for column in faces), strict=True
            ):
                if index == 0:
                    state = FaceState(category, recorded, who, when, tuple(tags or ()))
                    yield PrimaryFace(
                        sample_id, interview, number, frame_id, label_id, changed_at, reviewed or weak, state
                    )


def touched_faces(samples: fo.Dataset | fo.DatasetView) -> Iterator[PrimaryFace]:
    """Yield only the primary faces that may have been decided on, filtered by the database."""
    touched = F("decided_at").exists() | (F("tags").length() > 0) | (F("category") != F("recorded"))
    return primary_faces(samples.match_frames(F(f"{FACES}.detections").filter(touched).length() > 0))


def write_face_states(dataset: fo.Dataset, states: Mapping[PrimaryFace, FaceState]) -> None:
    """Write new states of faces, one bulk write per attribute, and only what changes."""
    for name in _FACE_STATE:
        changes = [
            {"frame_id": face.frame_id, "label_id": face.label_id, "value": _plain(getattr(state, name))}
            for face, state in states.items()
            if getattr(face.state, name) != getattr(state, name)
        ]
        if changes:
            dataset.set_label_values(f"frames.{FACES}.detections.{name}", changes, validate=False)


@dataclass(frozen=True, slots=True)
class VideoState:
    """The decision about a whole video, as stored in its fields."""

    reviewed: str | None  # category
    decided_by: str | None
    decided_at: str | None  # ISO 8601, UTC
    tags: tuple[str, ...]


def video_states(samples: fo.Dataset | fo.DatasetView) -> dict[str, VideoState]:
    """The state of each video, by sample id."""
    names = ["id", f"{REVIEWED_CATEGORY}.label", DECIDED_BY, DECIDED_AT, "tags"]
    return {
        sample_id: VideoState(reviewed, who, when, tuple(tags))
        for sample_id, reviewed, who, when, tags in zip(*samples.values(names), strict=True)
    }


def write_video_states(dataset: fo.Dataset, states: Mapping[str, tuple[VideoState, VideoState]]) -> None:
    """Write new states of videos, and only what changes.

    Args:
        dataset: of interviews.
        states: by sample id, the states before and after.
    """
    for name, field in {"tags": "tags", "decided_by": DECIDED_BY, "decided_at": DECIDED_AT}.items():
        values = {key: _plain(getattr(after, name)) for key, (before, after) in states.items() if after != before}
        if values:
            dataset.set_values(field, values, key_field="id")
    reviewed = {key: pair for key, pair in states.items() if pair[0].reviewed != pair[1].reviewed}
    # An existing label keeps its id and other attributes.
    kept = {key: after.reviewed for key, (before, after) in reviewed.items() if before.reviewed and after.reviewed}
    made = {
        key: after.reviewed and fo.Classification(label=after.reviewed)
        for key, (_, after) in reviewed.items()
        if key not in kept
    }
    if kept:
        dataset.set_values(f"{REVIEWED_CATEGORY}.label", kept, key_field="id")
    if made:
        dataset.set_values(REVIEWED_CATEGORY, made, key_field="id")


def expected_categories(samples: fo.Dataset | fo.DatasetView) -> dict[str, str]:
    """The category of each video, by sample id: reviewed, or else from the score."""
    names = ["id", f"{CATEGORY}.label", f"{REVIEWED_CATEGORY}.label"]
    return {sample_id: reviewed or weak for sample_id, weak, reviewed in zip(*samples.values(names), strict=True)}


def utc(moment: datetime | None = None) -> str:
    """Format a time as ISO 8601 in UTC, to the second; now if None."""
    moment = moment or datetime.now(timezone.utc)
    aware = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return aware.isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
