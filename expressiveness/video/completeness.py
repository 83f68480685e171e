"""Whether a video is all there: how much of what its container promises can be read.

`shortfall` looks at the container without decoding anything; `missed` compares the frames that decoded with those
that were looked for. Only what a container promises can be missed: MPEG's streams and recordings that were never
finished do not say how long they should be.
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
"""How much earlier than promised an intact video may end: containers round, and differ in what they count."""

HOLE = 0.5
HOLE_IN_SOUND_TOO = 0.2
"""Seconds without a picture that mean damage in a video of constant rate: pictures may freeze, but sound goes on."""

CONSTANT = 0.9
"""The share of gaps between frames that are alike where a rate counts as constant."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How much of a video can be read, where that is not all of it."""

    frames: int
    of_frames: int
    seconds: float | None = None  # where it breaks off; None where it is damaged before its end
    of_seconds: float | None = None

    def __str__(self) -> str:
        counted = f"{self.frames} of {self.of_frames} frames"
        if self.seconds is None:
            return f"damaged: {counted} can be read"
        return f"cut short: {counted} are there, {self.seconds:.1f} of {self.of_seconds:.1f} s"

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def shortfall(video: Path) -> Shortfall | None:
    """Find out whether a video is all there, without decoding it; None if it is, as far as it can be told.

    Raises:
        VideoError: the file is missing or is no video.
    """
    return examine(video, lambda container, stream: _shortfall(container, stream, video.stat().st_size))


def missed(video: Path, sampling: Sampling, found: Collection[int]) -> Shortfall | None:
    """Compare the frames that decoded with those that should have; None if none is missing, as far as packets tell.

    Args:
        video: that was read.
        sampling: which frames were looked for.
        found: the numbers of those that decoded.

    Raises:
        VideoError: the file is missing or is no video.
    """
    wanted = numbers_looked_at(video, sampling)
    if sampling.max_faces:  # nobody looked past the last one
        wanted = [number for number in wanted if number <= max(found, default=0)]
    got = len(set(wanted) & set(found))
    if got == len(wanted) or not shows_whole_frames(video, MAX_PIXELS):  # packets of fields promise too much
        return None
    return Shortfall(got, len(wanted))


def all_read(video: Path | str, sampling: Sampling, found: Collection[int]) -> Shortfall | None:
    """How much of a video was read, where that is not all: it is not all there, or does not all decode."""
    video = place(video)
    try:
        return shortfall(video) or missed(video, sampling, found)
    except VideoError:  # it was read a moment ago
        return None


def _shortfall(container: InputContainer, stream: VideoStream, size: int) -> Shortfall | None:
    if container.format.name.startswith("mov") and stream.frames:
        return _by_index(stream, size)
    return _by_packets(container, stream)


def _by_index(stream: VideoStream, size: int) -> Shortfall | None:
    """By the table that MP4 and MOV have of where each frame is: those past the end of the file are missing."""
    index = list(stream.index_entries)
    there = sum(entry.pos + entry.size <= size for entry in index)
    if there == len(index):
        return None
    unit, start = float(stream.time_base or 0), index[0].timestamp
    seconds, of_seconds = ((index[place].timestamp - start) * unit for place in (there, -1))
    return Shortfall(there, len(index), seconds, of_seconds)


def _by_packets(container: InputContainer, stream: VideoStream) -> Shortfall | None:
    """By when packets are to be shown: they end too early, or some are missing on the way."""
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
    """When the packets of the pictures, and those of the sound, are to be shown, in seconds, ascending."""
    pictures: list[float] = []
    sounds: list[float] = []
    for packet in packets_of(container, stream, *container.streams.audio[:1]):
        if packet.size and packet.pts is not None and packet.time_base:
            (pictures if packet.stream == stream else sounds).append(float(packet.pts * packet.time_base))
    return np.sort(pictures), np.sort(sounds)


def _promised_seconds(container: InputContainer, stream: VideoStream) -> tuple[float, bool]:
    """When the video should end, 0 if that is not said; and whether that is said of the pictures or of the whole."""
    start = float((stream.start_time or 0) * (stream.time_base or 0))
    if stream.frames and stream.average_rate:  # AVI, which gives no times but counts
        return start + float(stream.frames / stream.average_rate), True
    if match := re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", "")):  # Matroska
        hours, minutes, seconds = map(float, match.groups())
        return 3600 * hours + 60 * minutes + seconds, True
    if stream.duration and stream.time_base:
        return start + float(stream.duration * stream.time_base), True
    return (container.duration or 0) / av.time_base, False


def _frames_lost(pictures: Floats, sounds: Floats, step: float) -> int:
    """How many frames of a constant rate are missing in the middle; 0 where the rate is no constant one."""
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
