"""Apply decisions to many faces or videos at once, and undo them.

Start at `curate`. A decision on faces applies to the primary face of each frame that a view shows, whatever the kind of
view; one on videos applies to whole videos. Every step is kept with the dataset (see `history`) until it is undone with
`undo_curation`, or is the oldest of too many.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import fiftyone as fo

from expressiveness.data import CATEGORIES
from expressiveness.errors import InterviewError

from ..dataset import frames_showing, has_frame_labels, source_ids
from ..fields import CHECK_TAG, EXCLUDE_TAG, FACES, runs_with_fields
from .frame_writing import writing_frames
from .history import Step, forget_last_step, keep_step, last_step, step_names
from .judging import judge_again
from .states import (
    FaceState,
    PrimaryFace,
    VideoState,
    expected_categories,
    primary_faces,
    utc,
    video_states,
    write_video_states,
)

Decision = Literal["exclude", "include", "confirm", "category", "check", "checked"]
Level = Literal["faces", "videos"]

DECISIONS: dict[str, str] = {
    "exclude": "Leave out of training",
    "include": "Include again",
    "confirm": "Confirm the category as it is",
    "category": "Set the category",
    "check": "Tag for another look",
    "checked": "Remove that tag",
}


@dataclass(frozen=True, slots=True)
class CurationReport:
    """What a decision, or undoing one, changed."""

    decision: str
    faces: int
    videos: int
    left: int = 0  # changed again since, so not undone
    step: str = ""  # its name in the history

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


def curate(
    samples: fo.Dataset | fo.DatasetView,
    decision: Decision,
    *,
    by: str,
    category: str | None = None,
    level: Level = "faces",
    shown_by: Sequence[str] = (FACES,),
    at: str | None = None,
) -> CurationReport:
    """Apply one decision to everything a view shows.

    Args:
        samples: a dataset of interviews, or a view of its videos, clips, frames or patches.
        decision: one of `DECISIONS`. All but "check" and "include" also remove the tag for another look.
        by: the reviewer's name or initials.
        category: for the decision "category".
        level: the faces shown, or whole videos. Faces without a decision of their own follow their video's category.
        shown_by: frame labels; a frame is shown if one of them has a label for its primary face in `samples`.
        at: time in ISO 8601; now if None.

    Raises:
        InterviewError: the decision or the reviewer is missing, or no primary face is shown.
    """
    _check(decision, by, category)
    choice = _Choice(decision, category, by.strip(), at or utc())
    step = _on_videos(samples, choice) if level == "videos" else _on_faces(samples, choice, shown_by)
    if not step.size:
        raise InterviewError("no primary face is shown here; choose a view, videos or labels that show one")
    name = keep_step(samples._root_dataset, step)
    judge_again(samples._root_dataset, step.samples)
    return CurationReport(decision, faces=len(step.faces), videos=len(step.videos), step=name)


def login() -> str:
    """The user's login name; "" if unknown."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def undo_curation(dataset: fo.Dataset, *, only: str | None = None) -> CurationReport:
    """Undo the last `curate`, except where something was changed again since.

    Args:
        dataset: of interviews.
        only: undo only if the last step has this name.

    Raises:
        InterviewError: there is nothing to undo, or the last step is not `only`.
    """
    step, name = last_step(dataset), next(reversed(step_names(dataset)), None)
    if step is None or name is None:
        raise InterviewError(f"{dataset.name} has no curation that could be undone")
    if only not in (None, name):
        raise InterviewError("something else was decided since; take that back first (Undo curation)")
    view = dataset.select(step.samples)
    with writing_frames(view) as frames:
        standing = {(face.sample_id, face.frame_number): face for face in primary_faces(view)}
        faces = {
            standing[key]: before
            for key, (before, after) in step.faces.items()
            if key in standing and standing[key].state == after
        }
        frames.states(faces)
    states = video_states(view)
    videos = {key: (after, before) for key, (before, after) in step.videos.items() if states.get(key) == after}
    write_video_states(dataset, videos)
    forget_last_step(dataset)
    judge_again(dataset, step.samples)
    left = step.size - len(faces) - len(videos)
    return CurationReport(step.decision, len(faces), len(videos), left=left, step=name)


def follow_videos(samples: fo.Dataset | fo.DatasetView) -> dict[PrimaryFace, FaceState]:
    """Set undecided faces to their video's category; return those that change, with their new state."""
    with writing_frames(samples) as frames:
        following = {
            face: face.state.changed(category=face.expected)
            for face in primary_faces(samples)
            if not face.state.decided and face.state.category != face.expected
        }
        frames.states(following)
    return following


def _on_faces(samples: fo.Dataset | fo.DatasetView, choice: _Choice, shown_by: Sequence[str]) -> Step:
    dataset = samples._root_dataset
    if not any(has_frame_labels(samples, field) for field in shown_by):
        others = [field for field in (FACES, *runs_with_fields(dataset)) if has_frame_labels(samples, field)]
        raise InterviewError(
            f"the view shows no labels {' or '.join(shown_by)} but {' and '.join(others) or 'none'}: under Frames that "
            "show, choose one that it shows"
        )
    shown = frames_showing(samples, shown_by)
    view = dataset.select(list(shown))
    with writing_frames(view) as frames:
        states = {
            face: choice.of_face(face) for face in primary_faces(view) if face.frame_number in shown[face.sample_id]
        }
        frames.states(states)
    return Step.of(choice.decision, choice.by, choice.at, states, {})


def _on_videos(samples: fo.Dataset | fo.DatasetView, choice: _Choice) -> Step:
    dataset = samples._root_dataset
    view = dataset.select(source_ids(samples))
    expected = expected_categories(view)
    states = {key: (state, choice.of_video(state, expected[key])) for key, state in video_states(view).items()}
    write_video_states(dataset, states)
    return Step.of(choice.decision, choice.by, choice.at, follow_videos(view), states)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Computes the new state of a face or video from a decision."""

    decision: Decision
    category: str | None
    by: str
    at: str

    def of_face(self, face: PrimaryFace) -> FaceState:
        state = face.state
        category = self.category if self.decision == "category" else state.category
        as_it_was = self.decision == "include" and category == face.expected
        return state.changed(category=category, tags=self._tags(state.tags), **self._who(state, nobody=as_it_was))

    def of_video(self, state: VideoState, expected: str) -> VideoState:
        reviewed = {"category": self.category, "confirm": expected}.get(self.decision, state.reviewed)
        as_it_was = self.decision == "include" and reviewed is None
        return replace(state, reviewed=reviewed, tags=self._tags(state.tags), **self._who(state, nobody=as_it_was))

    def _who(self, state: FaceState | VideoState, *, nobody: bool) -> dict[str, str | None]:
        if self.decision in ("check", "checked"):
            return {"decided_by": state.decided_by, "decided_at": state.decided_at}
        return {"decided_by": None if nobody else self.by, "decided_at": None if nobody else self.at}

    def _tags(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        removed = {"check": (), "include": (EXCLUDE_TAG,)}.get(self.decision, (CHECK_TAG,))
        added = {"check": (CHECK_TAG,), "exclude": (EXCLUDE_TAG,)}.get(self.decision, ())
        kept = tuple(tag for tag in tags if tag not in removed)
        return (*kept, *(tag for tag in added if tag not in kept))


def _check(decision: str, by: str, category: str | None) -> None:
    if decision not in DECISIONS:
        raise InterviewError(f"decision {decision!r}; choose from {', '.join(DECISIONS)}")
    if not by.strip():
        raise InterviewError("say who decides: a name or initials, which are kept with each decision")
    if decision == "category" and category not in CATEGORIES:
        raise InterviewError(f"category {category!r}; choose from {', '.join(CATEGORIES)}")
