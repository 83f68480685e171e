"""A RecruitView folder as validated interviews: `metadata.jsonl` read row by row, every bad row named.

Start at `read_interviews`. A line of the file is a recorded answer. Ids, participants and questions are text and
stay text ("0082" is not 82). `gemini_summary` describes the face in words and is never read: it would leak the label.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from expressiveness._io import check_answers, open_bounded, place
from expressiveness.data.interview import BadRow, Interview, InterviewFolder
from expressiveness.errors import InterviewError

METADATA = "metadata.jsonl"
TARGETS = (
    "openness",
    "conscientiousness",
    "extraversion",
    "agreeableness",
    "neuroticism",
    "overall_personality",
    "interview_score",
    "answer_score",
    "speaking_skills",
    "confidence_score",
    "facial_expression",
    "overall_performance",
)
DEFAULT_TARGET = "facial_expression"
DURATIONS = ("short", "medium", "long")

MAX_METADATA_BYTES = 4 * 2**30
MAX_ROWS = 1_000_000
"""Ten times the largest set that docs/scaling.md counts with; a file with more holds something else."""

MAX_KEYS = 10_000
"""Of a row, whose interview has 21; and of names that no interview has, over all rows."""

MAX_LINE_BYTES = 4 * 2**20
"""A longer line is reported and skipped without being held in memory; RecruitView's longest are some 20 kB."""

MAX_ID = 200
REASONS_SHOWN = 3
"""Of all that is wrong with one row."""


def read_interviews(folder: Path | str, *, strict: bool = False, allow_outside: bool = False) -> InterviewFolder:
    """Read and validate a folder in RecruitView's layout.

    Args:
        folder: holds `metadata.jsonl` and the videos that it names; or its URL.
        strict: stop at the first bad row instead of reporting it.
        allow_outside: accept videos that lie outside `folder` (absolute paths, `..`, links that lead out).

    Raises:
        InterviewError: no such folder, no `metadata.jsonl`, or, if `strict`, a bad row.
        PlaceError: nothing answers at a URL.
    """
    folder = place(folder)
    reader = _Reader(folder, allow_outside=allow_outside)
    interviews, bad_rows = [], []
    for row in reader:
        if isinstance(row, Interview):
            interviews.append(row)
        elif strict:
            raise InterviewError(f"{folder / METADATA}, {row}; mend the row, or read without strict to pass over it")
        else:
            bad_rows.append(row)
    return InterviewFolder(folder, tuple(interviews), tuple(bad_rows), tuple(sorted(reader.ignored_keys)))


def video_path(folder: Path, file_name: str, *, allow_outside: bool = False) -> Path:
    """Resolve a row's `file_name` inside its folder.

    Raises:
        InterviewError: the name leads out of `folder` and `allow_outside` is not set.
    """
    path = (folder / file_name).resolve()
    # A Windows path would be one odd file name here; a folder made here should be safe there too.
    absolute = PurePosixPath(file_name).is_absolute() or bool(PureWindowsPath(file_name).anchor)
    if not allow_outside and (absolute or "\0" in file_name or not path.is_relative_to(folder.resolve())):
        raise InterviewError(f"file_name {file_name!r} leads out of the folder; move it in, or give --allow-outside")
    return path


class _Row(BaseModel):
    """One line of `metadata.jsonl`, types as RecruitView writes them."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=MAX_ID)]
    file_name: Annotated[str, Field(min_length=1, max_length=4096)]
    duration: Literal["short", "medium", "long"]
    question_id: str
    question: str
    video_quality: str
    user_no: Annotated[str, Field(min_length=1)]
    openness: FiniteFloat
    conscientiousness: FiniteFloat
    extraversion: FiniteFloat
    agreeableness: FiniteFloat
    neuroticism: FiniteFloat
    overall_personality: FiniteFloat
    interview_score: FiniteFloat
    answer_score: FiniteFloat
    speaking_skills: FiniteFloat
    confidence_score: FiniteFloat
    facial_expression: FiniteFloat
    overall_performance: FiniteFloat
    transcript: str
    gemini_summary: object = None  # known, and left unread


class _Reader:
    """Yields an `Interview` or a `BadRow` for each line, and remembers what must be unique."""

    def __init__(self, folder: Path, *, allow_outside: bool) -> None:
        self.folder = folder
        self.allow_outside = allow_outside
        self.ignored_keys: set[str] = set()
        self._line_of_id: dict[str, int] = {}
        self._line_of_video: dict[Path, int] = {}

    def __iter__(self) -> Iterator[Interview | BadRow]:
        for number, line in metadata_lines(self.folder, allow_outside=self.allow_outside):
            if line is None:
                yield BadRow(number, f"longer than {MAX_LINE_BYTES // 2**20} MiB, so it is no interview")
            elif not line.strip():
                yield BadRow(number, "blank line")
            else:
                yield self._read(number, line)

    def _read(self, number: int, line: bytes) -> Interview | BadRow:
        try:
            row = _Row.model_validate_json(line)
        except ValidationError as error:
            return BadRow(number, _sentence(error), _id_of(error))
        try:
            _check_keys(line)
            video = video_path(self.folder, row.file_name, allow_outside=self.allow_outside)
            self._claim(number, row.id, video)
        except (InterviewError, OSError, ValueError) as error:
            return BadRow(number, str(error), row.id)
        self.ignored_keys.update(islice(row.model_extra or {}, MAX_KEYS - len(self.ignored_keys)))
        return _interview(row, video)

    def _claim(self, number: int, id: str, video: Path) -> None:
        if earlier := self._line_of_id.get(id):
            raise InterviewError(f"the id stands on line {earlier} already")
        if earlier := self._line_of_video.get(video):
            raise InterviewError(f"the video {video.name} stands on line {earlier} already")
        self._line_of_id[id] = self._line_of_video[video] = number


def metadata_lines(folder: Path, *, allow_outside: bool = False) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line of a folder's `metadata.jsonl` with its number from 1; None stands for one that is too long.

    Raises:
        InterviewError: there is no such folder or file, the file leads out of it and `allow_outside` is not set, or it
            is larger than metadata can be.
        PlaceError: nothing answers at a URL.
    """
    with BufferedReader(_opened_metadata(folder, allow_outside)) as file:  # fsspec's cannot read a part of a line
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
    check_answers(folder)
    if not folder.is_dir():
        raise InterviewError(f"no folder {folder}; give the one that holds {METADATA} and videos/")
    try:
        return open_bounded(video_path(folder, METADATA, allow_outside=allow_outside), most=MAX_METADATA_BYTES)
    except FileNotFoundError as error:
        raise InterviewError(f"no {METADATA} in {folder}; give the folder that holds it, beside videos/") from error
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise InterviewError(f"{folder / METADATA} cannot be read ({error}); put the right file there") from error


def _check_keys(line: bytes) -> None:
    """Refuse a row that gives one key two values, of which readers of JSON silently keep the second.

    Raises:
        InterviewError: it does, or has more keys than an interview can have.
    """
    keys: list[str] = json.loads(line, object_pairs_hook=lambda pairs: [key for key, _ in pairs])
    if len(keys) > MAX_KEYS:
        raise InterviewError(f"has {len(keys):,} keys, so it is no interview")
    if repeated := _repeated(keys):
        raise InterviewError(f"{', '.join(repeated[:REASONS_SHOWN])}: stands in the row twice")


def _repeated(keys: Iterable[str]) -> list[str]:
    return sorted(key for key, count in Counter(keys).items() if count > 1)


def _sentence(error: ValidationError) -> str:
    """What is wrong with a row, in one line; never the row's own text, which may hold names."""
    problems = [
        ": ".join([*map(str, problem["loc"]), problem["msg"]])
        for problem in error.errors(include_url=False, include_input=False)
    ]
    rest = len(problems) - REASONS_SHOWN
    return "; ".join(problems[:REASONS_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


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
        question_id=row.question_id,
        question=row.question,
        duration=row.duration,
        video_quality=row.video_quality,
        scores={target: getattr(row, target) for target in TARGETS},
        transcript=row.transcript,
    )
