"""Which files FiftyOne takes for videos: it goes by their ending, and by what Python's table says of that."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import fiftyone.core.media as fom

LIKE_MP4 = frozenset({".3gp", ".3g2", ".f4v", ".m4v"})
"""Browsers play these as MP4."""


def know_video_files() -> None:
    """Teach this process the endings of videos; the App's server and whoever imports need it.

    Python's table knows some as something else (.ts), and some not at all.
    """
    from expressiveness.data import VIDEO_ENDINGS

    for ending in VIDEO_ENDINGS:
        kind, _ = mimetypes.guess_type(f"video{ending}")
        if not (kind or "").startswith("video/"):
            mimetypes.add_type("video/mp4" if ending in LIKE_MP4 else f"video/x-{ending[1:]}", ending)


def is_taken_for_video(path: Path) -> bool:
    """Whether the App's server takes a file for a video, and shows it as one."""
    know_video_files()
    return bool(fom.get_media_type(str(path)) == fom.VIDEO)
