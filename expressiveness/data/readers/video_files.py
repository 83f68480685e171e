"""Find the videos in a folder without a table, for `predict`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from expressiveness.wording import counted

VIDEO_ENDINGS = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".avi", ".divx", ".mkv", ".webm", ".ogv", ".flv", ".f4v"),
        *(".wmv", ".asf", ".mpg", ".mpeg", ".m2v", ".vob", ".ts", ".mts", ".m2t", ".m2ts", ".mod", ".tod", ".mxf"),
        *(".dv", ".rm", ".rmvb", ".ogm", ".nut", ".ivf", ".h264", ".hevc"),
    }
)
"""File extensions of videos; a video with another extension has to be given by its own path."""

logger = logging.getLogger(__name__)


def videos_in(folder: Path | str) -> list[Path]:
    """All videos in a folder and its subfolders, sorted; links that lead out are skipped with a warning.

    Args:
        folder: on this machine. Hidden files, such as macOS's "._a.mp4", are skipped.
    """
    folder = Path(folder)
    found = sorted(_named_as_videos(folder))
    inside = [file for file in found if file.resolve().is_relative_to(folder.resolve())]
    if outside := len(found) - len(inside):
        logger.warning("%s in %s left out, as links lead elsewhere; name the files", counted(outside, "video"), folder)
    return inside


def _named_as_videos(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if Path(name).suffix.lower() in VIDEO_ENDINGS and not name.startswith("."):
                yield Path(where, name)
