"""Tables as files: NumPy archives without pickled objects, written whole or not at all.

A table is a frozen dataclass of arrays; `Columns` gives the type and shape of each.
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
"""Of a file, and so of memory, since tables are not compressed. Three hours at 30 frames a second take 0.75 GiB."""

MAX_DIRECTORY_BYTES = 2**14
"""Of an archive's directory, which takes about sixty bytes per column; a larger one would only fill memory."""

Columns = Mapping[str, tuple[type, tuple[int, ...]]]
"""The type of each column and the shape of one row, by name."""

MAY_BE_NAN = "may be NaN"
"""Key in a field's metadata: its column may have unknown values."""

Table = TypeVar("Table", bound="DataclassInstance")


def check_columns(table: Any, columns: Columns, length: int, *, noun: str) -> None:
    """Check the types and shapes of a table's columns.

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
    """Check a table's values: numbers must be finite, and frames in order, counted from 1.

    Raises:
        ConfigError: they are not; `noun` says what the table holds.
    """
    for one in fields(table):
        column: npt.NDArray[Any] = getattr(table, one.name)
        known = column[~np.isnan(column)] if one.metadata.get(MAY_BE_NAN) else column
        if column.dtype.kind == "f" and not np.isfinite(known).all():
            raise ConfigError(f"{noun}: {one.name} holds NaN or infinity")
    for name in ("frame_number", "sampled_number", "seconds", "sampled_seconds"):
        column = getattr(table, name)
        steps = np.diff(column)
        least, name_of_least = (0.0, "negative") if name.endswith("seconds") else (1, "below 1")
        if len(column) and column[0] < least:
            raise ConfigError(f"{noun}: {name} is {name_of_least}")
        if (steps < 0).any() or (name == "sampled_number" and (steps == 0).any()):
            raise ConfigError(f"{noun}: {name} is not in ascending order")
    if not np.isin(table.frame_number, table.sampled_number).all():
        raise ConfigError(f"{noun}: frame_number has frames that are missing from sampled_number")


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
            f"cannot write {path} ({reason(error)}); free some space and run it again, "
            "which continues from here, or choose another store"
        ) from error


def load_table(kind: type[Table], path: Path, *, format: int, noun: str) -> Table:
    """Read a table.

    Args:
        kind: its dataclass, which checks the columns.
        path: of the file.
        format: the newest format that can be read.
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
    except Exception as error:  # fuzzing made zipfile and NumPy raise nine types of error
        raise StoreError(f"{path} is damaged ({error}); delete it and extract again") from error


def is_whole(path: Path) -> bool:
    """Whether a table's file exists and is complete, without reading all of it; `load_table` checks the rest."""
    try:
        with open_bounded(path) as file:
            return zipfile.is_zipfile(file)
    except OSError:
        return False


def _checked(file: BinaryIO) -> BinaryIO:
    """Reject an archive that would take more memory than its file size, before anything is unpacked.

    Raises:
        ValueError: a member is compressed, overlaps another, or its array claims more than the member holds.
    """
    size = file.seek(0, os.SEEK_END)
    if size > MAX_FILE_BYTES:
        raise ValueError("larger than a table can be")
    if _directory_bytes(file, size) > MAX_DIRECTORY_BYTES:
        raise ValueError("it has more members than a table")
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("it is compressed, which tables are not")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members claim to be larger than the file")
        for member in members:
            with archive.open(member) as content:
                _check_claim(content, member.file_size)
    file.seek(0)
    return file


def _directory_bytes(file: BinaryIO, size: int) -> int:
    """The size of an archive's directory, read from the record at its end; NumPy's archives have no comment there."""
    file.seek(max(0, size - _END.size - _LOCATOR.size - _LARGE_END.size))
    last = file.read()
    end, locator = last[-_END.size :], last[-_END.size - _LOCATOR.size : -_END.size]
    if not end.startswith(b"PK\5\6"):
        raise ValueError("it is truncated, or not a table")
    if not locator.startswith(b"PK\6\7"):
        return int(_END.unpack(end)[5])
    if not last.startswith(b"PK\6\6"):  # of archives beyond 2 GiB
        raise ValueError("its end is damaged")
    return int(_LARGE_END.unpack(last[: _LARGE_END.size])[8])


_END = struct.Struct("<4s4H2LH")  # end of a zip file's directory, see its specification (APPNOTE)
_LOCATOR = struct.Struct("<4sLQL")
_LARGE_END = struct.Struct("<4sQ2H2L4Q")


def _check_claim(content: IO[bytes], size: int) -> None:
    """Compare the size in an array's header with the data that follows; NumPy would allocate what the header claims."""
    version = np.lib.format.read_magic(content)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(content)
    if math.prod(shape) * dtype.itemsize != size - content.tell():
        raise ValueError("an array is not of the size in its header")
