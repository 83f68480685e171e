"""Read sampled frames of a video as players show them, with their number and time.

`read_frames` yields the frames selected by a `Sampling`, `read_chosen_frames` those with given numbers. Frames are
numbered from 1 in the order a full decode produces them, as FiftyOne counts them. If the packets reveal which frame is
which, only the needed ones are decoded. If the decoder's output then disagrees with the packets, all frames are
decoded and counted from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from expressiveness._io import place
from expressiveness.stop_requests import stop_if_asked
from expressiveness.types import Pixels
from expressiveness.video.containers import FOREIGN
from expressiveness.video.decoding import counted_frames, decoded_frames, opened_video
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.geometry import as_shown, geometry_of
from expressiveness.video.sampling import DEFAULT_SAMPLING, Sampling
from expressiveness.video.timeline import (
    SEEK_GAP,
    Timeline,
    shows_whole_frames,
    timeline_by_decoding,
    timeline_by_packets,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


Seen = TypeVar("Seen")

FRAMES_CHECKED = 4
"""How many frames at the start must match the packets without gaps; later, only decoded frames are checked."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame."""

    number: int  # from 1
    seconds: float  # from the first frame
    rgb: Pixels  # (height, width, 3), upright, unmirrored, with square pixels

    def __repr__(self) -> str:
        return f"Frame({self.number}, at {self.seconds:.2f} s, {self.rgb.shape[1]}x{self.rgb.shape[0]})"


def read_frames(
    video: Path | str, sampling: Sampling = DEFAULT_SAMPLING, *, max_pixels: int = MAX_PIXELS
) -> Iterator[Frame]:
    """Yield the sampled frames of a video, one at a time.

    Args:
        video: any video file.
        sampling: which frames. `Sampling.max_faces` is up to the caller, who knows where a face was found.
        max_pixels: the most pixels a frame may have.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or nothing decodes.
    """
    for frame, _ in read_frames_for(video, [sampling], max_pixels=max_pixels):
        yield frame


def read_frames_for(
    video: Path | str, samplings: Sequence[Sampling], *, max_pixels: int = MAX_PIXELS
) -> Iterator[tuple[Frame, tuple[bool, ...]]]:
    """Yield the frames selected by any of several samplings, and by which ones, decoding the video once.

    Raises:
        VideoError: as `read_frames`.
    """
    video = place(video)
    last = 0
    if timeline := timeline_by_packets(video, max_pixels):
        chosen = [set(timeline.chosen_by(sampling)) for sampling in samplings]
        try:
            for frame in _frames_at(video, timeline, set().union(*chosen), max_pixels):
                stop_if_asked()
                last = frame.number
                yield frame, tuple(frame.number in numbers for numbers in chosen)
            return
        except _NotAsPromisedError:
            pass
    for frame, due in _counted(video, samplings, max_pixels):
        stop_if_asked()
        if frame.number > last:
            yield frame, due


def read_chosen_frames(video: Path | str, numbers: Collection[int], *, max_pixels: int = MAX_PIXELS) -> Iterator[Frame]:
    """Yield the frames with the given numbers, in order; numbers that the video does not have are skipped.

    Raises:
        VideoError: as `read_frames`.
    """
    video = place(video)
    wanted = {number for number in numbers if number >= 1}
    if timeline := timeline_by_packets(video, max_pixels):
        try:
            for frame in _frames_at(video, timeline, wanted & set(timeline.numbers.values()), max_pixels):
                wanted.discard(frame.number)
                yield frame
            return
        except _NotAsPromisedError:
            pass
    last = max(wanted, default=0)
    for number, seconds, decoded, stream in counted_frames(video, max_pixels) if wanted else ():
        if number in wanted:
            yield _frame(number, seconds, decoded, stream)
        if number == last:
            return


def frame_times(video: Path | str, *, max_pixels: int = MAX_PIXELS) -> list[float]:
    """The time of each frame in seconds from the first one, from the packets if possible, else by decoding all.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or it has no frame.
    """
    video = place(video)
    timeline = timeline_by_packets(video, max_pixels)
    if timeline and shows_whole_frames(video, max_pixels):
        return timeline.seconds
    return timeline_by_decoding(video, max_pixels).seconds


def numbers_looked_at(video: Path, sampling: Sampling) -> list[int]:
    """The numbers of the frames that a sampling selects, from the packets; empty if they do not tell.

    Raises:
        VideoError: the file is missing, is not a video, or has no frame.
    """
    timeline = timeline_by_packets(video, MAX_PIXELS)
    return timeline.chosen_by(sampling) if timeline else []


def examine(video: Path, look: Callable[[InputContainer, VideoStream], Seen]) -> Seen:
    """Open a video and pass its container and video stream to a function.

    Raises:
        VideoError: the file is missing or is not a video.
    """
    with opened_video(video, MAX_PIXELS) as (container, stream):
        return look(container, stream)


class _NotAsPromisedError(Exception):
    """The decoded frames disagree with the packets, so frames have to be counted."""


def _frames_at(video: Path, timeline: Timeline, numbers: Collection[int], max_pixels: int) -> Iterator[Frame]:
    """Yield the frames with the given numbers, which must all be in the timeline.

    Raises:
        _NotAsPromisedError: an unexpected frame comes out, or an expected one does not.
    """
    waiting = sorted(numbers, reverse=True)
    if not waiting:
        return
    sparse = waiting[0] > len(waiting) * SEEK_GAP
    damaged: list[int | None] = []  # these lose frames, but do not shift the numbers of others
    with opened_video(video, max_pixels) as (container, stream):
        decode = _sought if sparse else _from_the_start
        for number, frame in decode(container, stream, video, timeline, waiting, damaged):
            while damaged and waiting and number > waiting[-1]:
                waiting.pop()
            if frame.interlaced_frame or (waiting and number > waiting[-1]):
                raise _NotAsPromisedError
            if waiting and number == waiting[-1]:
                yield _frame(waiting.pop(), timeline.seconds[number - 1], frame, stream)
            if not waiting:
                return
    if not damaged:
        raise _NotAsPromisedError


def _from_the_start(
    container: InputContainer,
    stream: VideoStream,
    video: Path,
    timeline: Timeline,
    numbers: Collection[int],
    damaged: list[int | None],
) -> Iterator[tuple[int, VideoFrame]]:
    """Decode from the start; yield the wanted frames and those decoded on the way."""
    wanted = {timeline.stamps[number - 1] for number in numbers}
    last = 0
    # The decoder outputs frames some packets late, so decode twice as many as are checked.
    frames = decoded_frames(container, stream, video, wanted=wanted, whole_packets=2 * FRAMES_CHECKED, damaged=damaged)
    for frame in frames:
        number = timeline.numbers.get(frame.pts) if frame.pts is not None else None
        if number is None or number <= last or (last < FRAMES_CHECKED and number != last + 1 and not damaged):
            raise _NotAsPromisedError
        last = number
        yield number, frame


def _sought(
    container: InputContainer,
    stream: VideoStream,
    video: Path,
    timeline: Timeline,
    numbers: Collection[int],
    damaged: list[int | None],
) -> Iterator[tuple[int, VideoFrame]]:
    """Yield the wanted frames in order, seeking to the key frame before each."""
    for number in sorted(numbers):
        stamp = timeline.stamps[number - 1]
        try:
            container.seek(stamp, stream=stream)
        except FOREIGN as error:
            raise _NotAsPromisedError from error
        for frame in decoded_frames(container, stream, video, wanted={stamp}, damaged=damaged):
            if frame.pts is not None and frame.pts >= stamp:
                yield timeline.numbers.get(frame.pts, 0), frame
                break


def _counted(video: Path, samplings: Sequence[Sampling], max_pixels: int) -> Iterator[tuple[Frame, tuple[bool, ...]]]:
    """Decode every frame from the start, converting only the sampled ones."""
    spread = any(sampling.spread for sampling in samplings)
    timeline = timeline_by_decoding(video, max_pixels) if spread else None
    chosen = [set(timeline.chosen_by(sampling)) for sampling in samplings] if timeline else []
    taken = [0] * len(samplings)
    for number, seconds, decoded, stream in counted_frames(video, max_pixels):
        if all(sampling.is_over(number, taken=seen) for sampling, seen in zip(samplings, taken, strict=True)):
            return
        if chosen:
            due = tuple(number in numbers for numbers in chosen)
        else:
            due = tuple(
                sampling.is_due(number, seconds, taken=seen) for sampling, seen in zip(samplings, taken, strict=True)
            )
        if any(due):
            taken = [seen + is_due for seen, is_due in zip(taken, due, strict=True)]
            yield _frame(number, seconds, decoded, stream), due


def _frame(number: int, seconds: float, decoded: VideoFrame, stream: VideoStream) -> Frame:
    return Frame(number, seconds, as_shown(decoded, geometry_of(decoded, stream.sample_aspect_ratio)))
