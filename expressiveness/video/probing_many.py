"""Probe many videos in worker processes, so that a decoder that crashes or hangs affects only its own video."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from expressiveness._io import place
from expressiveness.parallel import run
from expressiveness.types import Progress
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.probing import VideoInfo, probe

SECONDS_A_VIDEO = 60.0
"""Normally a header and one frame take milliseconds."""


def probe_videos(
    videos: Sequence[Path | str],
    *,
    workers: int | None = None,
    timeout: float | None = SECONDS_A_VIDEO,
    progress: Progress | None = None,
    max_pixels: int = MAX_PIXELS,
) -> dict[Path, VideoInfo | str]:
    """Probe videos.

    Args:
        videos: any video files, without duplicates.
        workers: processes; None for one per core.
        timeout: seconds allowed per video.
        progress: called with the number of videos done.
        max_pixels: the most pixels a frame may have.

    Returns:
        By video, in the order given: what is known about it, or why it could not be read.
    """
    found: dict[Path, VideoInfo | str] = {}
    places = [place(video) for video in videos]
    outcomes = run(partial(probe, max_pixels=max_pixels, whole=True), places, workers=workers, timeout=timeout)
    for done, outcome in enumerate(outcomes, start=1):
        found[outcome.item] = outcome.value or outcome.error or "unknown"
        if progress:
            progress(done, len(videos))
    return {video: found[video] for video in places}
