"""Look at many videos' headers in worker processes: a decoder that crashes or hangs costs its own video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from expressiveness._io import place
from expressiveness.parallel import run
from expressiveness.types import Progress
from expressiveness.video.completeness import shortfall
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.probing import VideoInfo, probe

SECONDS_A_VIDEO = 60.0
"""A header and one frame take milliseconds."""


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
        videos: any video files, each once.
        workers: processes; None for one a core.
        timeout: seconds that a video may take.
        progress: called with how many have been looked at.
        max_pixels: the most that a picture may have.

    Returns:
        What is known of each, or why nothing is, in the order given.
    """
    found: dict[Path, VideoInfo | str] = {}
    places = [place(video) for video in videos]
    outcomes = run(partial(_probe, max_pixels=max_pixels), places, workers=workers, timeout=timeout)
    for done, outcome in enumerate(outcomes, start=1):
        found[outcome.item] = outcome.value or outcome.error or "unknown"
        if progress:
            progress(done, len(videos))
    return {video: found[video] for video in places}


def _probe(video: Path, *, max_pixels: int) -> VideoInfo:
    """What the header says, and whether all of the video is there."""
    info, short = probe(video, max_pixels=max_pixels), shortfall(video)
    return replace(info, cut_short=str(short)) if short else info
