"""One run at a time: whoever comes second is told who holds what it wants.

The lock is the operating system's, on an open file, so that it ends with the process that holds it, however that ends:
a killed run blocks nobody. What stands in the file only says who it is.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from expressiveness.bounded_files import read_bounded
from expressiveness.errors import BusyError

LOCK_FILE = ".lock"
MAX_BYTES = 2**16


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
        OSError: the file cannot be written.
    """
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


def _myself(doing: str) -> dict[str, str | int]:
    since = datetime.now(timezone.utc).isoformat(sep=" ", timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "doing": doing}


def _holder(lock_file: Path) -> str:
    """Who holds a lock, as far as the file says: its holder may be about to write it."""
    try:
        holder = json.loads(read_bounded(lock_file, most=MAX_BYTES))
        return "process {pid} on {host} since {since} ({doing})".format(**holder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another run"
