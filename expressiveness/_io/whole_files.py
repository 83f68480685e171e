"""Files that are written whole or not at all, so that nobody ever reads half a file."""

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

    It includes the process id: if two runs write the same file, the last one to finish wins, with a complete file.
    """
    return path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")


@contextmanager
def hidden_until_done(path: Path) -> Iterator[Path]:
    """Yield a hidden path to write to; the file gets its name when the block succeeds.

    Args:
        path: the final name. Its folder is created if needed, and an existing file is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = unfinished_name(path)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)  # only exists if something failed


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that gets its name once it is completely on disk, safe even against a power cut.

    Args:
        path: the final name. Its folder is created if needed, and an existing file is replaced. A remote file is
            uploaded in one go, which object storage also does whole or not at all.

    Raises:
        OSError: the disk is full, or the folder cannot be written; an existing file is unchanged.
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
    except Exception as error:  # each file system raises its own errors
        raise OSError(str(error)) from error


def remove_unfinished(folder: Path, pattern: str) -> None:
    """Delete what a killed run left half written in a folder; no other run may be writing there.

    Args:
        folder: to look in.
        pattern: matches the final names, as in "*.npz".
    """
    for file in folder.glob(f".{pattern}.*{UNFINISHED}"):
        if file.name.removesuffix(UNFINISHED).rpartition(".")[2].isdigit():  # the process id
            file.unlink(missing_ok=True)
