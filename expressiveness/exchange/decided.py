"""Decisions of coders on the time axis of a video, as other annotation tools keep them.

Our own decisions are about single frames or whole videos, see `Curation`; ELAN, BORIS and others have stretches of
time. A `Clock` translates between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from expressiveness.data import (
    CATEGORIES,
    Curation,
    FaceDecision,
    InterviewDecision,
    short_name,
)
from expressiveness.types import Floats
from expressiveness.wording import counted, shortened

Unit = Literal["frame", "stretch", "video"]

EXCLUDED = "excluded"
"""Stands for, or follows, the category of what is left out of training."""

STEP_OF_ONE_FRAME = 0.04
"""Seconds that the only frame of a video is taken to last."""


@dataclass(frozen=True, slots=True)
class CodedDecision:
    """What one coder decided about a frame, a stretch or a whole video."""

    interview: str
    coder: str
    unit: Unit
    start: float  # seconds from the first frame
    end: float  # seconds; where the last frame that is meant gives way to the next
    category: str | None = None
    excluded: bool = False
    decided_at: str = ""  # ISO 8601, UTC; "" where the tool does not keep it

    def __repr__(self) -> str:
        what = f"{self.start:.2f} to {self.end:.2f} s" if self.unit != "video" else "the video"
        return f"CodedDecision({self.interview!r}, {what}: {self.words}, by {shortened(self.coder, 20)!r})"

    @property
    def words(self) -> str:
        """Category and exclusion as one text, as in "Expressive" or "Expressive (excluded)"; see `category_in`."""
        if not self.excluded:
            return self.category or ""
        return f"{self.category} ({EXCLUDED})" if self.category else EXCLUDED


@dataclass(frozen=True, eq=False)
class Clock:
    """When each frame of a video is shown."""

    starts: Floats  # (n,) seconds from the first frame, as `frame_times` gives them

    def __repr__(self) -> str:
        return f"Clock({counted(len(self.starts), 'frame')}, {self.seconds:.2f} s)"

    @property
    def ends(self) -> Floats:
        """When each frame gives way to the next, (n,); the last one lasts as long as the others do."""
        usual = float(np.median(np.diff(self.starts))) if len(self.starts) > 1 else STEP_OF_ONE_FRAME
        return np.append(self.starts[1:], self.starts[-1] + usual)

    @property
    def seconds(self) -> float:
        """How long the video is."""
        return float(self.ends[-1])

    def span(self, first: int, last: int) -> tuple[float, float]:
        """When frames `first` to `last`, counted from 1, are shown."""
        count = len(self.starts)
        return float(self.starts[min(first, count) - 1]), float(self.ends[min(last, count) - 1])

    def frames(self, start: float, end: float) -> list[int]:
        """The frames, from 1, of which at least the middle lies in a stretch; the nearest of one that is shorter."""
        middles = (self.starts + self.ends) / 2
        inside = np.flatnonzero((middles >= start) & (middles < end))
        if not len(inside):
            inside = np.array([np.abs(middles - (start + end) / 2).argmin()])
        return [int(index) + 1 for index in inside]


def category_in(text: str) -> tuple[str | None, bool] | None:
    """The category and the exclusion that a text of another tool names; None if it names neither.

    "expressive", "Expressive", "Reserved" and "Reserved Expression (excluded)" are understood.
    """
    plain, count = re.subn(rf"\s*\(?{EXCLUDED}\)?$", "", text.strip(), flags=re.IGNORECASE)
    if not plain:
        return (None, True) if count else None
    for category in CATEGORIES:
        if plain.casefold() in (category.casefold(), short_name(category).casefold()):
            return category, bool(count)
    return None


def decisions_in(curation: Curation, interview: str, clock: Clock) -> list[CodedDecision]:
    """The decisions about one interview, those on successive frames with the same outcome as one stretch.

    Args:
        curation: decisions of one or more people.
        interview: its id.
        clock: of its video.

    Returns:
        By coder, and then by time; those about the whole video first.
    """
    about = curation.about([interview])
    found = [
        CodedDecision(interview, one.decided_by, "video", 0, clock.seconds, one.category, one.excluded, one.decided_at)
        for one in about.interviews
    ]
    faces = sorted(about.faces, key=lambda one: (one.decided_by, one.frame_number))
    for run in _runs(faces):
        first, last = run[0].frame_number, run[-1].frame_number
        unit: Unit = "frame" if first == last else "stretch"
        one, when = run[0], max(face.decided_at for face in run)
        found.append(
            CodedDecision(
                interview, one.decided_by, unit, *clock.span(first, last), one.category, one.excluded, decided_at=when
            )
        )
    return sorted(found, key=lambda one: one.coder)


def curation_from(decisions: Iterable[CodedDecision], clocks: Mapping[str, Clock]) -> Curation:
    """Decisions of other tools as our own: a stretch decides each of its frames.

    Args:
        decisions: by one coder or more.
        clocks: of the videos, by interview.
    """
    faces, interviews = [], []
    for one in decisions:
        said = (one.category, one.excluded, one.coder, one.decided_at)
        if one.unit == "video":
            interviews.append(InterviewDecision(one.interview, *said))
        else:
            numbers = clocks[one.interview].frames(one.start, one.end)
            faces += [FaceDecision(one.interview, number, *said) for number in numbers]
    return Curation(tuple(faces), tuple(interviews))


def coders_of(decisions: Iterable[CodedDecision]) -> list[str]:
    """Who decided, in the order of their first decision."""
    return list(dict.fromkeys(one.coder for one in decisions))


def by_coder(decisions: Iterable[CodedDecision], coder: str) -> list[CodedDecision]:
    """One coder's decisions."""
    return [one for one in decisions if one.coder == coder]


def _runs(faces: Sequence[FaceDecision]) -> Iterator[list[FaceDecision]]:
    """Split sorted decisions where the coder, the outcome or the frames are not the next of the one before."""
    run: list[FaceDecision] = []
    for face in faces:
        if run and _outcome(run[-1]) == _outcome(face) and face.frame_number == run[-1].frame_number + 1:
            run.append(face)
            continue
        if run:
            yield run
        run = [face]
    if run:
        yield run


def _outcome(face: FaceDecision) -> FaceDecision:
    return replace(face, frame_number=1, decided_at="")
