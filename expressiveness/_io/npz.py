"""Tables of equal columns as files: NumPy archives that hold no pickled object, written whole or not at all.

A table is a frozen dataclass of arrays; `Columns` say what each array must be.
"""

from __future__ import annotations

import math
import os
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt

from expressiveness._io.bounded_files import NotPlainError, open_bounded
from expressiveness._io.whole_files import whole_file
from expressiveness.errors import ConfigError, StoreError, reason

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAX_FILE_BYTES = 4 * 2**30
"""Of a file, and so of what it takes in memory, since tables are not compressed: three hours at every frame, 30 a
second, are 0.75 GiB."""

MAX_DIRECTORY_BYTES = 2**14
"""Of an archive's list of its members, which has some sixty bytes for each column; more would only fill memory."""

Columns = Mapping[str, tuple[type, tuple[int, ...]]]
"""By name, the type of a column and the shape of one of its rows."""

MAY_BE_NAN = "may be NaN"
"""Key of a field's metadata: values of its column can be unknown."""

Table = TypeVar("Table", bound="DataclassInstance")


def check_columns(table: Any, columns: Columns, length: int, *, noun: str) -> None:
    """Check that a table's columns are what they should be.

    Raises:
        ConfigError: a column has another type or shape; `noun` says what the table holds.
    """
    for name, (dtype, shape) in columns.items():
        column: npt.NDArray[Any] = getattr(table, name)
        if column.dtype != dtype or column.shape != (length, *shape):
            raise ConfigError(
                f"{noun}: {name} is {column.dtype} {column.shape}, not {np.dtype(dtype)} {(length, *shape)}"
            )


def check_values(table: Any, *, noun: str) -> None:
    """Check that a table's values can be those of a video: numbers that are some, and frames in order from 1.

    Raises:
        ConfigError: they cannot; `noun` says what the table holds.
    """
    for one in fields(table):
        column: npt.NDArray[Any] = getattr(table, one.name)
        known = column[~np.isnan(column)] if one.metadata.get(MAY_BE_NAN) else column
        if column.dtype.kind == "f" and not np.isfinite(known).all():
            raise ConfigError(f"{noun}: {one.name} holds what is no number")
    for name in ("frame_number", "sampled_number", "seconds", "sampled_seconds"):
        column = getattr(table, name)
        steps = np.diff(column)
        least, name_of_least = (0.0, "negative") if name.endswith("seconds") else (1, "below 1")
        if len(column) and column[0] < least:
            raise ConfigError(f"{noun}: {name} is {name_of_least}")
        if (steps < 0).any() or (name == "sampled_number" and (steps == 0).any()):
            raise ConfigError(f"{noun}: {name} does not ascend")
    if not np.isin(table.frame_number, table.sampled_number).all():
        raise ConfigError(f"{noun}: frame_number names frames that sampled_number does not")


def save_table(table: DataclassInstance, path: Path, *, format: int) -> None:
    """Write a table whole or not at all; the same table gives the same bytes.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    try:
        with whole_file(path) as file:
            columns: dict[str, Any] = {field.name: getattr(table, field.name) for field in fields(table)}
            np.savez(file, format=np.int64(format), **columns)
    except OSError as error:
        raise StoreError(
            f"cannot write {path} ({reason(error)}); free some space and do the same again, "
            "which goes on from there, or choose another store"
        ) from error


def load_table(kind: type[Table], path: Path, *, format: int, noun: str) -> Table:
    """Read a table.

    Args:
        kind: its dataclass, which checks the columns.
        path: of the file.
        format: the newest that can be read.
        noun: what the table holds, as in "no faces stored".

    Raises:
        StoreError: the file is missing, damaged, too large, or of a newer format.
    """
    try:
        with open_bounded(path, most=MAX_FILE_BYTES) as file, np.load(_checked(file), allow_pickle=False) as archive:
            version = int(archive["format"])
            if version > format:
                raise StoreError(f"{path} is of format {version}, newer than this version reads; update expressiveness")
            columns = {field.name: archive[field.name] for field in fields(kind)}
            return kind(**columns)
    except FileNotFoundError as error:
        raise StoreError(f"no {noun} stored at {path}; extract them first") from error
    except NotPlainError as error:
        raise StoreError(f"{path} cannot be used ({error}); delete it and extract again") from error
    except StoreError:
        raise
    except Exception as error:  # fuzzing made zipfile and NumPy raise nine types, tokenize's among them
        raise StoreError(f"{path} is damaged ({error}); delete it and extract again") from error


def is_whole(path: Path) -> bool:
    """Whether a table's file is there up to its end, told without reading all of it; `load_table` checks the rest."""
    try:
        with open_bounded(path) as file:
            return zipfile.is_zipfile(file)
    except OSError:
        return False


def _checked(file: BinaryIO) -> BinaryIO:
    """Refuse an archive that would take more memory than the file has bytes, before anything is unpacked.

    Raises:
        ValueError: a member is compressed, overlaps another, or its array claims more than the member holds.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MAX_FILE_BYTES:
        raise ValueError("larger than a table can be")
    if _directory_bytes(file, size) > MAX_DIRECTORY_BYTES:
        raise ValueError("it lists more members than a table has")
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed, as tables are not")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members are larger than itself")
        for member in members:
            with archive.open(member) as content:
                _check_claim(content, member.file_size)
    file.seek(0)
    return file


def _directory_bytes(file: BinaryIO, size: int) -> int:
    """How long an archive's list of its members is, as its last bytes say, where NumPy's archives have no comment."""
    file.seek(max(0, size - _END.size - _LOCATOR.size - _LARGE_END.size))
    last = file.read()
    end, locator = last[-_END.size :], last[-_END.size - _LOCATOR.size : -_END.size]
    if not end.startswith(b"PK\5\6"):
        raise ValueError("it is cut short, or no table")
    if not locator.startswith(b"PK\6\7"):
        return int(_END.unpack(end)[5])
    if not last.startswith(b"PK\6\6"):  # of archives beyond 2 GiB
        raise ValueError("its end is damaged")
    return int(_LARGE_END.unpack(last[: _LARGE_END.size])[8])


_END = struct.Struct("<4s4H2LH")  # the end of a zip file's directory, as its specification (APPNOTE) numbers the fields
_LOCATOR = struct.Struct("<4sLQL")
_LARGE_END = struct.Struct("<4sQ2H2L4Q")


def _check_claim(content: IO[bytes], size: int) -> None:
    """Compare what an array's header says with what follows: NumPy makes room for what it says."""
    version = np.lib.format.read_magic(content)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(content)
    if math.prod(shape) * dtype.itemsize != size - content.tell():
        raise ValueError("an array is not as long as it says")
