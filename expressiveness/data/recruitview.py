"""A RecruitView folder as validated interviews: `metadata.jsonl` read row by row, every bad row named.

Start at `read_interviews`. A line of the file is a recorded answer. Ids, participants and questions are text and
stay text ("0082" is not 82). `gemini_summary` describes the face in words and is never read: it would leak the label.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from expressiveness._io import check_answers, place
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
ATTRIBUTES = ("question_id", "question", "duration", "video_quality", "transcript")

MAX_LINE_BYTES = 16 * 2**20
"""A longer line is reported and skipped without being held in memory; RecruitView's longest are some 20 kB."""

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
    reader = _Reader(folder, _metadata_of(folder), allow_outside=allow_outside)
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

    id: Annotated[str, Field(min_length=1, max_length=200)]
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

    def __init__(self, folder: Path, metadata: Path, *, allow_outside: bool) -> None:
        self.folder = folder
        self.metadata = metadata
        self.allow_outside = allow_outside
        self.ignored_keys: set[str] = set()
        self._line_of_id: dict[str, int] = {}
        self._line_of_video: dict[Path, int] = {}

    def __iter__(self) -> Iterator[Interview | BadRow]:
        for number, line in bounded_lines(self.metadata):
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
        self.ignored_keys.update(row.model_extra or {})
        return _interview(row, video)

    def _claim(self, number: int, id: str, video: Path) -> None:
        if earlier := self._line_of_id.get(id):
            raise InterviewError(f"the id stands on line {earlier} already")
        if earlier := self._line_of_video.get(video):
            raise InterviewError(f"the video {video.name} stands on line {earlier} already")
        self._line_of_id[id] = self._line_of_video[video] = number


def _metadata_of(folder: Path) -> Path:
    check_answers(folder)
    if not folder.is_dir():
        raise InterviewError(f"no folder {folder}; give the one that holds {METADATA} and videos/")
    metadata = folder / METADATA
    if not metadata.is_file():
        raise InterviewError(f"no {METADATA} in {folder}; give the folder that holds it, beside videos/")
    return metadata


def bounded_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number from 1; None stands for one that is too long."""
    with BufferedReader(path.open("rb")) as file:  # fsspec's own files cannot read a part of a line
        number = 0
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            too_long = len(line) == MAX_LINE_BYTES and not line.endswith(b"\n")
            if too_long:
                while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
            yield number, None if too_long else line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")


def _check_keys(line: bytes) -> None:
    """Refuse a row that gives one key two values, of which readers of JSON silently keep the second.

    Raises:
        InterviewError: it does.
    """
    keys = json.loads(line, object_pairs_hook=lambda pairs: [key for key, _ in pairs])
    if repeated := {key for key in keys if keys.count(key) > 1}:
        raise InterviewError(f"{', '.join(sorted(repeated))}: stands in the row twice")


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
            return str(row["id"])
    return None


def _interview(row: _Row, video: Path) -> Interview:
    return Interview(
        id=row.id,
        video=video,
        participant=row.user_no,
        scores={target: getattr(row, target) for target in TARGETS},
        attributes={name: getattr(row, name) for name in ATTRIBUTES},
    )
