"""Keep the log lines of native libraries off the terminal.

TensorFlow, TensorFlow Lite and MediaPipe write to file descriptor 2 before their own log settings take effect. Python
exceptions are not affected.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def silenced() -> Iterator[None]:
    """Discard everything written to the error stream while the block runs."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        silence()
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def silence() -> None:
    """Discard everything that this process writes to the error stream from now on."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
