"""Keep the log lines of native libraries off the terminal.

TensorFlow, TensorFlow Lite and MediaPipe write to file descriptor 2 before any of their settings applies. Python's own
errors and warnings are not touched: they are raised, not written there by these libraries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def silenced() -> Iterator[None]:
    """Send everything written to the error stream nowhere while the block runs."""
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
    """Send everything that this process writes to its error stream nowhere, for good."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
