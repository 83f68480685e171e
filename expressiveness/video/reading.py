"""The sampled frames of a video, upright, with their number and time.

`read_frames` yields the frames that a `Sampling` asks for, `read_chosen_frames` those of given numbers. Frames are
numbered from 1 in the order they are shown, as FiftyOne does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from expressiveness._io import place
from expressiveness.errors import VideoError
from expressiveness.types import Pixels
from expressiveness.video.decoding import decoded_frames, opened_video, packets_of
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.sampling import DEFAULT_SAMPLING, Sampling

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


Seen = TypeVar("Seen")

SEEK_GAP = 60
"""Samples further apart than this many frames are sought one by one, nearer ones decoded on the way."""

SEEKS_LATE = frozenset({"mpegts", "mpeg"})
"""Containers without an index: what is sought is found some frames after the key frame that it needs."""

PACKET_A_FRAME = ("h264", "hevc")
"""Codecs whose packets hold a frame each; others have packets that show nothing, and are counted as they decode."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame."""

    number: int  # from 1
    seconds: float  # from the first frame
    rgb: Pixels  # (height, width, 3), upright

    def __repr__(self) -> str:
        return f"Frame({self.number}, at {self.seconds:.2f} s, {self.rgb.shape[1]}x{self.rgb.shape[0]})"


def read_frames(
    video: Path | str, sampling: Sampling = DEFAULT_SAMPLING, *, max_pixels: int = MAX_PIXELS
) -> Iterator[Frame]:
    """Yield the sampled frames of a video, one in memory at a time.

    Args:
        video: any video file.
        sampling: which frames. `Sampling.max_faces` is the caller's to keep: only it knows where a face was found.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or nothing in it decodes.
    """
    for frame, _ in read_frames_for(video, [sampling], max_pixels=max_pixels):
        yield frame


def read_frames_for(
    video: Path | str, samplings: Sequence[Sampling], *, max_pixels: int = MAX_PIXELS
) -> Iterator[tuple[Frame, tuple[bool, ...]]]:
    """Yield the frames that any of several samplings asks for, in order, and which ones do: a video is decoded once.

    Raises:
        VideoError: as `read_frames`.
    """
    video = place(video)
    needs_times = any(sampling.spread for sampling in samplings)
    with opened_video(video, max_pixels) as (container, stream):
        if needs_times or stream.codec_context.name in PACKET_A_FRAME:
            timeline = _timeline(container, stream, video)
            if timeline.complete:
                chosen = [set(_chosen_numbers(sampling, timeline)) for sampling in samplings]
                for frame in _frames_at(container, stream, video, timeline, set().union(*chosen)):
                    yield frame, tuple(frame.number in numbers for numbers in chosen)
                return
    if needs_times:
        raise VideoError(f"{video.name}: its frames carry no times to spread samples over; re-encode it as MP4")
    yield from _counted_frames(video, samplings, max_pixels)


def read_chosen_frames(video: Path | str, numbers: Collection[int], *, max_pixels: int = MAX_PIXELS) -> Iterator[Frame]:
    """Yield the frames of some numbers, in order; a number that the video does not have yields nothing.

    Raises:
        VideoError: as `read_frames`.
    """
    video = place(video)
    with opened_video(video, max_pixels) as (container, stream):
        timeline = _timeline(container, stream, video)
        there = {number for number in numbers if 1 <= number <= len(timeline.stamps)}
        if there:
            yield from _frames_at(container, stream, video, timeline, there)


def frame_times(video: Path | str, *, max_pixels: int = MAX_PIXELS) -> list[float]:
    """When each frame is shown, in seconds from the first one, without decoding; none where packets do not tell.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or it holds no frame.
    """
    video = place(video)
    with opened_video(video, max_pixels) as (container, stream):
        timeline = _timeline(container, stream, video)
        return [timeline.seconds(stamp) for stamp in timeline.stamps] if timeline.complete else []


def numbers_looked_at(video: Path, sampling: Sampling) -> list[int]:
    """The numbers of the frames that a sampling looks at, by the packets; none where packets do not tell.

    Raises:
        VideoError: the file is missing, is no video, or holds no frame.
    """
    with opened_video(video, MAX_PIXELS) as (container, stream):
        if stream.codec_context.name not in PACKET_A_FRAME:
            return []
        timeline = _timeline(container, stream, video)
        return _chosen_numbers(sampling, timeline) if timeline.complete else []


def examine(video: Path, look: Callable[[InputContainer, VideoStream], Seen]) -> Seen:
    """Open a video for a function that looks at its container and its stream of pictures.

    Raises:
        VideoError: the file is missing or is no video.
    """
    with opened_video(video, MAX_PIXELS) as (container, stream):
        return look(container, stream)


def _counted_frames(
    video: Path, samplings: Sequence[Sampling], max_pixels: int
) -> Iterator[tuple[Frame, tuple[bool, ...]]]:
    """Decode every frame from the start, converting only those that are looked at."""
    with opened_video(video, max_pixels) as (container, stream):
        start: float | None = None
        taken = [0] * len(samplings)
        for number, frame in enumerate(decoded_frames(container, stream, video), start=1):
            time = _time_of(frame, number, stream)
            start = time if start is None else start
            if all(_is_over(sampling, number, seen) for sampling, seen in zip(samplings, taken, strict=True)):
                return
            due = tuple(_is_due(*each, number, time - start) for each in zip(samplings, taken, strict=True))
            if any(due):
                taken = [seen + is_due for seen, is_due in zip(taken, due, strict=True)]
                yield Frame(number, time - start, _upright(frame)), due


def _is_due(sampling: Sampling, taken: int, number: int, seconds: float) -> bool:
    if _is_over(sampling, number, taken):
        return False
    if sampling.every:
        return (number - 1) % sampling.every == 0
    assert sampling.rate
    # A video slower than the rate gives each of its frames once; 1 ms forgives rounded time stamps.
    return seconds + 1e-3 >= taken / sampling.rate


def _is_over(sampling: Sampling, number: int, taken: int) -> bool:
    """Whether a sampling looks at no frame from this one on."""
    return taken == sampling.max_frames or number > (sampling.horizon or number)


@dataclass(frozen=True, slots=True)
class _Timeline:
    """The frames of a video in the order shown, as its packets tell them: so without decoding one."""

    stamps: list[int]  # in units of time_base
    key_frames: list[int]  # numbers of those that need no other frame to be decoded, from 1
    time_base: Fraction
    complete: bool  # whether every packet has a time stamp of its own

    def seconds(self, stamp: int) -> float:
        """When a frame is shown, from the first one."""
        return float((stamp - self.stamps[0]) * self.time_base)


def _timeline(container: InputContainer, stream: VideoStream, video: Path) -> _Timeline:
    packets = [(p.pts, p.is_keyframe) for p in packets_of(container, stream) if p.size and not p.is_discard]
    if not packets:
        raise VideoError(f"{video.name}: holds no frame; replace the file")
    shown = {stamp: is_key for stamp, is_key in packets if stamp is not None}
    stamps = sorted(shown)
    key_frames = [number for number, stamp in enumerate(stamps, start=1) if shown[stamp]]
    return _Timeline(stamps, key_frames, stream.time_base or Fraction(0), complete=len(stamps) == len(packets))


def _chosen_numbers(sampling: Sampling, timeline: _Timeline) -> list[int]:
    if sampling.spread:
        spread = _spread_numbers(sampling.spread, timeline)[: sampling.max_frames]
        return [number for number in spread if number <= (sampling.horizon or number)]
    numbers: list[int] = []
    for number, stamp in enumerate(timeline.stamps, start=1):
        if _is_due(sampling, len(numbers), number, timeline.seconds(stamp)):
            numbers.append(number)
    return numbers


def _spread_numbers(count: int, timeline: _Timeline) -> list[int]:
    """One frame from each of `count` equal shares of a video (all frames of a shorter one): the middle one.

    Of a share long enough to be sought, the key frame nearest to the middle, if it has one: no other frame need be
    decoded for it.
    """
    count = min(count, len(timeline.stamps))
    share = len(timeline.stamps) / count
    numbers = set()
    for index in range(count):
        middle = int((index + 0.5) * share) + 1
        near = [number for number in timeline.key_frames if (number - 1) // share == index]
        numbers.add(min(near, key=lambda number: abs(number - middle)) if near and share > SEEK_GAP else middle)
    return sorted(numbers)


def _frames_at(
    container: InputContainer, stream: VideoStream, video: Path, timeline: _Timeline, numbers: Collection[int]
) -> Iterator[Frame]:
    """Yield the frames of some numbers, of which the video has all."""
    wanted = {timeline.stamps[number - 1]: number for number in sorted(numbers)}
    seeks_late = container.format.name in SEEKS_LATE
    sparse = not seeks_late and max(numbers, default=0) > len(wanted) * SEEK_GAP
    container.seek(timeline.stamps[0] - (round(1 / timeline.time_base) if seeks_late else 0), stream=stream)
    for frame in (
        _sought(container, stream, video, wanted) if sparse else decoded_frames(container, stream, video, wanted)
    ):
        if frame.pts in wanted:
            yield Frame(wanted.pop(frame.pts), timeline.seconds(frame.pts), _upright(frame))
        if not wanted:
            return


def _sought(
    container: InputContainer, stream: VideoStream, video: Path, stamps: Collection[int]
) -> Iterator[VideoFrame]:
    """Yield the frame of each time stamp by seeking to the key frame before it."""
    for stamp in list(stamps):
        container.seek(stamp, stream=stream)
        for frame in decoded_frames(container, stream, video, {stamp}):
            if frame.pts is not None and frame.pts >= stamp:
                yield frame
                break


def _time_of(frame: VideoFrame, number: int, stream: VideoStream) -> float:
    """A frame's time stamp in seconds, or, in a file without them, what its number makes it."""
    return float(frame.time) if frame.pts is not None else (number - 1) / float(stream.average_rate or 25)


def _upright(frame: VideoFrame) -> Pixels:
    rgb: Pixels = frame.to_ndarray(format="rgb24", threads=1).astype(np.uint8, copy=False)
    quarter_turns = round(frame.rotation / 90) % 4  # the display matrix turns counter-clockwise, as rot90 does
    return np.ascontiguousarray(np.rot90(rgb, quarter_turns)) if quarter_turns else rgb
