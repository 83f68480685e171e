"""An interview as every part of the package sees it, and a folder of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from expressiveness.errors import InterviewError


@dataclass(frozen=True, slots=True)
class Interview:
    """One recorded answer to one question."""

    id: str  # text: "0082" is not 82
    video: Path
    participant: str  # the group that every split keeps whole
    scores: Mapping[str, float]  # by name; a study with one score has one
    attributes: Mapping[str, str] = field(default_factory=dict)  # what else is known; may hold names, so never logged

    def __post_init__(self) -> None:
        for name, score in self.scores.items():
            if not math.isfinite(score):
                raise InterviewError(f"interview {self.id}: {name} is {score}; give a number, or leave the row out")

    @property
    def question_key(self) -> str | None:
        """What tells the question from others: its `question_id`, or its text; None where nothing is known of it."""
        return self.attributes.get("question_id") or self.attributes.get("question")

    def score(self, name: str) -> float:
        """One of its scores.

        Raises:
            InterviewError: it has no score of that name.
        """
        try:
            return self.scores[name]
        except KeyError:
            there = ", ".join(self.scores) or "none at all"
            raise InterviewError(f"interview {self.id} has no score {name!r}; choose from {there}") from None


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
