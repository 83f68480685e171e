"""Check whether a video is complete: how much of what its container declares can be read.

`shortfall` checks the container without decoding; `missed` compares the decoded frames with those that were requested.
Truncation can only be detected if the container declares a length, which MPEG streams and unfinished recordings do
not.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from expressiveness._io import place
from expressiveness.errors import VideoError
from expressiveness.video.decoding import packets_of
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.reading import examine, numbers_looked_at
from expressiveness.video.sampling import Sampling
from expressiveness.video.timeline import shows_whole_frames

SLACK_SECONDS = 0.1
SLACK_SHARE = 0.01
"""How much earlier than declared an intact video may end: containers round, and count differently."""

HOLE = 0.5
HOLE_IN_SOUND_TOO = 0.2
"""Gaps between frames, in seconds, that count as damage at a constant frame rate. A picture may freeze, but sound
continues, so a gap in both counts sooner."""

CONSTANT = 0.9
"""The frame rate counts as constant if at least this share of the intervals is equal."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How much of an incomplete video can be read."""

    frames: int
    of_frames: int
    seconds: float | None = None  # where it breaks off; None if it is damaged in the middle
    of_seconds: float | None = None

    def __str__(self) -> str:
        counted = f"{self.frames} of {self.of_frames} frames"
        if self.seconds is None:
            return f"damaged: {counted} can be read"
        return f"cut short: {counted} are there, {self.seconds:.1f} of {self.of_seconds:.1f} s"

    def as_dict(self) -> dict[str, Any]:
        """The values, ready for JSON."""
        return asdict(self)


def shortfall(video: Path) -> Shortfall | None:
    """Check whether a video is complete, without decoding it; None if nothing seems to be missing.

    Raises:
        VideoError: the file is missing or is not a video.
    """
    return examine(
        video,
        lambda container, stream: (
            shortfall_by_index(stream, video) if has_index(container, stream) else _by_packets(container, stream)
        ),
    )


def missed(video: Path, sampling: Sampling, found: Collection[int]) -> Shortfall | None:
    """Compare the decoded frames with the expected ones; None if nothing seems to be missing.

    Args:
        video: the video that was read.
        sampling: which frames were requested.
        found: the numbers of the frames that decoded.

    Raises:
        VideoError: the file is missing or is not a video.
    """
    wanted = numbers_looked_at(video, sampling)
    if sampling.max_faces:  # reading stopped after the last one
        wanted = [number for number in wanted if number <= max(found, default=0)]
    got = len(set(wanted) & set(found))
    if got == len(wanted) or not shows_whole_frames(video, MAX_PIXELS):  # interlaced fields have a packet each
        return None
    return Shortfall(got, len(wanted))


def all_read(video: Path | str, sampling: Sampling, found: Collection[int]) -> Shortfall | None:
    """How much of a video was read; None if all of it. It may be truncated, or partly fail to decode."""
    video = place(video)
    try:
        return shortfall(video) or missed(video, sampling, found)
    except VideoError:  # unlikely, since it was read a moment ago
        return None


def has_index(container: InputContainer, stream: VideoStream) -> bool:
    """Whether the header lists where each frame is stored, as in MP4 and MOV."""
    return container.format.name.startswith("mov") and bool(stream.frames)


def shortfall_by_index(stream: VideoStream, video: Path) -> Shortfall | None:
    """Use the index of frames: those stored past the end of the file are missing."""
    index, size = stream.index_entries, video.stat().st_size
    there = sum(entry.pos + entry.size <= size for entry in index)
    if there == len(index):
        return None
    unit, start = float(stream.time_base or 0), index[0].timestamp
    seconds, of_seconds = ((index[place].timestamp - start) * unit for place in (there, -1))
    return Shortfall(there, len(index), seconds, of_seconds)


def _by_packets(container: InputContainer, stream: VideoStream) -> Shortfall | None:
    """Use the packets' time stamps: they may end too early, or leave gaps."""
    pictures, sounds = _times(container, stream)
    if len(pictures) < 2:
        return None
    step = float(np.median(np.diff(pictures)))
    promised, of_pictures = _promised_seconds(container, stream)
    end = float(pictures[-1]) + step
    last = end if of_pictures else max([end, *sounds[-1:]])
    if last < promised - SLACK_SECONDS - SLACK_SHARE * promised:
        return Shortfall(len(pictures), max(len(pictures), round(promised / step)), end, promised)
    lost = _frames_lost(pictures, sounds, step)
    return Shortfall(len(pictures), len(pictures) + lost) if lost else None


def _times(container: InputContainer, stream: VideoStream) -> tuple[Floats, Floats]:
    """Presentation times of the video and audio packets, in seconds, ascending."""
    pictures: list[float] = []
    sounds: list[float] = []
    for packet in packets_of(container, stream, *container.streams.audio[:1]):
        if packet.size and packet.pts is not None and packet.time_base:
            (pictures if packet.stream == stream else sounds).append(float(packet.pts * packet.time_base))
    return np.sort(pictures), np.sort(sounds)


def _promised_seconds(container: InputContainer, stream: VideoStream) -> tuple[float, bool]:
    """When the video should end (0 if unknown), and whether that is for the video stream rather than the whole file."""
    start = float((stream.start_time or 0) * (stream.time_base or 0))
    if stream.frames and stream.average_rate:  # AVI, which stores a count instead of times
        return start + float(stream.frames / stream.average_rate), True
    if match := re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", "")):  # Matroska
        hours, minutes, seconds = map(float, match.groups())
        return 3600 * hours + 60 * minutes + seconds, True
    if stream.duration and stream.time_base:
        return start + float(stream.duration * stream.time_base), True
    return (container.duration or 0) / av.time_base, False


def _frames_lost(pictures: Floats, sounds: Floats, step: float) -> int:
    """How many frames are missing in the middle; 0 if the frame rate is not constant."""
    gaps = np.diff(pictures)
    if not step or np.mean(np.abs(gaps - step) < step / 2) < CONSTANT:
        return 0
    lost = 0
    for gap in np.flatnonzero(gaps > HOLE_IN_SOUND_TOO + step):
        start, end = pictures[gap], pictures[gap + 1]
        heard = sounds[(sounds > start) & (sounds < end)]
        silent = bool(len(sounds)) and float(np.diff([start, *heard, end]).max()) > (end - start) / 2
        if silent or (not len(sounds) and end - start > HOLE):
            lost += round((end - start) / step) - 1
    return lost
