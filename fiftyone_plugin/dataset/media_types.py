"""Make FiftyOne recognise all video files: it goes by extension and Python's table of MIME types."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import fiftyone.core.media as fom

LIKE_MP4 = frozenset({".3gp", ".3g2", ".f4v", ".m4v"})
"""Browsers play these as MP4."""


def know_video_files() -> None:
    """Register video extensions in this process; needed by the App's server and by imports.

    Python's table has some of them as other types (.ts), and lacks others.
    """
    from expressiveness.data import VIDEO_ENDINGS

    for ending in VIDEO_ENDINGS:
        kind, _ = mimetypes.guess_type(f"video{ending}")
        if not (kind or "").startswith("video/"):
            mimetypes.add_type("video/mp4" if ending in LIKE_MP4 else f"video/x-{ending[1:]}", ending)


def is_taken_for_video(path: Path) -> bool:
    """Whether FiftyOne treats a file as a video."""
    know_video_files()
    return bool(fom.get_media_type(str(path)) == fom.VIDEO)
