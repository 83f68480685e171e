"""Paths on this machine, or on any file system that `fsspec` supports, given by a URL such as s3://bucket/faces.

A remote place is a `UPath`, which behaves like a `pathlib.Path`, so most code need not care. Three things differ, and
call `is_here`: FFmpeg cannot open the file itself, a file is uploaded whole and never renamed, and nothing can be
locked.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import cast

from expressiveness.errors import PlaceError


def place(name: str | Path) -> Path:
    """A path on this machine, or the remote place that a URL names.

    Args:
        name: a path, a URL, or a `UPath` with the options of its file system.

    Raises:
        PlaceError: the package for it is not installed, or the URL is invalid or of an unknown kind.
    """
    if not isinstance(name, str):
        return name
    if not re.match(r"[a-z0-9+]+://", name):
        return Path(name)
    try:
        from upath import UPath

        return cast(Path, UPath(name))
    except ModuleNotFoundError as error:
        raise PlaceError(f"{name} is not on this machine; run: pip install 'expressiveness[remote]'") from error
    except ValueError as error:
        raise PlaceError(f"{name} cannot be read as a URL ({error}); check it") from error


def is_here(path: Path) -> bool:
    """Whether a path is on this machine's file systems, including mounted drives."""
    return isinstance(path, Path)


def check_answers(path: Path) -> None:
    """Check, before the work begins, that a remote place can be reached.

    Raises:
        PlaceError: its address, the network or the credentials are wrong, or a package is missing.
    """
    if is_here(path):
        return
    try:
        if not path.exists():
            path.is_dir()  # only this fails if the server does not exist
    except Exception as error:  # each file system raises its own errors
        raise PlaceError(f"{path} cannot be reached ({error}); check its address and your credentials") from error


def file_stem(interview_id: str) -> str:
    """An id as a file name: the id itself if it is a valid one, else a readable part of it and a digest."""
    if re.fullmatch(r"[A-Za-z0-9_]{1,100}", interview_id):
        return interview_id
    readable = re.sub(r"[^A-Za-z0-9_]+", "_", interview_id)[:40]
    return f"{readable}.{hashlib.sha256(interview_id.encode()).hexdigest()[:12]}"
