"""Files that are written whole or not at all, so that a reader never meets half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from expressiveness._io.places import is_here

UNFINISHED = ".unfinished"


def unfinished_name(path: Path) -> Path:
    """The hidden name of a file that this process is writing.

    With the process's number: two runs that write one file leave whichever finished last, whole.
    """
    return path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")


@contextmanager
def hidden_until_done(path: Path) -> Iterator[Path]:
    """Give a hidden name to write a file under; the file gets its own once the block has ended well.

    Args:
        path: of the file; its folder is made if need be, and an earlier file of that name is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = unfinished_name(path)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)  # is there only if the block or the renaming has failed


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name once all of it is on the disk, so that it is whole after a power cut, too.

    Args:
        path: of the file; its folder is made if need be, and an earlier file of that name is replaced. Elsewhere it is
            put in one go, which on object storage is whole or not at all, too.

    Raises:
        OSError: the disk is full, or the folder cannot be written; an earlier file is still there.
    """
    if not is_here(path):
        content = BytesIO()
        yield content
        _put(content.getvalue(), path)
        return
    with hidden_until_done(path) as unfinished, unfinished.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _put(content: bytes, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except Exception as error:  # each file system has errors of its own
        raise OSError(str(error)) from error


def remove_unfinished(folder: Path, pattern: str) -> None:
    """Remove what a killed run left half written in a folder; nobody may be writing there.

    Args:
        folder: to look in.
        pattern: of the names that the files were to get, as in "*.npz".
    """
    for file in folder.glob(f".{pattern}.*{UNFINISHED}"):
        if file.name.removesuffix(UNFINISHED).rpartition(".")[2].isdigit():  # the number of the process
            file.unlink(missing_ok=True)
