"""An interview as every part of the package sees it, and a folder of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

from typing_extensions import Self

from expressiveness._io import place
from expressiveness.data.categories import CategoryRule, Thresholds
from expressiveness.data.participants import participant_name
from expressiveness.errors import InterviewError
from expressiveness.registry import what_else
from expressiveness.wording import counted, shortened

if TYPE_CHECKING:
    import pandas as pd


class Scores(dict[str, float]):
    """Scores by name; an unknown name raises an error that lists the known ones."""

    def __missing__(self, name: str) -> float:
        raise InterviewError(f"no score {name!r}; {what_else(name, self)}")


class Intended(NamedTuple):
    """How expressive the person was asked to be."""

    level: float  # more is more expressive
    word: str  # the data's word for it


@dataclass(frozen=True, slots=True)
class Interview:
    """One recorded answer to one question."""

    id: str  # text: "0082" is not 82
    video: Path
    participant: str  # the group that every split keeps whole; one name for all its spellings
    scores: Mapping[str, float]  # by name
    attributes: Mapping[str, str] = field(default_factory=dict)  # other columns; may contain names, so never logged
    participant_as_written: str = field(init=False, compare=False)  # as spelled in the table

    def __post_init__(self) -> None:
        object.__setattr__(self, "participant_as_written", self.participant)
        object.__setattr__(self, "participant", participant_name(self.participant))
        object.__setattr__(self, "video", place(self.video))  # callers may pass a string
        object.__setattr__(self, "scores", Scores(self.scores))
        for name, score in self.scores.items():
            if not math.isfinite(score):
                raise InterviewError(f"interview {self.id}: {name} is {score}; give a number, or leave the row out")

    def __repr__(self) -> str:
        first = [f"{name} {score:g}" for name, score in self.scores.items()][:1]
        more = [f"{counted(len(self.scores) - 1, 'more score')}"] if len(self.scores) > 1 else []
        who = f"participant {shortened(self.participant, 20)!r}"
        return f"Interview({', '.join([repr(shortened(self.id, 20)), who, *first, *more])})"

    @property
    def question_key(self) -> str | None:
        """Identifies the question: its `question_id`, else its text; None if unknown."""
        return self.attributes.get("question_id") or self.attributes.get("question")

    @property
    def standard_error(self) -> float | None:
        """The standard error of the target score, if several people rated the video; None if unknown."""
        try:
            error = float(self.attributes.get("standard_error", ""))
        except ValueError:
            return None
        return error if math.isfinite(error) and error >= 0 else None

    @property
    def intended(self) -> Intended | None:
        """How expressive the person was asked to be, from the attribute `intended` ("3 strong"); None without it."""
        number, _, word = self.attributes.get("intended", "").partition(" ")
        try:
            return Intended(float(number), word or number)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a folder's table that was skipped."""

    line: int  # in the file, from 1
    reason: str
    id: str | None = None

    def __str__(self) -> str:
        return f"line {self.line}{f' (id {self.id})' if self.id else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a folder's table."""

    name: str
    types: tuple[str, ...]  # "text", "number", ...: usually one
    missing: int  # number of rows where it is absent or blank


@dataclass(frozen=True, repr=False)
class InterviewFolder(Sequence[Interview]):
    """The result of `read_interviews`, a sequence of interviews: index it by position, or by id as in `folder["0082"]`.

    Attributes:
        path: the folder.
        interviews: in the file's order, with unique ids.
        bad_rows: skipped rows, each with its reason.
        ignored_keys: unused columns.
        target: the score that gives the categories; None if the data does not say.
        thresholds: between the categories, for any score; None for the tertiles of the chosen score.
        reader: the name in `READERS` of the reader that read it.
        table: the name of the file with the rows, for messages.
        mapping: the columns used for ids, videos, ..., if they can be chosen.

    Raises:
        InterviewError: two interviews share an id.
    """

    path: Path
    interviews: tuple[Interview, ...]
    bad_rows: tuple[BadRow, ...] = ()
    ignored_keys: tuple[str, ...] = ()
    target: str | None = None
    thresholds: Thresholds | None = None
    reader: str = ""
    table: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts = Counter(interview.id for interview in self.interviews)
        if twice := [id for id, count in counts.items() if count > 1]:
            raise InterviewError(f"{self.path}: the id {twice[0]} is there twice; give every interview its own")

    def __len__(self) -> int:
        return len(self.interviews)

    def __iter__(self) -> Iterator[Interview]:
        return iter(self.interviews)

    @overload
    def __getitem__(self, key: int | str) -> Interview: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[Interview, ...]: ...

    def __getitem__(self, key: int | str | slice) -> Interview | tuple[Interview, ...]:
        if not isinstance(key, str):
            return self.interviews[key]
        for interview in self.interviews:
            if interview.id == key:
                return interview
        raise InterviewError(f"no interview {key!r} in {self.path}; list(folder) shows those that there are")

    def __repr__(self) -> str:
        people = len({interview.participant for interview in self})
        bad = f", {counted(len(self.bad_rows), 'bad row')}" if self.bad_rows else ""
        return (
            f"<{counted(len(self), 'interview')} of {counted(people, 'participant')} in "
            f"{shortened(self.path.name, 20)}, {_first_of(self.scores)}{bad}>"
        )

    def not_empty(self) -> Self:
        """Return this folder if it has any usable interview.

        Raises:
            InterviewError: it has none.
        """
        table = self.path / self.table
        if not self.interviews:
            raise InterviewError(f"{table} holds no interview that can be used; mend it, or give another")
        return self

    @cached_property
    def scores(self) -> tuple[str, ...]:
        """The names of all scores, in the file's order."""
        return tuple(dict.fromkeys(name for interview in self for name in interview.scores))

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The names of all attributes, in the file's order."""
        return tuple(dict.fromkeys(name for interview in self for name in interview.attributes))

    @cached_property
    def rule(self) -> CategoryRule:
        """The data's own category rule.

        Raises:
            InterviewError: there are several scores, and the data does not say which one to use.
        """
        return self.rule_for()

    def rule_for(
        self,
        target: str | None = None,
        *,
        thresholds: Thresholds | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> CategoryRule:
        """The category rule for a chosen score or chosen thresholds.

        Args:
            target: the score; the data's own, or its only one, if None.
            thresholds: the data's own, or the score's tertiles, if None.
            low: scores below it are Reserved; overrides `thresholds.low`.
            high: scores above it are Expressive; overrides `thresholds.high`.

        Raises:
            InterviewError: there is no such score, or there are several and none was chosen.
        """
        target = target or self.target or (self.scores[0] if len(self.scores) == 1 else None)
        if target is None:
            raise InterviewError(self._why_no_target())
        if self.scores and target not in self.scores:
            raise InterviewError(f"no score {target!r} in {self.path}; {what_else(target, self.scores)}")
        if low is not None and high is not None:
            return CategoryRule(target, Thresholds(low, high))
        usual = (
            thresholds
            or self.thresholds
            or Thresholds.from_tertiles([i.scores[target] for i in self if target in i.scores])
        )
        return CategoryRule(target, Thresholds(usual.low if low is None else low, usual.high if high is None else high))

    def _why_no_target(self) -> str:
        if self.scores:
            names = ", ".join(self.scores)
            return f"{self.path} has several scores; choose the one that categories are made of (--target): {names}"
        bad = f": {self.table}, {self.bad_rows[0]}" if self.bad_rows else ""
        return f"{self.path} has no score to make categories of{bad}"

    def to_pandas(self) -> pd.DataFrame:
        """One row per interview, indexed by id: participant, video, scores and attributes."""
        import pandas as pd

        rows = [
            {"id": i.id, "participant": i.participant, "video": str(i.video), **i.scores, **i.attributes} for i in self
        ]
        columns = ["id", "participant", "video", *self.scores, *self.attributes]
        return pd.DataFrame(rows, columns=columns).set_index("id")


def _first_of(scores: Sequence[str]) -> str:
    if len(scores) < 3:
        return f"scores: {', '.join(scores) or 'none'}"
    return f"scores: {shortened(scores[0], 20)} and {len(scores) - 1} more"


def take_evenly(interviews: Sequence[Interview], limit: int | None) -> Sequence[Interview]:
    """Take `limit` interviews spread evenly over the file, whose rows are grouped by question."""
    if limit is None or limit >= len(interviews):
        return interviews
    return [interviews[position * len(interviews) // limit] for position in range(limit)]
