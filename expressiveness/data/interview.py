"""An interview as every part of the package sees it, and a folder of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Interview:
    """One recorded answer to one question."""

    id: str  # zero-padded in RecruitView: "0082"
    video: Path
    participant: str  # RecruitView's user_no: the group that every split keeps whole
    question_id: str
    question: str
    duration: str  # one of DURATIONS, a class and not seconds
    video_quality: str
    scores: Mapping[str, float]  # by target; standardised, mean about 0
    transcript: str  # may hold names: shown to the annotator, never logged


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of `metadata.jsonl` that was passed over."""

    line: int  # from 1
    reason: str
    id: str | None = None

    def __str__(self) -> str:
        return f"line {self.line}{f' (id {self.id})' if self.id else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class InterviewFolder:
    """What `read_interviews` found."""

    path: Path
    interviews: tuple[Interview, ...]  # in the file's order
    bad_rows: tuple[BadRow, ...]
    ignored_keys: tuple[str, ...]  # keys that RecruitView does not have


def take_evenly(interviews: Sequence[Interview], limit: int | None) -> Sequence[Interview]:
    """Take `limit` of the interviews, evenly over the file: its rows are blocked by question, its head is no sample."""
    if limit is None or limit >= len(interviews):
        return interviews
    return [interviews[position * len(interviews) // limit] for position in range(limit)]
