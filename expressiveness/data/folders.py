"""A folder of interviews, read by whichever reader recognises it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from expressiveness._io import check_answers, place
from expressiveness.data.interview import InterviewFolder
from expressiveness.data.readers import Reader
from expressiveness.errors import ConfigError, InterviewError
from expressiveness.registry import Registry

logger = logging.getLogger(__name__)

READERS: Registry[type[Reader]] = Registry(
    "expressiveness.readers",
    "reader",
    {
        "recruitview": "expressiveness.data.readers.recruitview:RecruitViewReader",
        "crema-d": "expressiveness.data.readers.crema_d:CremaDReader",
        "csv": "expressiveness.data.readers.csv_table:CsvReader",
        "ravdess": "expressiveness.data.readers.ravdess:RavdessReader",
        "videos": "expressiveness.data.readers.videos_alone:VideosReader",
    },
)
"""Tried in this order until one recognises the folder; readers added by other packages and notebooks come last.

CREMA-D comes before csv because it contains CSV files, RAVDESS after: a table beside its videos holds new ratings.
Where nothing else is known of videos, their names are read.
"""


WITH_COLUMNS = ("csv", "videos")
"""The readers whose columns can be chosen."""


def read_interviews(
    folder: Path | str,
    reader: str | None = None,
    *,
    columns: str | None = None,
    strict: bool = False,
    allow_outside: bool = False,
) -> InterviewFolder:
    """Read and validate a folder of interviews.

    Args:
        folder: a folder with a table of interviews and their videos, its URL, or the CSV or TSV file itself.
        reader: a name in `READERS`; the first that recognises the folder if None.
        columns: the columns of a table, as in "video=clip,participant=subject,score=rating"; any not given are
            guessed. Of videos alone "participant=PATTERN", see `VideosReader`.
        strict: raise an error at the first bad row instead of reporting it.
        allow_outside: accept videos outside `folder` (absolute paths, `..`, links that lead out).

    Raises:
        InterviewError: no such folder, no reader recognises it, or, if `strict`, a bad row.
        ConfigError: there is no such reader, or `columns` is invalid.
        PlaceError: nothing answers at a URL.
    """
    folder = place(folder)
    name, one = _reader_of(folder, reader, columns)
    found = replace(one.read(folder, allow_outside=allow_outside), reader=name)
    if strict and found.bad_rows:
        where = found.path / found.table
        raise InterviewError(f"{where}, {found.bad_rows[0]}; mend the row, or read without strict to pass over it")
    for row in found.bad_rows:
        logger.info("%s, %s", found.table, row)
    return found


def _reader_of(folder: Path, name: str | None, columns: str | None) -> tuple[str, Reader]:
    check_answers(folder)
    if not folder.exists():
        raise InterviewError(f"no folder {folder}; give the one that holds the table of interviews and their videos")
    if name is not None:
        one = _made(name, columns)
        if not one.recognises(folder):
            raise InterviewError(f"{folder} is no folder that the reader {name} can read; see docs/guides/own-data.md")
        return name, one
    for name in READERS if columns is None else WITH_COLUMNS:
        if READERS[name]().recognises(folder):
            return name, _made(name, columns)
    what = f"no metadata.jsonl in {folder}, and" if folder.is_dir() else f"{folder} is no folder, and"
    raise InterviewError(f"{what} no CSV or TSV file; give the folder that holds one beside the videos")


def _made(name: str, columns: str | None) -> Reader:
    if columns is None:
        return READERS[name]()
    from expressiveness.data.readers import ColumnMapping, CsvReader, VideosReader

    if name == "videos":
        part, _, pattern = columns.partition("=")
        if part.strip() != "participant" or not pattern:
            raise ConfigError(f"columns {columns!r}: for videos alone, write participant=PATTERN")
        return VideosReader(pattern)
    if name not in WITH_COLUMNS:
        raise ConfigError(f"columns cannot be chosen for the reader {name}; leave them out")
    return CsvReader(ColumnMapping.parse(columns))
