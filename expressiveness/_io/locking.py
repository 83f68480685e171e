"""One run at a time: a second run is told which process holds the lock.

It is an operating system lock on an open file, so it is released however the process ends: a killed run blocks nobody.
The text in the file only says who holds it.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from expressiveness._io.bounded_files import read_bounded
from expressiveness.errors import BusyError, OutputError

LOCK_FILE = ".lock"
MOST_BYTES = 10_000
"""Size limit of a lock file. It is empty while nobody holds the lock."""

_HOLDER = {"pid", "host", "since", "doing"}


@contextmanager
def alone(lock_file: Path, *, on: str, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock while the block runs.

    Args:
        lock_file: created if needed, with its folder, and kept.
        on: what is locked, for the error message, as in "the face store faces".
        doing: what for, as in "finding faces".
        wait: how many seconds to wait for another run to finish.

    Raises:
        BusyError: another run holds it, in this process or another.
        OutputError: a file of that name exists and is not our lock file.
        OSError: the file cannot be written.
    """
    if os.path.lexists(lock_file) and not is_lock(lock_file):
        raise OutputError(f"{lock_file} is in the way of this program's lock file; move it away")
    from filelock import FileLock, Timeout  # takes a tenth of a second to import, so not for `--help`

    lock = FileLock(lock_file, thread_local=False)  # an operator may continue in another thread
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise BusyError(f"{on} is in use by {_holder(lock_file)}; wait until it has finished, or stop it") from None
    try:
        lock_file.write_text(json.dumps(_myself(doing)))
        yield
    finally:
        lock_file.write_text("")
        lock.release()


def is_lock(file: Path) -> bool:
    """Whether a file is our lock file, and not a file of the user's with the same name."""
    try:
        content = read_bounded(file, most=MOST_BYTES)
        return not content or json.loads(content).keys() >= _HOLDER
    except (OSError, ValueError, AttributeError, RecursionError):
        return False


def _myself(doing: str) -> dict[str, str | int]:
    since = datetime.now(timezone.utc).isoformat(sep=" ", timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "doing": doing}


def _holder(lock_file: Path) -> str:
    """Who holds a lock, according to the file; its holder may not have written it yet."""
    try:
        holder = json.loads(read_bounded(lock_file, most=MOST_BYTES))
        return "process {pid} on {host} since {since} ({doing})".format(**holder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another run"
