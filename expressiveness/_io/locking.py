"""One run at a time: whoever comes second is told who holds what it wants.

The lock is the operating system's, on an open file, so that it ends with the process that holds it, however that ends:
a killed run blocks nobody. The file's text only says who it is.
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
"""Of a lock's file, which says who holds it; empty while nobody does."""

_HOLDER = {"pid", "host", "since", "doing"}


@contextmanager
def alone(lock_file: Path, *, on: str, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock while the block runs.

    Args:
        lock_file: is made, with its folder, if need be, and stays.
        on: what is held, for the one who comes second: "the face store faces".
        doing: what for: "finding faces".
        wait: seconds for another run to be done.

    Raises:
        BusyError: another run holds it, in this process or another.
        OutputError: the file is there, and is no lock of ours.
        OSError: the file cannot be written.
    """
    if os.path.lexists(lock_file) and not is_lock(lock_file):
        raise OutputError(f"{lock_file} is in the way of a lock; move it")
    from filelock import FileLock, Timeout  # a tenth of a second to import, which `--help` need not wait for

    lock = FileLock(lock_file, thread_local=False)  # an operator may go on in another thread
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise BusyError(f"{on} is in use by {_holder(lock_file)}; wait until that is done, or end it") from None
    try:
        lock_file.write_text(json.dumps(_myself(doing)))
        yield
    finally:
        lock_file.write_text("")
        lock.release()


def is_lock(file: Path) -> bool:
    """Whether a file is a lock of ours, and not a file of the user's that has its name."""
    try:
        content = read_bounded(file, most=MOST_BYTES)
        return not content or json.loads(content).keys() >= _HOLDER
    except (OSError, ValueError, AttributeError, RecursionError):
        return False


def _myself(doing: str) -> dict[str, str | int]:
    since = datetime.now(timezone.utc).isoformat(sep=" ", timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "doing": doing}


def _holder(lock_file: Path) -> str:
    """Who holds a lock, as far as the file says: its holder may be about to write it."""
    try:
        holder = json.loads(read_bounded(lock_file, most=MOST_BYTES))
        return "process {pid} on {host} since {since} ({doing})".format(**holder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another run"
