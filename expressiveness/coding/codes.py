"""What one coder said about a frame, a stretch or a whole video, and a table of such codes by several coders.

Nothing is ever replaced: a coder who changes their mind adds a later code about the same thing, and `Codings.current`
takes the last one. A code without a value takes back what the coder said before.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import numpy as np
import pandas as pd
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from expressiveness._io import decoded, file_stem, output_file, place, read_bounded, rewrite
from expressiveness.data import CATEGORIES
from expressiveness.errors import ConfigError, InterviewError, reason
from expressiveness.wording import counted, problems

CODING_FOLDER = "coding"
"""Beside the table of interviews: a file of codes for each coder, and the assignments."""

MAX_CODING_BYTES = 2**30

MAX_ROWS_CHECKED = 50_000
"""Rows of a file that are records at the same time; a million of them would take a gigabyte."""

Unit = Literal["frame", "stretch", "video"]
UNITS: tuple[Unit, ...] = ("frame", "stretch", "video")

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^\w")]
"""Begins with a letter or digit, so that no spreadsheet takes it for a formula."""


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Code:
    """What a coder said about one thing; without category, level and exclusion they took back what they had said.

    Raises:
        InterviewError: a value is invalid.
    """

    coder: Name
    interview: Annotated[str, StringConstraints(min_length=1)]
    unit: Unit
    at: AwareDatetime  # when
    category: str | None = None  # one of CATEGORIES
    level: float | None = None  # how expressive, in the unit of the coder's scale
    excluded: bool = False  # cannot be judged
    frame_number: Annotated[int, Field(ge=1)] | None = None  # of a frame, from 1
    start: Annotated[float, Field(ge=0)] | None = None  # of a stretch, or the time of a frame, in seconds
    end: Annotated[float, Field(ge=0)] | None = None  # of a stretch, in seconds
    seen: Literal["hidden", "shown"] = "hidden"  # whether the coder saw a model's prediction
    role: Literal["single", "resolved"] = "single"  # resolved: settles a disagreement, and outranks single codes

    def __post_init__(self) -> None:
        if self.category is not None and self.category not in CATEGORIES:
            raise ValueError(f"category {self.category!r} is none of {', '.join(CATEGORIES)}")
        if (self.frame_number is not None) != (self.unit == "frame"):
            raise ValueError("a frame has a frame_number, and nothing else has one")
        if self.unit == "stretch" and (self.start is None or self.end is None or self.end <= self.start):
            raise ValueError("a stretch has a start and a later end, in seconds")

    def as_dict(self) -> dict[str, Any]:
        """The code as plain values, ready for JSON."""
        return {**asdict(self), "at": self.at.astimezone(timezone.utc).isoformat()}


COLUMNS = tuple(field.name for field in fields(Code))
_CODES = TypeAdapter(list[Code])


@dataclass(frozen=True, slots=True, eq=False, config=ConfigDict(arbitrary_types_allowed=True))
class Codings:
    """Codes by any number of coders, with everything that they have changed since; add two with `+`.

    Attributes:
        table: a row a code with the fields of `Code`; `category` is its index in `CATEGORIES`, -1 for none.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, codes: Iterable[Code]) -> Codings:
        """A table of codes."""
        columns = zip(*(tuple(getattr(code, name) for name in COLUMNS) for code in codes), strict=True)
        return cls.from_columns(**dict(zip(COLUMNS, list(columns) or [()] * len(COLUMNS), strict=True)))

    @classmethod
    def from_columns(cls, **columns: Any) -> Codings:
        """A table of codes from arrays of equal length; fields that are left out have their defaults.

        For many codes of one origin, such as a model's. Only single codes are checked, by `Code`.

        Args:
            columns: by the names of `Code`'s fields; categories by name or index.
        """
        table = pd.DataFrame(columns)
        for field in fields(Code):
            if field.name not in table:
                table[field.name] = cast(Any, field.default)
        if not pd.api.types.is_integer_dtype(table["category"]):
            numbers: dict[Any, int] = {name: number for number, name in enumerate(CATEGORIES)}
            table["category"] = table["category"].map(numbers).fillna(-1)
        kinds: Mapping[str, Any] = {
            **dict.fromkeys(("coder", "interview", "unit", "seen", "role"), "category"),
            **dict.fromkeys(("level", "start", "end"), np.float64),
            "category": np.int8,
            "excluded": np.bool_,
            "frame_number": np.int64,
        }
        table["frame_number"] = table["frame_number"].fillna(0)
        table["at"] = pd.to_datetime(table["at"], utc=True)
        return cls(table.astype(dict(kinds))[list(COLUMNS)])

    @classmethod
    def read(cls, *paths: Path | str) -> Codings:
        """Read files of codes, CSV or JSON, or folders of them.

        Args:
            paths: files; a folder stands for the files of coders in it, or in its `coding`.

        Raises:
            InterviewError: a file is missing or invalid, or a folder has none; the message names the line.
        """
        return sum((_read_file(file) for path in paths for file in _files_of(path)), start=cls.of(()))

    @staticmethod
    def files_in(folder: Path) -> list[Path]:
        """The files of codes in a folder, which may also hold assignments; none if there is no such folder."""
        return sorted(file for file in folder.glob("*") if _is_coding(file))

    def __add__(self, other: Codings) -> Codings:
        """Both tables; a code that is in both is kept once."""
        if not (len(self) and len(other)):
            return self if len(self) else other
        both = _together([self, other])
        return Codings(both.table[~both.table.duplicated().to_numpy()])

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Codings({counted(len(self), 'code')} by {', '.join(self.coders) or 'nobody'})"

    @property
    def coders(self) -> tuple[str, ...]:
        """Who coded, in alphabetical order, without those who only settled disagreements."""
        own = self.table.loc[(self.table["role"] == "single").to_numpy(), "coder"]
        return tuple(sorted(map(str, own.unique())))

    def by(self, coder: str) -> Codings:
        """What one coder said."""
        return Codings(self.table[(self.table["coder"] == coder).to_numpy()])

    def of_interviews(self, ids: Iterable[str]) -> Codings:
        """What was said about some interviews."""
        return Codings(self.table[self.table["interview"].isin(set(ids)).to_numpy()])

    def current(self) -> Codings:
        """The last code of every coder about every frame, stretch and video, unless it was taken back.

        Of those that settle a disagreement only the last is current, whoever gave it.
        """
        table = self.table
        if not table["at"].is_monotonic_increasing:
            table = table.sort_values("at", kind="stable")
        in_stretch = (table["unit"] == "stretch").to_numpy()
        keys = pd.DataFrame(
            {
                # The categories as one number each: hashing a few columns of numbers is quick.
                "who": np.where(table["role"] == "resolved", -1, table["coder"].cat.codes),
                "interview": table["interview"].cat.codes,
                "unit": table["unit"].cat.codes,
                "frame_number": table["frame_number"],
            }
        )
        if in_stretch.any():
            keys = keys.assign(start=table["start"].where(in_stretch), end=table["end"].where(in_stretch))
        said = (table["category"] >= 0) | table["level"].notna() | table["excluded"]
        return Codings(table[(~keys.duplicated(keep="last") & said).to_numpy()])

    def codes(self) -> list[Code]:
        """The codes as records, in the order of the table."""
        return [Code(**row) for row in _rows(self.table)]

    def write(self, file: Path | str, *, overwrite: bool = False) -> None:
        """Write all codes, with their history, as a tidy CSV or, if the file's name ends so, JSON.

        Raises:
            OutputError: the file cannot be written, or exists and `overwrite` is not set.
        """
        with output_file(place(file), overwrite=overwrite) as unfinished:
            unfinished.write_text(self._text(place(file).suffix), encoding="utf-8")

    def save(self, folder: Path | str) -> list[Path]:
        """Add the codes to a folder of interviews: `coding/NAME.csv` for each coder. What is there already is kept.

        Returns:
            The files.

        Raises:
            InterviewError: a file that is there holds no codes.
            OutputError: a file cannot be written.
        """
        files = []
        for coder in sorted(map(str, self.table["coder"].unique())):
            file = place(folder) / CODING_FOLDER / f"{file_stem(coder)}.csv"
            known = _read_file(file) if file.is_file() else Codings.of(())
            rewrite(file.parent, file.name, (known + self.by(coder))._text(".csv").encode())
            files.append(file)
        return files

    def _text(self, ending: str) -> str:
        rows = _rows(self.table)
        if ending.lower() == ".json":
            return json.dumps([{**row, "at": row["at"].isoformat()} for row in rows], indent=1) + "\n"
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "at": row["at"].isoformat()} for row in rows)
        return text.getvalue()


def coder_name(text: str) -> str:
    """A coder's name as it is kept with codes.

    Raises:
        ConfigError: it is empty, too long, or begins with something other than a letter or digit.
    """
    try:
        return TypeAdapter(Name).validate_python(text)
    except ValidationError as error:
        raise ConfigError(f"coder {text!r}: give a name or initials that begin with a letter or digit") from error


def now() -> datetime:
    """The time of a code that is given now."""
    return datetime.now(timezone.utc)


def _files_of(path: Path | str) -> list[Path]:
    path = place(path)
    if path.is_file():
        return [path]
    for folder in (path / CODING_FOLDER, path):
        if files := Codings.files_in(folder):
            return files
    raise InterviewError(
        f"{path} holds no codes; export them from the App into its folder {CODING_FOLDER}, or name the files"
    )


def _together(parts: Sequence[Codings]) -> Codings:
    """All codes of several tables, one after the other."""
    if not parts:
        return Codings.of(())
    table = pd.concat([part.table.astype(_PLAIN) for part in parts], ignore_index=True)
    return Codings.from_columns(**{str(name): column for name, column in table.items()})


_PLAIN = dict.fromkeys(("coder", "interview", "unit", "seen", "role"), "object")


def _is_coding(file: Path) -> bool:
    """Whether a file's first bytes name the fields of codes; the assignments are in the same folder."""
    if file.suffix.lower() not in (".csv", ".json") or not file.is_file():
        return False
    with file.open("rb") as opened:
        start = opened.read(400)
    return all(name.encode() in start for name in ("coder", "interview", "unit", "at"))


def _read_file(file: Path) -> Codings:
    try:
        text = decoded(read_bounded(file, most=MAX_CODING_BYTES))
        rows = json.loads(text) if file.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("it is no list of codes")
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise InterviewError(
            f"{file} holds no codes ({reason(error)}); give the columns {', '.join(COLUMNS)}"
        ) from error
    starts = range(0, len(rows), MAX_ROWS_CHECKED)
    return _together([Codings.of(_checked(rows[first : first + MAX_ROWS_CHECKED], first, file)) for first in starts])


def _checked(rows: list[dict[str, Any]], first: int, file: Path) -> list[Code]:
    # A column that is left out, and an empty cell, mean the same.
    given = [{name: value for name, value in row.items() if value not in ("", None)} for row in rows]
    try:
        return _CODES.validate_python(given)
    except ValidationError as error:
        number = int(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        where = f"code {first + number + 1}" if file.suffix.lower() == ".json" else f"line {first + number + 2}"
        try:
            TypeAdapter(Code).validate_python(given[number])
        except ValidationError as one:
            raise InterviewError(f"{file}, {where}: {problems(one)}; correct it and try again") from error
        raise


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows with None where nothing was said, as `Code` takes them."""
    names = np.array([*CATEGORIES, None], dtype=object)
    columns: dict[str, list[Any]] = {name: table[name].tolist() for name in COLUMNS}
    columns["category"] = names[table["category"].to_numpy()].tolist()
    columns["frame_number"] = [number or None for number in columns["frame_number"]]
    columns["at"] = [at.to_pydatetime() for at in table["at"]]
    for name in ("level", "start", "end"):
        columns[name] = [None if math.isnan(value) else value for value in columns[name]]
    return [dict(zip(COLUMNS, values, strict=True)) for values in zip(*columns.values(), strict=True)]
