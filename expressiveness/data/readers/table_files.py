"""The cells of Excel, Parquet and JSON files as text, row by row, as if they stood in a CSV."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from expressiveness._io import decoded
from expressiveness.errors import InterviewError, reason

Rows = Iterator[tuple[int, list[str] | str]]
"""The line of each row, from 1, with its cells, or with why it cannot be read."""

OTHER_ENDINGS = (".xlsx", ".parquet")
JSON_NAMES = ("interviews.json", "metadata.json")
"""JSON files are taken for tables by these names alone, as folders hold others."""

MAX_UNPACKED_BYTES = 2**30
"""Of an Excel file, which is an archive."""

_OTHER_SHAPES = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError),
    *(RecursionError, OverflowError, SyntaxError, zipfile.BadZipFile, zlib.error),
)
"""What the libraries raise where a file is damaged, or of another kind; errors in XML are a SyntaxError."""

EMBEDDED = "(embedded)"
"""In place of a video that is part of a Parquet file."""


def rows_of(file: Path, content: bytes) -> Rows:
    """The rows of a table, the header first.

    Args:
        file: for its ending, and messages.
        content: what is in it.

    Raises:
        InterviewError: it is no such file.
    """
    read = {".xlsx": _excel, ".parquet": _parquet, ".json": _json}[file.suffix.lower()]
    try:
        yield from ((line, [_text(cell) for cell in row]) for line, row in read(content))
    except InterviewError as error:
        raise InterviewError(f"{file} {error}") from error
    except _OTHER_SHAPES as error:
        kind = {".xlsx": "Excel", ".parquet": "Parquet", ".json": "JSON"}[file.suffix.lower()]
        raise InterviewError(f"{file} cannot be read as {kind} ({reason(error)}); save it again, or as CSV") from error


def _excel(content: bytes) -> Iterator[tuple[int, Iterable[Any]]]:
    """The rows of the first sheet; formulas as what they last gave."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise InterviewError(f"holds more than {MAX_UNPACKED_BYTES / 2**30:g} GiB; save the rows as CSV")
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        rows = enumerate(book.worksheets[0].iter_rows(values_only=True), start=1)
        width = 0
        for line, row in rows:
            cells = list(row)
            width = width or _last_filled(cells)
            if any(cell is not None for cell in cells):
                yield line, [*cells[: max(width, _last_filled(cells))], *[None] * (width - len(cells))]
    finally:
        book.close()


def _last_filled(cells: list[Any]) -> int:
    """How many cells there are up to the last one with something in it; Excel keeps formatted empty ones."""
    return max((place for place, cell in enumerate(cells, start=1) if cell is not None), default=0)


def _parquet(content: bytes) -> Iterator[tuple[int, Iterable[Any]]]:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    yield 1, table.column_names
    line = 1
    for batch in table.to_batches():
        for row in batch.to_pylist():
            line += 1
            yield line, row.values()


def _json(content: bytes) -> Iterator[tuple[int, Iterable[Any]]]:
    """The objects of an array; the line of each is its place, counted from 2 as below a header."""
    rows = json.loads(decoded(content))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InterviewError("is no array of objects; write [{...}, {...}], an object for each interview")
    names = list(dict.fromkeys(name for row in rows for name in row))
    yield 1, names
    for line, row in enumerate(rows, start=2):
        yield line, [row.get(name) for name in names]


def _text(cell: Any) -> str:
    """A cell as a spreadsheet would write it into a CSV."""
    if cell is None:
        return ""
    if isinstance(cell, dict):  # a video or a file of the hub: {"path": ..., "bytes": ...}
        path = cell.get("path")
        return EMBEDDED if cell.get("bytes") is not None else "" if path is None else str(path)
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, bytes):
        return EMBEDDED
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell)
