"""Tables of equal columns as files: NumPy archives that hold no pickled object, written whole or not at all.

A table is a frozen dataclass of arrays; `Columns` say what each array must be.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt

from expressiveness._io.whole_files import whole_file
from expressiveness.errors import StoreError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MAX_FILE_BYTES = 4 * 2**30
"""More than a day's frames; a larger file is not read."""

Columns = Mapping[str, tuple[type, tuple[int, ...]]]
"""By name, the type of a column and the shape of one of its rows."""

Table = TypeVar("Table", bound="DataclassInstance")


def check_columns(table: Any, columns: Columns, length: int, *, noun: str) -> None:
    """Check that a table's columns are what they should be.

    Raises:
        StoreError: a column has another type or shape; `noun` says what the table holds.
    """
    for name, (dtype, shape) in columns.items():
        column: npt.NDArray[Any] = getattr(table, name)
        if column.dtype != dtype or column.shape != (length, *shape):
            raise StoreError(
                f"{noun}: {name} is {column.dtype} {column.shape}, not {np.dtype(dtype)} {(length, *shape)}"
            )


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
            f"cannot write {path} ({error.strerror or error}); free some space and do the same again, "
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
        with path.open("rb") as file, np.load(_small_enough(file, path), allow_pickle=False) as archive:
            version = int(archive["format"])
            if version > format:
                raise StoreError(f"{path} is of format {version}, newer than this version reads; update expressiveness")
            return kind(**{field.name: archive[field.name] for field in fields(kind)})
    except FileNotFoundError as error:
        raise StoreError(f"no {noun} stored at {path}; extract them first") from error
    except StoreError:
        raise
    except Exception as error:  # fuzzing made zipfile and NumPy raise nine types, tokenize's among them
        raise StoreError(f"{path} is damaged ({error}); delete it and extract again") from error


def is_whole(path: Path) -> bool:
    """Whether a table's file is there up to its end, told without reading all of it; `load_table` checks the rest."""
    try:
        with path.open("rb") as file:
            return zipfile.is_zipfile(file)
    except OSError:
        return False


def _small_enough(file: BinaryIO, path: Path) -> BinaryIO:
    """Refuse an archive that unpacks to more than it may, before anything of it is read."""
    with zipfile.ZipFile(file) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_FILE_BYTES:
            raise StoreError(f"{path} would unpack to more than {MAX_FILE_BYTES // 2**30} GiB; it is no table of faces")
    return file
