"""Read interviews from a table beside their videos, one per row: CSV, TSV, Excel, Parquet, or an array in JSON.

`columns.json` beside the file, or `ColumnMapping.parse`, says which columns hold the id, video, participant and
scores. Otherwise they are guessed: ids, videos and participants by common names; numeric columns are scores, the rest
attributes. RecruitView's own columns are known, as Hugging Face serves them in a CSV or Parquet.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from expressiveness._io import decoded, place, whole_file
from expressiveness.data.categories import Thresholds
from expressiveness.data.interview import BadRow, Column, Interview, InterviewFolder
from expressiveness.data.participants import participant_name
from expressiveness.data.readers.file_names import with_slashes
from expressiveness.data.readers.reader import Reader, RowChecks
from expressiveness.data.readers.recruitview_columns import ATTRIBUTES, DEFAULT_TARGET, TARGETS
from expressiveness.data.readers.table_files import EMBEDDED, JSON_NAMES, OTHER_ENDINGS, rows_of
from expressiveness.errors import ConfigError, InterviewError
from expressiveness.registry import closest, what_else

COLUMNS_FILE = "columns.json"
TABLE_FILE = "interviews.csv"
"""The name we write, and the default if a folder has several tables."""

NEUTRAL_FILE = "neutral.csv"
"""Lists neutral stretches beside the table; not a table of interviews."""

ENDINGS = (".csv", ".tsv")
MAX_TABLE_BYTES = 64 * 2**20
"""Larger files are refused; 100,000 rows with transcripts are smaller."""

NUMBERS_OF_A_SCORE = 0.8
"""A column is taken for a score if at least this share of its values are numbers; the others count as mistakes."""

USUAL_NAMES = {
    "id": ("id", "interview", "recording"),
    "video": ("video", "file", "path", "filename", "videofile", "filepath", "videopath", "clip"),
    "participant": ("participant", "subject", "speaker", "person", "user", "interviewee", "proband"),
}
"""Compared in lower case, without punctuation or a final "id", "no" or "name": "Subject ID" matches "subject"."""

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})


@dataclass(frozen=True, slots=True, config=ConfigDict(strict=True, extra="forbid"))
class ColumnMapping:
    """Which columns hold which part of an interview; None means guess."""

    id: str | None = None  # if there is no such column, the video's name without its extension
    video: str | None = None
    participant: str | None = None
    scores: list[str] | None = None
    attributes: list[str] | None = None  # every other column, if None
    table: str | None = None  # the file's name, if there are several
    target: str | None = None  # the score that gives the categories
    thresholds: dict[str, float] = field(default_factory=dict)  # "low" and "high"; tertiles if not given

    @classmethod
    def parse(cls, text: str) -> ColumnMapping:
        """Read "id=clip,video=file,participant=subject,score=rating,score=warmth".

        Raises:
            ConfigError: a part is not `name=column`, or its name is unknown.
        """
        values: dict[str, Any] = {}
        for part in text.split(","):
            name, _, column = (word.strip() for word in part.partition("="))
            if not column or name not in ("id", "video", "participant", "score", "attribute", "table", "target"):
                raise ConfigError(
                    f"columns {part!r}: write id=, video=, participant=, score=, attribute=, table= or target= with "
                    "the name of a column, with commas between them"
                )
            if name in ("score", "attribute"):
                values.setdefault(f"{name}s", []).append(column)
            elif name in values:
                raise ConfigError(f"columns: {name}= is there twice; give it once")
            else:
                values[name] = column
        return cls(**values)

    @classmethod
    def load(cls, file: Path | str) -> ColumnMapping:
        """Read `columns.json`.

        Raises:
            InterviewError: the file is invalid.
        """
        file = place(file)
        try:
            return TypeAdapter(cls).validate_json(_text(file))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise InterviewError(f"{file}: {where + ': ' if where else ''}{first['msg']}; mend or remove it") from error

    def over(self, other: ColumnMapping) -> ColumnMapping:
        """This mapping, with unset parts filled in from `other`."""
        return replace(other, **{name: value for name, value in asdict(self).items() if value})


RECRUITVIEW = ColumnMapping(
    scores=list(TARGETS),
    attributes=list(ATTRIBUTES),
    target=DEFAULT_TARGET,
    thresholds=asdict(Thresholds()),
)
"""Of a table with all of RecruitView's scores; `gemini_summary` is left out, as it describes the face."""


class CsvReader(Reader):
    """Reads a CSV or TSV, or else an Excel, Parquet or JSON file.

    Args:
        columns: overrides `columns.json` and guesses.
    """

    why = "it holds a table"

    def __init__(self, columns: ColumnMapping | None = None) -> None:
        self.chosen = columns or ColumnMapping()

    def recognises(self, folder: Path) -> bool:
        """Whether the folder contains a table, or is one itself."""
        return (folder.is_dir() or folder.is_file()) and bool(_tables(folder))

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read and validate every row."""
        root = folder.parent if folder.is_file() else folder
        said = self.chosen
        if (root / COLUMNS_FILE).is_file():
            said = said.over(ColumnMapping.load(root / COLUMNS_FILE))
        table = CsvTable.load(_chosen_table(folder, said))
        if set(TARGETS) <= set(table.header):
            known = [name for name in ATTRIBUTES if name in table.header]
            said = said.over(replace(RECRUITVIEW, attributes=known))
        mapping = _completed(said, table)
        checks = RowChecks(root, allow_outside=allow_outside)
        found = [*table.bad_rows, *(_read_row(line, row, mapping, table, checks) for line, row in table.rows)]
        return InterviewFolder(
            root,
            tuple(row for row in found if isinstance(row, Interview)),
            tuple(sorted((row for row in found if isinstance(row, BadRow)), key=lambda row: row.line)),
            tuple(name for name in table.header if name not in _taken(mapping)),
            target=mapping.target,
            thresholds=_thresholds(mapping, root / COLUMNS_FILE),
            table=table.file.name,
            mapping=_shown(mapping),
        )

    def columns(self, found: InterviewFolder) -> tuple[Column, ...]:
        """What each column holds, including in skipped rows."""
        table = CsvTable.load(found.path / found.table)
        return tuple(Column(name, table.types(name), table.blanks(name)) for name in table.header)


def taken_columns(folder: Path | str, columns: str | None = None) -> dict[str, Any]:
    """The columns taken for the parts of an interview, chosen or guessed, as `columns.json` would hold them.

    Args:
        folder: that a `CsvReader` recognises.
        columns: as for `read_interviews`.

    Raises:
        InterviewError: the table cannot be used.
    """
    folder = place(folder)
    root = folder.parent if folder.is_file() else folder
    said = ColumnMapping.parse(columns) if columns else ColumnMapping()
    if (root / COLUMNS_FILE).is_file():
        said = said.over(ColumnMapping.load(root / COLUMNS_FILE))
    table = CsvTable.load(_chosen_table(folder, said))
    mapping = asdict(replace(_completed(said, table), table=table.file.name))
    return {name: value for name, value in mapping.items() if value}


def write_table(
    folder: Path | str,
    interviews: Sequence[Interview],
    videos: Mapping[str, str],
    *,
    more: Mapping[str, Mapping[str, str]] | None = None,
    target: str | None = None,
    thresholds: Thresholds | None = None,
) -> None:
    """Write interviews as a CSV, with a `columns.json` that describes it.

    Args:
        folder: must exist.
        interviews: one row each.
        videos: file names in the folder, by interview id.
        more: extra columns, by name; each maps interview ids to values.
        target: the score that categories are made of.
        thresholds: between the categories.

    Raises:
        OSError: the files cannot be written.
    """
    folder = place(folder)
    scores = list(dict.fromkeys(name for one in interviews for name in one.scores))
    attributes = list(dict.fromkeys(name for one in interviews for name in one.attributes))
    more = more or {}
    # Rename our own columns if a score or attribute already uses their names.
    ours = {part: _free_name(part, {*scores, *attributes, *more}) for part in ("id", "video", "participant")}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*ours.values(), *scores, *attributes, *more])
    for one in interviews:
        writer.writerow(
            [
                *(one.id, videos[one.id], one.participant),
                *(one.scores.get(name, "") for name in scores),
                *(one.attributes.get(name, "") for name in attributes),
                *(values.get(one.id, "") for values in more.values()),
            ]
        )
    columns: dict[str, Any] = {**ours, "scores": scores, "attributes": attributes, "table": TABLE_FILE}
    if target:
        columns["target"] = target
    if thresholds:
        columns["thresholds"] = asdict(thresholds)
    for name, content in ((TABLE_FILE, text.getvalue()), (COLUMNS_FILE, json.dumps(columns, indent=2) + "\n")):
        with whole_file(folder / name) as file:
            file.write(content.encode())


def _free_name(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free_name(f"interview_{name}", taken)


class CsvTable:
    """The cells of a file as text, with the line number of each row."""

    def __init__(
        self, file: Path, header: list[str], rows: list[tuple[int, dict[str, str]]], bad: list[BadRow]
    ) -> None:
        self.file = file
        self.header = header
        self.rows = rows
        self.bad_rows = bad
        self._decimal_comma: dict[str, bool] = {}

    @classmethod
    def load(cls, file: Path) -> CsvTable:
        """Read a file.

        Raises:
            InterviewError: it is too large, not UTF-8, empty, or has a column twice.
        """
        if file.suffix.lower() in ENDINGS:
            text = _text(file)
            lines = _cells(text, _delimiter(text, file))
        else:
            lines = rows_of(file, _bounded(file))
        header = next((row for _, row in lines if isinstance(row, list)), [])
        header = [name.strip() for name in header]
        if not any(header):
            raise InterviewError(f"{file} is empty; give it a first row with the names of the columns")
        if twice := {name for name in header if name and header.count(name) > 1}:
            raise InterviewError(f"{file}: the column {min(twice)!r} is there twice; rename one")
        rows, bad = [], []
        for line, cells in lines:
            if isinstance(cells, str):
                bad.append(BadRow(line, cells))
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    bad.append(
                        BadRow(line, f"{len(cells)} cells, and the first row has {len(header)}; quote its texts")
                    )
                else:
                    named = zip(header, cells, strict=True)
                    rows.append((line, {name: cell.strip() for name, cell in named if name}))
        return cls(file, [name for name in header if name], rows, bad)

    def values(self, name: str) -> list[str]:
        """The non-blank cells of a column."""
        return [row[name] for _, row in self.rows if row[name].lower() not in MISSING]

    def blanks(self, name: str) -> int:
        """How many cells of a column are blank."""
        return len(self.rows) - len(self.values(name))

    def types(self, name: str) -> tuple[str, ...]:
        """What a column holds: text, numbers or both."""
        return tuple(sorted({"text" if self.number(name, value) is None else "number" for value in self.values(name)}))

    def number(self, name: str, value: str) -> float | None:
        """A cell as a number, or None. A comma is a decimal comma if no number in the column has a point."""
        if name not in self._decimal_comma:
            self._decimal_comma[name] = not any("." in cell for cell in self.values(name) if _NUMBER.fullmatch(cell))
        if not _NUMBER.fullmatch(value) or ("," in value and not self._decimal_comma[name]):
            return None
        return float(value.replace(",", "."))

    def is_score(self, name: str) -> bool:
        """Whether a column looks numeric, apart from a few mistakes."""
        values = self.values(name)
        numbers = sum(self.number(name, value) is not None for value in values)
        return numbers > 0 and numbers >= NUMBERS_OF_A_SCORE * len(values)


_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
"""Excludes "007", which is a code."""


def _tables(folder: Path) -> list[Path]:
    """The tables of a folder: those in text, or else those of Excel and Parquet, or else those in JSON."""
    if folder.is_file():
        return [folder] if folder.suffix.lower() in (*ENDINGS, *OTHER_ENDINGS, ".json") else []
    files = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name)
    files = [path for path in files if path.name != NEUTRAL_FILE and not path.name.startswith(("~$", "."))]
    text = [path for path in files if path.suffix.lower() in ENDINGS]
    other = [path for path in files if path.suffix.lower() in OTHER_ENDINGS]
    return text or other or [path for path in files if path.name.lower() in JSON_NAMES]


def _chosen_table(folder: Path, said: ColumnMapping) -> Path:
    tables = {path.name: path for path in _tables(folder)}
    if len(tables) == 1 and (folder.is_file() or said.table is None):
        return next(iter(tables.values()))
    wanted = said.table or TABLE_FILE
    if wanted not in tables:
        raise InterviewError(
            f"{folder} holds {', '.join(tables)}"
            + (
                f", and no {said.table}"
                if said.table
                else f'; say which in {COLUMNS_FILE}, as in {{"table": "{min(tables)}"}}'
            )
        )
    return tables[wanted]


def _bounded(file: Path) -> bytes:
    with file.open("rb") as opened:
        content: bytes = opened.read(MAX_TABLE_BYTES + 1)
    if len(content) > MAX_TABLE_BYTES:
        raise InterviewError(f"{file} is larger than {MAX_TABLE_BYTES // 2**20} MiB; part it, or leave texts out")
    return content


def _text(file: Path) -> str:
    """A file's text, without its byte-order mark."""
    content = _bounded(file)
    try:
        return decoded(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InterviewError(f"{file}, line {line}: no UTF-8; save it as UTF-8") from error


def _delimiter(text: str, file: Path) -> str:
    if file.suffix.lower() == ".tsv":
        return "\t"
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=re.sub(r'"[^"]*"', "", first).count)


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row's first line number with its cells, or with an error message if it cannot be parsed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"cannot be read ({error}); see its quotes"


def _completed(said: ColumnMapping, table: CsvTable) -> ColumnMapping:
    """Fill in the unset parts of a mapping with guesses.

    Raises:
        InterviewError: a column does not exist, or cannot be guessed.
    """
    named = [*(said.id, said.video, said.participant), *(said.scores or ()), *(said.attributes or ())]
    for name in named:
        if name is not None and name not in table.header:
            near = closest(name, table.header)
            advice = f"did you mean {near!r}?" if near else f"it has {', '.join(table.header)}"
            raise InterviewError(f"{table.file} has no column {name!r}; {advice}")
    free = [name for name in table.header if name not in named]
    parts: dict[str, str | None] = {}
    for part, usual in USUAL_NAMES.items():
        guesses = [name for wanted in usual for name in free if _plain(name) == wanted]
        parts[part] = getattr(said, part) or (guesses[0] if guesses else None)
        if parts[part] is None and part != "id":
            raise InterviewError(
                f"{table.file}: which column names the {part}? It has {', '.join(table.header)}; "
                f"give --columns {part}=NAME, or a {COLUMNS_FILE} beside it"
            )
        free = [name for name in free if name != parts[part]]
    scores = said.scores or [name for name in free if name not in (said.attributes or ()) and table.is_score(name)]
    if said.target and said.target not in scores:
        raise InterviewError(f"the target {said.target!r} is no score; {what_else(said.target, scores)}")
    attributes = [name for name in free if name not in scores] if said.attributes is None else said.attributes
    return replace(
        said,
        id=parts["id"],
        video=parts["video"],
        participant=parts["participant"],
        scores=scores,
        attributes=attributes,
    )


def _plain(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", name.lower()).split()
    while len(words) > 1 and words[-1] in ("id", "no", "nr", "number", "name", "code"):
        words.pop()
    return "".join(words)


def _taken(mapping: ColumnMapping) -> set[str | None]:
    return {mapping.id, mapping.video, mapping.participant, *(mapping.scores or ()), *(mapping.attributes or ())}


def _shown(mapping: ColumnMapping) -> dict[str, str]:
    return {
        "id": mapping.id or "the video's name",
        "video": mapping.video or "",
        "participant": mapping.participant or "",
        "scores": ", ".join(mapping.scores or ()) or "none",
        "attributes": ", ".join(mapping.attributes or ()) or "none",
    }


def _thresholds(mapping: ColumnMapping, file: Path) -> Thresholds | None:
    if not mapping.thresholds:
        return None
    if set(mapping.thresholds) != {"low", "high"}:
        raise InterviewError(f'{file}: thresholds are written as {{"low": -0.3, "high": 0.3}}')
    return Thresholds(**mapping.thresholds)


def _read_row(
    line: int, row: Mapping[str, str], mapping: ColumnMapping, table: CsvTable, checks: RowChecks
) -> Interview | BadRow:
    assert mapping.video is not None  # both are guessed by now
    assert mapping.participant is not None
    file_name = row[mapping.video]
    id = row[mapping.id] if mapping.id else PurePosixPath(with_slashes(file_name)).stem
    try:
        if file_name == EMBEDDED:
            raise InterviewError("its video is part of the table; fetch the videos as files, as with `hf download`")
        if not participant_name(row[mapping.participant]):
            raise InterviewError(f"{mapping.participant} is blank; say who speaks")
        scores = {name: _score(name, row[name], table) for name in mapping.scores or ()}
        return Interview(
            id=id,
            video=checks.video(line, id, file_name),
            participant=row[mapping.participant],
            scores=scores,
            attributes={name: row[name] for name in mapping.attributes or () if row[name]},
        )
    except InterviewError as error:
        return BadRow(line, str(error), id or None)


def _score(name: str, text: str, table: CsvTable) -> float:
    if text.lower() in MISSING:
        raise InterviewError(f"{name} is blank; if it is no score, name those that are with --columns score=NAME")
    value = table.number(name, text)
    if value is None and _NUMBER.fullmatch(text):
        raise InterviewError(f"{name} is no finite number: it has a comma, and others a point; write points")
    if value is None or not math.isfinite(value):
        raise InterviewError(f"{name} is no finite number")
    return value
