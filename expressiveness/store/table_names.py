"""The file name of an interview's table: by its id and its video's content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from expressiveness._io import file_stem
from expressiveness.data import Interview
from expressiveness.errors import StoreError, reason

SIGNATURE_BYTES = 2**16
"""How much of each end of a video is hashed."""


def table_name(interview: Interview) -> str:
    """The file name of an interview's table.

    Raises:
        StoreError: the video cannot be read.
    """
    return f"{file_stem(interview.id)}-{_signature(interview.video)}.npz"


def _signature(video: Path) -> str:
    """Identify a video by its size and both ends, without reading gigabytes."""
    try:
        with video.open("rb", buffering=SIGNATURE_BYTES) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            digest = hashlib.sha256(str(size).encode())
            digest.update(file.read(SIGNATURE_BYTES))
            file.seek(max(SIGNATURE_BYTES, size - SIGNATURE_BYTES))
            digest.update(file.read(SIGNATURE_BYTES))
    except OSError as error:
        raise StoreError(
            f"{video.name}: cannot be read ({reason(error)}); copy it into {video.parent} again"
        ) from error
    return digest.hexdigest()[:16]
