"""Read untrusted files: only plain files are opened, and only up to a size limit.

A link may point to any of the user's files, a pipe may block forever, /dev/zero never ends, and a small archive may
unpack to gigabytes. Start at `read_bounded`; use `open_bounded` to read in parts.
"""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

from expressiveness._io.places import is_here

NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
NO_WAITING = getattr(os, "O_NONBLOCK", 0)  # otherwise opening a pipe blocks until somebody writes to it


class NotPlainError(OSError):
    """A file is not a plain file, or is too large; the message says which."""


def read_bounded(path: Path, *, most: int) -> bytes:
    """Read a file.

    Args:
        path: on this machine a plain file and not a link; at a URL whatever it returns.
        most: the largest allowed size, in bytes.

    Raises:
        NotPlainError: it is a link, a pipe, a device or a folder, or too large.
        OSError: it cannot be read.
    """
    with open_bounded(path, most=most) as file:
        content = file.read(most + 1)
    if len(content) > most:  # at a URL, or the file has grown since it was opened
        raise _too_large(most)
    return content


def open_bounded(path: Path, *, most: int | None = None, links: bool = False) -> BufferedReader:
    """Open a file for reading.

    Args:
        path: as for `read_bounded`.
        most: the largest allowed size, in bytes; None for no limit.
        links: whether to follow a link; it must point to a plain file.

    Raises:
        NotPlainError: as `read_bounded`.
        OSError: it cannot be read.
    """
    if not is_here(path):
        return path.open("rb")
    if path.is_symlink() and not links:  # O_NOFOLLOW's error is less clear, and Windows has no such flag
        raise NotPlainError("it is a link to another file")
    forbidden = NO_WAITING | (0 if links else NO_LINKS)
    # The caller closes it; if it is refused, it is closed below.
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | forbidden))  # noqa: SIM115
    try:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NotPlainError("it is a pipe or a device, not a file")
        if most is not None and found.st_size > most:
            raise _too_large(most)
    except BaseException:  # also on Ctrl-C
        file.close()
        raise
    return file


def _too_large(most: int) -> NotPlainError:
    return NotPlainError(f"it is larger than {_megabytes(most)}, the limit for such a file")


def _megabytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB" if count >= 2**20 else f"{count:,} bytes"
