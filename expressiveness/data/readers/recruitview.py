"""Read a RecruitView folder: validates `metadata.jsonl` line by line and reports every bad row.

Each line is one recorded answer. Ids, participants and questions stay text ("0082" is not 82). `gemini_summary`
describes the face in words and is never read, because it would leak the label.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError
from pydantic_core import PydanticCustomError

from expressiveness._io import open_bounded, place
from expressiveness.data.categories import Thresholds
from expressiveness.data.interview import BadRow, Column, Interview, InterviewFolder
from expressiveness.data.participants import participant_name
from expressiveness.data.readers.file_names import path_inside
from expressiveness.data.readers.json_lines import other_shape
from expressiveness.data.readers.reader import Reader, RowChecks
from expressiveness.data.readers.recruitview_columns import ATTRIBUTES, DEFAULT_TARGET, TARGETS
from expressiveness.errors import InterviewError, reason
from expressiveness.wording import REASONS_SHOWN, problems

METADATA = "metadata.jsonl"
MAX_METADATA_BYTES = 4 * 2**30
MAX_ROWS = 1_000_000
"""Ten times the largest set considered in docs/scaling.md; a larger file is something else."""

MAX_KEYS = 10_000
"""Limit on the keys of a row (an interview has 21) and on distinct unknown keys over all rows."""

MAX_LINE_BYTES = 4 * 2**20
"""A longer line is reported and skipped without being held in memory; RecruitView's longest are about 20 kB."""

MAX_ID = 200


class RecruitViewReader(Reader):
    """Reads `metadata.jsonl` and the videos it names."""

    why = "it holds metadata.jsonl"

    def recognises(self, folder: Path) -> bool:
        """Whether `metadata.jsonl` exists; `read` reports what is wrong with it."""
        return (folder / METADATA).exists()

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read and validate every row."""
        rows = _Rows(folder, allow_outside=allow_outside)
        found = list(rows)
        interviews = tuple(row for row in found if isinstance(row, Interview))
        bad_rows = tuple(row for row in found if isinstance(row, BadRow))
        if len(bad_rows) > len(interviews):
            _check_shape(folder, allow_outside)
        return InterviewFolder(
            folder,
            interviews,
            bad_rows,
            tuple(sorted(rows.ignored_keys)),
            target=DEFAULT_TARGET,
            thresholds=Thresholds(),
            table=METADATA,
        )

    def columns(self, found: InterviewFolder) -> tuple[Column, ...]:
        """What each key holds, including in skipped rows; values are not kept in memory."""
        rows = 0
        present: dict[str, int] = {}
        types: dict[str, set[str]] = {}
        for _, line in metadata_lines(found.path, allow_outside=True):  # already checked by `read`
            rows += 1
            for name, value in _json_object(line).items():
                if name not in present and len(present) == MAX_KEYS:
                    continue
                blank = value is None or (isinstance(value, str) and not value.strip())
                present[name] = present.get(name, 0) + (not blank)
                types.setdefault(name, set()).update([] if value is None else [_JSON_TYPES[type(value)]])
        return tuple(Column(name, tuple(sorted(types[name])), rows - count) for name, count in present.items())


def _no_text(value: object) -> object:
    """Reject numbers in quotes: a single row cannot tell whether "1,234" has a decimal comma."""
    if isinstance(value, str):
        raise PydanticCustomError("text", "Input should be a valid number, without quotes and with a decimal point")
    return value


def _path_in(value: object) -> object:
    """The path of a video that the hub describes by an object."""
    return value.get("path") if isinstance(value, dict) else value


_FILE_NAMES = AliasChoices("file_name", "video")
"""The hub calls the column `file_name` in files, and `video` in loaded rows."""

_Score = Annotated[FiniteFloat, BeforeValidator(_no_text)]


class _Row(BaseModel):
    """One line of `metadata.jsonl`, with RecruitView's types."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=MAX_ID)]
    file_name: Annotated[
        str, BeforeValidator(_path_in), Field(min_length=1, max_length=4096, validation_alias=_FILE_NAMES)
    ]
    duration: Literal["short", "medium", "long"]
    question_id: str
    question: str
    video_quality: str
    user_no: str
    openness: _Score
    conscientiousness: _Score
    extraversion: _Score
    agreeableness: _Score
    neuroticism: _Score
    overall_personality: _Score
    interview_score: _Score
    answer_score: _Score
    speaking_skills: _Score
    confidence_score: _Score
    facial_expression: _Score
    overall_performance: _Score
    transcript: str
    gemini_summary: object = None  # known, never read


class _Rows:
    """Yields an `Interview` or a `BadRow` for each line."""

    def __init__(self, folder: Path, *, allow_outside: bool) -> None:
        self.checks = RowChecks(folder, allow_outside=allow_outside)
        self.ignored_keys: set[str] = set()

    def __iter__(self) -> Iterator[Interview | BadRow]:
        for number, line in metadata_lines(self.checks.folder, allow_outside=self.checks.allow_outside):
            if line is None:
                yield BadRow(number, f"longer than {MAX_LINE_BYTES // 2**20} MiB, so it is no interview")
            elif not line.strip():
                yield BadRow(number, "blank line")
            else:
                yield self._read(number, line)

    def _read(self, number: int, line: bytes) -> Interview | BadRow:
        try:
            row = _Row.model_validate_json(line.rstrip(b"\r\n"))
        except ValidationError as error:
            return BadRow(number, problems(error), _id_of(error))
        try:
            _check_keys(line)
            if not participant_name(row.user_no):
                raise InterviewError("user_no is blank; say who speaks")
            video = self.checks.video(number, row.id, row.file_name)
        except (InterviewError, OSError, ValueError) as error:
            return BadRow(number, str(error), row.id)
        self.ignored_keys.update(islice(row.model_extra or {}, MAX_KEYS - len(self.ignored_keys)))
        return _interview(row, video)


def metadata_lines(folder: Path | str, *, allow_outside: bool = False) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line of a folder's `metadata.jsonl` with its number from 1; None for a line that is too long.

    Raises:
        InterviewError: there is no such folder or file, it leads out of the folder and `allow_outside` is not set, or
        it is too large.
        PlaceError: nothing answers at a URL.
    """
    folder = place(folder)
    with BufferedReader(_opened_metadata(folder, allow_outside)) as file:  # fsspec's files cannot read part of a line
        number = total = 0
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            total += len(line)
            too_long = len(line) == MAX_LINE_BYTES and not line.endswith(b"\n")
            while too_long and (rest := file.readline(MAX_LINE_BYTES)):
                total += len(rest)
                if rest.endswith(b"\n") or total > MAX_METADATA_BYTES:
                    break
            if number > MAX_ROWS or total > MAX_METADATA_BYTES:
                most = f"{MAX_ROWS:,} rows or {MAX_METADATA_BYTES / 2**30:g} GiB"
                raise InterviewError(f"{folder / METADATA} has more than {most}; part the folder, or mend the file")
            yield number, None if too_long else line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")


def _opened_metadata(folder: Path, allow_outside: bool) -> BufferedReader:
    try:
        return open_bounded(path_inside(folder, METADATA, allow_outside=allow_outside), most=MAX_METADATA_BYTES)
    except FileNotFoundError as error:
        raise InterviewError(f"no {METADATA} in {folder}; give the folder that holds it, beside videos/") from error
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise InterviewError(
            f"{folder / METADATA} cannot be read ({reason(error)}); put the right one there"
        ) from error


def _check_shape(folder: Path, allow_outside: bool) -> None:
    """Check that the file is JSON Lines.

    Raises:
        InterviewError: it is not.
    """
    with _opened_metadata(folder, allow_outside) as file:
        if wrong := other_shape(file.read(MAX_LINE_BYTES)):
            raise InterviewError(f"{folder / METADATA} {wrong}")


def _check_keys(line: bytes) -> None:
    """Reject a row with a repeated key, since JSON parsers silently keep only the last value.

    Raises:
        InterviewError: a key is repeated, or there are too many keys.
    """
    keys: list[str] = json.loads(line, object_pairs_hook=lambda pairs: [key for key, _ in pairs])
    if len(keys) > MAX_KEYS:
        raise InterviewError(f"has {len(keys):,} keys, so it is no interview")
    if repeated := _repeated(keys):
        raise InterviewError(f"{', '.join(repeated[:REASONS_SHOWN])}: is in the row twice")


def _repeated(keys: Iterable[str]) -> list[str]:
    return sorted(key for key, count in Counter(keys).items() if count > 1)


def _id_of(error: ValidationError) -> str | None:
    for problem in error.errors(include_url=False):
        row = problem["input"]
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            return str(row["id"])[:MAX_ID]
    return None


def _interview(row: _Row, video: Path) -> Interview:
    return Interview(
        id=row.id,
        video=video,
        participant=row.user_no,
        scores={target: getattr(row, target) for target in TARGETS},
        attributes={name: getattr(row, name) for name in ATTRIBUTES},
    )


_JSON_TYPES = {str: "text", bool: "true or false", int: "number", float: "number", list: "list", dict: "object"}


def _json_object(line: bytes | None) -> Mapping[str, Any]:
    """A line's JSON object; empty if it is not one (such lines are reported as bad rows)."""
    try:
        row = json.loads(line or b"{}")
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}
