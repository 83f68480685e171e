"""Where files are: on this machine, or on any file system that `fsspec` knows, named by a URL such as s3://bucket/faces.

A place elsewhere is a `UPath`, which answers like a `pathlib.Path`, so that most code need not know. Three things are
different there, and ask `is_here`: FFmpeg cannot open the file by itself, a file is put as a whole and never renamed,
and nothing can be locked.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import cast

from expressiveness.errors import PlaceError


def place(name: str | Path) -> Path:
    """A path of this machine, or the place that a URL names.

    Args:
        name: a path, a URL, or a `UPath` with the options that its file system takes.

    Raises:
        PlaceError: what reaches such places is not installed, or does not know this kind.
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
        raise PlaceError(f"{name} is no address that can be read ({error})") from error


def is_here(path: Path) -> bool:
    """Whether a path is one of this machine's, a mounted drive among them."""
    return isinstance(path, Path)


def check_answers(path: Path) -> None:
    """Find out whether a place elsewhere can be reached, before work begins that needs it.

    Raises:
        PlaceError: its address, the network or the credentials are wrong, or a package is missing.
    """
    if is_here(path):
        return
    try:
        if not path.exists():
            path.is_dir()  # a server that is not there is not missed before
    except Exception as error:  # each file system has errors of its own
        raise PlaceError(f"{path} cannot be reached ({error}); see its address and your credentials") from error


def file_stem(interview_id: str) -> str:
    """An id as a file name: itself where it can be, else a readable part of it and a digest."""
    if re.fullmatch(r"[A-Za-z0-9_]{1,100}", interview_id):
        return interview_id
    readable = re.sub(r"[^A-Za-z0-9_]+", "_", interview_id)[:40]
    return f"{readable}.{hashlib.sha256(interview_id.encode()).hexdigest()[:12]}"
