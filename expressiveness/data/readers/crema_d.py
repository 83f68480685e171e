"""Read a CREMA-D folder; the score comes from raters who saw only the face, without sound.

CREMA-D (Cao et al., "CREMA-D: Crowd-sourced emotional multimodal actors dataset", IEEE Trans. Affective Computing 5,
2014) has 7,442 clips of 91 actors. About ten people rated each clip from the face alone, choosing one of six emotions
including neutral. The score is the share who chose anything but neutral, since nobody rated expressiveness itself.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from expressiveness._io import read_bounded
from expressiveness.data.categories import Thresholds
from expressiveness.data.interview import BadRow, Interview, InterviewFolder
from expressiveness.data.readers.reader import Reader, RowChecks
from expressiveness.errors import InterviewError, reason

VOTES = ("processedResults/tabulatedVotes.csv", "tabulatedVotes.csv")
"""Where the table of votes may be: its path in the repository, or beside the videos."""

VIDEOS = "VideoFlash"
ENDINGS = (".flv", ".mp4", ".mov", ".avi", ".mkv", ".webm")
"""The original's first, then those of copies; if a clip has several files, the earliest ending here wins."""

MAX_VOTES_BYTES = 64 * 2**20
"""The original is 3 MB."""

PLACEHOLDER = b"version https://git-lfs"
MAX_PLACEHOLDER_BYTES = 1024
"""From the Git LFS specification."""

SCORE = "not_neutral"
THRESHOLDS = Thresholds(2 / 3, 0.95)
"""Reserved: under two thirds of the raters saw an emotion; Expressive: over 95 %. About a third of all clips each."""

FACE_ONLY = "2"
"""First digit of the row number where raters saw the face without hearing the voice."""

EMOTIONS = {"A": "anger", "D": "disgust", "F": "fear", "H": "happy", "N": "neutral", "S": "sad"}
"""By column of the votes; the emotion code in a clip's name starts with the same letter."""

LEVELS = {"LO": "1 LO", "MD": "2 MD", "HI": "3 HI"}
"""The intensity asked of the actors, for one of the sentences; the others have no level (XX)."""

_NAME = re.compile(
    r"(?P<actor>\d{4})_(?P<sentence>[A-Z]{3})_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_(?P<level>LO|MD|HI|XX)"
)


class CremaDReader(Reader):
    """Reads the table of votes and the clips in `VideoFlash`."""

    why = "it holds CREMA-D's table of votes"

    def recognises(self, folder: Path) -> bool:
        """Whether the table of votes is there."""
        return any((folder / name).is_file() for name in VOTES)

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read the clips that are present; all missing ones are reported as a single bad row."""
        table = next(name for name in VOTES if (folder / name).is_file())
        checks = RowChecks(folder, allow_outside=allow_outside)
        videos = _videos(folder)
        found: list[Interview | BadRow] = []
        missing: list[tuple[int, str]] = []
        for line, row in _face_only_rows(folder / table):
            if video := videos.get(row["fileName"]):
                found.append(_read_row(line, row, video, checks))
            else:
                missing.append((line, row["fileName"]))
        bad = [row for row in found if isinstance(row, BadRow)]
        if missing:
            bad.append(_not_fetched(missing, len(found) + len(missing)))
        return InterviewFolder(
            folder,
            tuple(row for row in found if isinstance(row, Interview)),
            tuple(bad),
            target=SCORE,
            thresholds=THRESHOLDS,
            table=table,
        )


def _videos(folder: Path) -> dict[str, str]:
    """Paths of the clips relative to the folder, by name without extension."""
    where = folder / VIDEOS if (folder / VIDEOS).is_dir() else folder
    prefix = f"{VIDEOS}/" if where != folder else ""
    files = [file.name for file in where.iterdir() if file.suffix in ENDINGS and not _is_placeholder(file)]
    files.sort(key=lambda name: ENDINGS.index(Path(name).suffix), reverse=True)
    return {Path(name).stem: prefix + name for name in files}


def _is_placeholder(file: Path) -> bool:
    """Whether the file is a Git LFS pointer to a video that was not fetched."""
    if not (file.is_file() and 0 < file.stat().st_size < MAX_PLACEHOLDER_BYTES):
        return False
    with file.open("rb") as opened:
        return opened.read(len(PLACEHOLDER)) == PLACEHOLDER


def _face_only_rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The face-only rows, each with its line number.

    Raises:
        InterviewError: the file cannot be read, or has other columns.
    """
    try:
        text = read_bounded(file, most=MAX_VOTES_BYTES).decode("utf-8-sig")
        rows = csv.DictReader(StringIO(text, newline=""), restval="")
        if lacking := {"", "fileName", *EMOTIONS} - set(rows.fieldnames or ()):
            raise InterviewError(f"{file} has no column {min(lacking)!r}; put CREMA-D's own table there")
        return [(rows.line_num, row) for row in rows if row[""].startswith(FACE_ONLY)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InterviewError(f"{file} cannot be read ({reason(error)}); put CREMA-D's own table there") from error


def _read_row(line: int, row: Mapping[str, str], file_name: str, checks: RowChecks) -> Interview | BadRow:
    name = row["fileName"]
    try:
        parts = _NAME.fullmatch(name)
        if not parts:
            raise InterviewError("the name is not made of actor, sentence, emotion and level")
        neutral, raters = int(row["N"]), sum(int(row[letter]) for letter in EMOTIONS)
        if not 0 <= neutral <= raters or raters < 2:
            raise InterviewError(f"{neutral} of {raters} raters said neutral; two raters and more make a score")
        return Interview(
            id=name,
            video=checks.video(line, name, file_name),
            participant=parts["actor"],
            scores={SCORE: (seen := 1 - neutral / raters)},
            attributes={
                "emotion": EMOTIONS[parts["emotion"][0]],
                "sentence": parts["sentence"],
                "raters": str(raters),
                "standard_error": f"{math.sqrt(seen * (1 - seen) / (raters - 1)):.4f}",  # of a proportion, unbiased
                **_intended(parts),
            },
        )
    except (InterviewError, ValueError) as error:
        return BadRow(line, str(error), name or None)


def _intended(parts: re.Match[str]) -> dict[str, str]:
    level = parts["level"]
    if level not in LEVELS:
        return {}
    return {"level": level, "intended": LEVELS[level], "pair": f"{parts['emotion']} {parts['sentence']}"}


def _not_fetched(missing: list[tuple[int, str]], rated: int) -> BadRow:
    line, name = missing[0]
    others = f", nor have {len(missing) - 1:,} others of {rated:,}" if len(missing) > 1 else ""
    return BadRow(line, f"it has no video in {VIDEOS}{others}; fetch them, or go on with those that are there", name)
