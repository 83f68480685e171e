"""Files from strangers: only plain ones are opened, and no more of them is read than such a file can hold.

A link may lead to any file of the user's, a pipe may never answer, /dev/zero never ends, and a small archive may unpack
to gigabytes. Start at `read_bounded`; `open_bounded` is for what is read in parts.
"""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

from expressiveness._io.places import is_here

NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
NO_WAITING = getattr(os, "O_NONBLOCK", 0)  # else opening a pipe waits for somebody who writes into it


class NotPlainError(OSError):
    """A file is no plain file, or larger than it may be; says which."""


def read_bounded(path: Path, *, most: int) -> bytes:
    """Read a file.

    Args:
        path: on this machine a plain file and no link; elsewhere whatever the place gives.
        most: bytes that it may have.

    Raises:
        NotPlainError: it is a link, a pipe, a device or a folder, or larger.
        OSError: it cannot be read.
    """
    with open_bounded(path, most=most) as file:
        content = file.read(most + 1)
    if len(content) > most:  # elsewhere, or it has grown
        raise _too_large(most)
    return content


def open_bounded(path: Path, *, most: int | None = None, links: bool = False) -> BufferedReader:
    """Open a file for reading.

    Args:
        path: as for `read_bounded`.
        most: bytes that it may have; None for any number.
        links: follow a link, to a plain file all the same.

    Raises:
        NotPlainError: as `read_bounded`.
        OSError: it cannot be read.
    """
    if not is_here(path):
        return path.open("rb")
    if path.is_symlink() and not links:  # O_NOFOLLOW says it less clearly, and Windows has none
        raise NotPlainError("it is a link to another file")
    forbidden = NO_WAITING | (0 if links else NO_LINKS)
    # Whoever asked closes it; see below where it is refused.
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | forbidden))  # noqa: SIM115
    try:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NotPlainError("it is a pipe or a device, and no file")
        if most is not None and found.st_size > most:
            raise _too_large(most)
    except BaseException:  # Ctrl-C, too, leaves no file open
        file.close()
        raise
    return file


def _too_large(most: int) -> NotPlainError:
    return NotPlainError(f"it is larger than the {_megabytes(most)} that such a file can have")


def _megabytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB" if count >= 2**20 else f"{count:,} bytes"
