"""User-marked neutral faces: `neutral.csv`, one clip or stretch of a clip per row.

The file belongs to the user and is never written.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness._io import place
from expressiveness.data.interview import BadRow, Interview
from expressiveness.data.participants import participant_name
from expressiveness.data.readers import NEUTRAL_FILE, CsvTable
from expressiveness.errors import InterviewError
from expressiveness.wording import counted

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a clip in which the face is neutral."""

    interview: Interview
    start: float = 0.0  # in seconds, included
    end: float = math.inf  # in seconds, included
    line: int = 0  # in the file, from 1

    def covers(self, seconds: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which times are inside it, shape (n,)."""
        return np.asarray((seconds >= self.start) & (seconds <= self.end))


@dataclass(frozen=True, slots=True)
class NamedNeutrals:
    """The neutral stretches that a user marked."""

    stretches: tuple[Stretch, ...]
    bad_rows: tuple[BadRow, ...] = ()  # invalid rows, each with its reason
    passed_over: dict[int, str] = field(default_factory=dict, compare=False)  # reasons by line, found during use

    def __repr__(self) -> str:
        people = {stretch.interview.participant for stretch in self.stretches}
        return f"NamedNeutrals({counted(len(people), 'participant')}, {counted(len(self.bad_rows), 'bad row')})"

    @classmethod
    def read(cls, file: Path | str, interviews: Sequence[Interview]) -> NamedNeutrals:
        """Read a CSV or TSV with the columns `id` or `participant`, `start` and `end`, both in seconds.

        A blank start or end means that of the clip; a row that names only a participant applies to all their clips.

        Args:
            file: the table.
            interviews: the ones that rows may refer to.

        Raises:
            InterviewError: there is no such file, it cannot be read, or a column is missing.
        """
        file = place(file)
        if not file.is_file():
            raise InterviewError(f"no file {file}; give a CSV with the columns id or participant, start and end")
        table = CsvTable.load(file)
        if not {"start", "end"} <= set(table.header) or not {"id", "participant"} & set(table.header):
            raise InterviewError(f"{file} has {', '.join(table.header)}; give it id or participant, start and end")
        stretches: list[Stretch] = []
        bad = list(table.bad_rows)
        for line, row in table.rows:
            try:
                stretches += _stretches(line, row, table, interviews)
            except InterviewError as error:
                bad.append(BadRow(line, str(error), row.get("id") or None))
        return cls(tuple(stretches), tuple(sorted(bad, key=lambda row: row.line)))

    @classmethod
    def beside(cls, folder: Path | str, interviews: Sequence[Interview]) -> NamedNeutrals | None:
        """Read `neutral.csv` from a folder of interviews; None if there is none.

        Raises:
            InterviewError: as `read`.
        """
        file = place(folder) / NEUTRAL_FILE
        return cls.read(file, interviews) if file.is_file() else None

    def of(self, participant: str) -> tuple[Stretch, ...]:
        """The stretches of a participant."""
        return tuple(stretch for stretch in self.stretches if stretch.interview.participant == participant)

    def pass_over(self, stretch: Stretch, reason: str) -> None:
        """Record that a stretch cannot be used, and log it once per line."""
        if stretch.line not in self.passed_over:
            self.passed_over[stretch.line] = reason
            logger.warning("neutral: %s", BadRow(stretch.line, reason, stretch.interview.id))


def _stretches(
    line: int, row: Mapping[str, str], table: CsvTable, interviews: Sequence[Interview]
) -> Iterator[Stretch]:
    id, person = row.get("id", ""), participant_name(row.get("participant", ""))
    if not id and not person:
        raise InterviewError("it names neither an interview nor a participant")
    meant = [one for one in interviews if id in ("", one.id) and person in ("", one.participant)]
    if not meant:
        raise InterviewError(f"there is no interview {id}{' ' * bool(id and person)}{person and f'of {person}'}")
    start, end = _seconds("start", row, table, 0.0), _seconds("end", row, table, math.inf)
    if end <= start:
        raise InterviewError(f"it ends at {end:g} s, and begins at {start:g} s")
    return (Stretch(one, start, end, line) for one in meant)


def _seconds(name: str, row: Mapping[str, str], table: CsvTable, otherwise: float) -> float:
    if not row[name]:
        return otherwise
    seconds = table.number(name, row[name])
    if seconds is None or not 0 <= seconds < math.inf:
        raise InterviewError(f"{name} {row[name]!r} is no number of seconds")
    return seconds
