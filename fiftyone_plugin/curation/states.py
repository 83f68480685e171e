"""What people decided about faces and videos, as their fields hold it; read and written in bulk.

Only the primary face of a frame counts. Each carries in `recorded` what the plugin wrote last, which tells edits by
hand, in the App's Annotate tab or with its tags, from everything else.
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
"""Who decided, where the App keeps no name."""

_FACE_STATE = ("category", "recorded", "decided_by", "decided_at", "tags")


@dataclass(frozen=True, slots=True)
class FaceState:
    """What people decided about a face, as its label holds it."""

    category: str | None
    recorded: str | None
    decided_by: str | None
    decided_at: str | None  # ISO 8601, UTC
    tags: tuple[str, ...]

    @property
    def excluded(self) -> bool:
        """Whether the face is left out of training."""
        return EXCLUDE_TAG in self.tags

    @property
    def as_recorded(self) -> str:
        """Category and exclusion in one text."""
        return f"{self.category or ''}{' (excluded)' if self.excluded else ''}"

    @property
    def changed_by_hand(self) -> bool:
        """Whether category or exclusion were changed in the App since the plugin wrote the face."""
        return self.recorded != self.as_recorded

    @property
    def decided(self) -> bool:
        """Whether a person decided on the face, in whatever way."""
        return bool(self.decided_at) or self.changed_by_hand

    def changed(self, **changes: Any) -> FaceState:
        """The state with some changes, recorded."""
        state = replace(self, **changes)
        return replace(state, recorded=state.as_recorded)


@dataclass(frozen=True, slots=True)
class PrimaryFace:
    """The primary face of one frame, as the dataset has it."""

    sample_id: str
    interview: str
    frame_number: int  # from 1
    frame_id: str
    label_id: str
    changed_at: datetime | None  # when anything on its frame was written last, in UTC
    expected: str | None  # the category of its video
    state: FaceState

    def recorded(self) -> FaceState:
        """The state, with who edited it by hand and when, as far as that is known.

        The App keeps neither. The frame's last change is the time of the edit as long as nothing else has written to
        the frame, which is why the plugin records edits before it writes to frames. A face that was put back to its
        video's category is no longer decided on.
        """
        if not self.state.changed_by_hand:
            return self.state
        if not self.state.excluded and self.state.category in (None, self.expected):
            return self.state.changed(category=self.expected, decided_by=None, decided_at=None)
        return self.state.changed(decided_by=BY_HAND, decided_at=utc(self.changed_at))


def primary_faces(samples: fo.Dataset | fo.DatasetView) -> Iterator[PrimaryFace]:
    """Yield the primary face of every frame that has one."""
    # One query, so that the values of a face belong together even while people edit.
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
    """Yield only the primary faces that may have been decided on; the database finds them."""
    touched = F("decided_at").exists() | (F("tags").length() > 0) | (F("category") != F("recorded"))
    return primary_faces(samples.match_frames(F(f"{FACES}.detections").filter(touched).length() > 0))


def write_face_states(dataset: fo.Dataset, states: Mapping[PrimaryFace, FaceState]) -> None:
    """Write the new states of faces, each attribute in one go and only where it changes."""
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
    """What people decided about a whole video, as its fields hold it."""

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
    """Write the new states of videos, each attribute only where it changes.

    Args:
        dataset: of interviews.
        states: by sample id, the state before and the one after.
    """
    for name, field in {"tags": "tags", "decided_by": DECIDED_BY, "decided_at": DECIDED_AT}.items():
        values = {key: _plain(getattr(after, name)) for key, (before, after) in states.items() if after != before}
        if values:
            dataset.set_values(field, values, key_field="id")
    reviewed = {key: pair for key, pair in states.items() if pair[0].reviewed != pair[1].reviewed}
    # A label that is there keeps its id and whatever else it carries.
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
    """The category of each video, by sample id: the reviewed one, or else the score's."""
    names = ["id", f"{CATEGORY}.label", f"{REVIEWED_CATEGORY}.label"]
    return {sample_id: reviewed or weak for sample_id, weak, reviewed in zip(*samples.values(names), strict=True)}


def utc(moment: datetime | None = None) -> str:
    """A moment as ISO 8601 in UTC, to the second; now if None."""
    moment = moment or datetime.now(timezone.utc)
    aware = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return aware.isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
