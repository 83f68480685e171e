"""Read a folder of videos without any table: to predict, review and code; there are no scores to learn from.

Who is interviewed is the folder that a video is in, if all lie in folders, or else what a pattern finds in its name, or
else the part of the name before the first blank, underscore or dash, if several videos share it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from expressiveness._io import is_here
from expressiveness.data.interview import BadRow, Interview, InterviewFolder
from expressiveness.data.readers.csv_table import CsvReader
from expressiveness.data.readers.reader import Reader, RowChecks
from expressiveness.data.readers.recruitview import METADATA
from expressiveness.data.readers.video_files import VIDEO_ENDINGS, videos_in
from expressiveness.errors import ConfigError, InterviewError

PATTERN_FILE = "participants.json"
"""Beside the videos: {"pattern": "..."}."""

_BEFORE_A_MARK = re.compile(r"(?P<participant>[^ _\-]+)[ _\-]")


class VideosReader(Reader):
    """Reads the names of videos, in the folder and in those inside it.

    Args:
        pattern: a regular expression whose group `participant`, or whose first group, says who it is.
    """

    why = "there is no table, but there are videos"

    def __init__(self, pattern: str | None = None) -> None:
        self.pattern = _compiled(pattern) if pattern else None

    def recognises(self, folder: Path) -> bool:
        """Whether there is a video in the folder, or in one inside it, and no table."""
        if not is_here(folder) or not folder.is_dir():
            return False
        if (folder / METADATA).exists() or CsvReader().recognises(folder):
            return False
        inside = (file for places in ("*", "*/*") for file in folder.glob(places))
        return any(file.suffix.lower() in VIDEO_ENDINGS and not file.name.startswith(".") for file in inside)

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read every name; the id is the path without its ending."""
        pattern = self.pattern or _saved(folder)
        files = [file.relative_to(folder) for file in videos_in(folder)]
        in_folders = pattern is None and bool(files) and all(len(file.parts) > 1 for file in files)
        if pattern is None and not in_folders:
            pattern = _usual(files)
        checks = RowChecks(folder, allow_outside=allow_outside)
        rows = [_read(line, file, pattern, checks) for line, file in enumerate(files, start=1)]
        how = "the folder of each video" if in_folders else pattern.pattern if pattern else "the name of each video"
        return InterviewFolder(
            folder,
            tuple(row for row in rows if isinstance(row, Interview)),
            tuple(row for row in rows if isinstance(row, BadRow)),
            table="names of videos",
            mapping={"id": "the video's name", "participant": how, "scores": "none: predict and review only"},
        )


def _read(line: int, file: Path, pattern: re.Pattern[str] | None, checks: RowChecks) -> Interview | BadRow:
    id = file.with_suffix("").as_posix()
    try:
        participant = file.parts[0] if len(file.parts) > 1 else file.stem
        if pattern:
            found = pattern.search(file.as_posix())
            if not found:
                raise InterviewError(f"the name does not say who it is by the pattern {pattern.pattern!r}")
            participant = found["participant"] if "participant" in pattern.groupindex else found[1]
        return Interview(id, checks.video(line, id, file.as_posix()), participant or file.stem, {})
    except InterviewError as error:
        return BadRow(line, str(error), id)


def _usual(files: list[Path]) -> re.Pattern[str] | None:
    """The part before a mark, if some videos share it and all have one; else each video is a person of its own."""
    names = [_BEFORE_A_MARK.match(file.name) for file in files]
    counts = Counter(name["participant"] for name in names if name)
    return re.compile(_BEFORE_A_MARK.pattern) if all(names) and any(count > 1 for count in counts.values()) else None


def _saved(folder: Path) -> re.Pattern[str] | None:
    file = folder / PATTERN_FILE
    if not file.is_file():
        return None
    try:
        return _compiled(str(json.loads(file.read_text(encoding="utf-8"))["pattern"]))
    except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
        raise InterviewError(f'{file}: {error}; write {{"pattern": "..."}}, or remove it') from error


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern.

    Raises:
        ConfigError: it is none, or has no group.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"the pattern {pattern!r} is no regular expression ({error})") from error
    if not compiled.groups:
        raise ConfigError(f"the pattern {pattern!r} has no group; put what names the person into brackets: (P\\d+)_")
    return compiled
