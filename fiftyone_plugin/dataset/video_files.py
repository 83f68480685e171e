"""Which files FiftyOne takes for videos: it goes by their ending, and by what Python's table says of that."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import fiftyone.core.media as fom

ENDINGS = [
    ".3g2",
    ".3gp",
    ".asf",
    ".avi",
    ".divx",
    ".dv",
    ".f4v",
    ".flv",
    ".h264",
    ".hevc",
    ".ivf",
    ".m2t",
    ".m2ts",
    ".m2v",
    ".m4v",
    ".mkv",
    ".mod",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".mts",
    ".mxf",
    ".nut",
    ".ogm",
    ".ogv",
    ".rm",
    ".rmvb",
    ".tod",
    ".ts",
    ".vob",
    ".webm",
    ".wmv",
]
"""Of videos, of which the table knows some as something else (.ts), and some not at all."""


def know_video_files() -> None:
    """Teach this process the endings of videos; the App's server and whoever imports need it."""
    for ending in ENDINGS:
        kind, _ = mimetypes.guess_type(f"video{ending}")
        if not (kind or "").startswith("video/"):
            mimetypes.add_type("video/mp4" if ending in {".3gp", ".3g2", ".f4v"} else f"video/x-{ending[1:]}", ending)


def is_taken_for_video(path: Path) -> bool:
    """Whether the App's server takes a file for a video, and shows it as one."""
    know_video_files()
    return bool(fom.get_media_type(str(path)) == fom.VIDEO)
