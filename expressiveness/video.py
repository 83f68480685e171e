"""Open a video and yield the sampled frames, upright, with their number and time.

`Sampling` says which frames are looked at; `read_frames` yields them, `read_chosen_frames` those of given numbers;
`probe` reads the header alone. Decoding is PyAV's, whose wheel brings its own FFmpeg. Frames are numbered from 1 in the
order they are shown, as FiftyOne does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from expressiveness.containers import MAX_PIXELS, opened_container
from expressiveness.errors import VideoError

Pixels = npt.NDArray[np.uint8]
Seen = TypeVar("Seen")

SEEK_GAP = 60
"""Samples further apart than this many frames are sought one by one, nearer ones decoded on the way."""

SEEKS_LATE = frozenset({"mpegts", "mpeg"})
"""Containers without an index: what is sought is found some frames after the key frame that it needs."""

BROWSER_FILES = frozenset({"mov", "matroska"})  # MOV and MP4, Matroska and WebM
BROWSER_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
BROWSER_PIXELS = frozenset({"yuv420p", "yuvj420p"})
"""What browsers play: no AVI, no HEVC, neither 10 bits a color nor finer colors than 4:2:0."""

MOST_DRIFT = 0.1
"""Seconds. The FiftyOne App takes the number of the frame it shows from its clock and the average rate; where frames
come unevenly, labels are drawn early or late by their drift, and more than this is seen."""

PLACES_OF_INDEX = 33
"""Looked at for the drift, evenly over the video: drift adds up, and an hour's index has a hundred thousand entries."""

PACKET_A_FRAME = ("h264", "hevc")
"""Codecs whose packets hold a frame each; others have packets that show nothing, and are counted as they decode."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames of a video are looked at; exactly one of the first three is set."""

    every: int | None = None  # every N-th frame, the first included
    rate: float | None = None  # frames a second, evenly in time
    spread: int | None = None  # this many, evenly over the whole video
    max_frames: int | None = None  # look at no more than the first so many of these
    max_faces: int | None = None  # stop once so many of them showed a face
    horizon: int | None = None  # never look past this frame

    def __post_init__(self) -> None:
        chosen = [value for value in (self.every, self.rate, self.spread) if value is not None]
        limits = [value for value in (self.max_frames, self.max_faces, self.horizon) if value is not None]
        if len(chosen) != 1 or not all(value > 0 for value in [*chosen, *limits]):
            raise VideoError(f"{self}: set one of every, rate and spread, all above 0")

    @classmethod
    def parse(cls, text: str) -> Sampling:
        """Read `every:5`, `rate:10`, `spread:16` or `notebook`.

        Raises:
            VideoError: the text is none of these.
        """
        if text == "notebook":
            return NOTEBOOK_SAMPLING
        if match := re.fullmatch(r"every:(\d+)", text):
            return cls(every=int(match[1]))
        if match := re.fullmatch(r"rate:(\d+(?:\.\d+)?)", text):
            return cls(rate=float(match[1]))
        if match := re.fullmatch(r"spread:(\d+)", text):
            return cls(spread=int(match[1]))
        raise VideoError(f"sampling {text!r}; write every:5, rate:10, spread:16 or notebook")

    def limited_to(self, max_frames: int | None) -> Sampling:
        """The same sampling, looking at no more than `max_frames` frames."""
        return replace(self, max_frames=max_frames)


DEFAULT_SAMPLING = Sampling(every=5)
NOTEBOOK_SAMPLING = Sampling(every=5, max_faces=3, horizon=1000)
"""The notebook's: the first three faces found on every fifth frame, which is half a second of each interview."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame."""

    number: int  # from 1
    seconds: float  # from the first frame
    rgb: Pixels  # (height, width, 3), upright


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a video's header says, which is not always what decodes."""

    width: int  # upright, in pixels
    height: int
    frame_rate: float  # frames a second, the average
    frame_count: int
    seconds: float
    container: str  # FFmpeg's first name of the kind of file: "mov" for MP4, too
    codec: str
    pixel_format: str
    drift: float  # seconds, the most that a frame is away from where its number and the average rate put it
    bytes: int
    cut_short: str | None = None  # how much of it is there, where that was looked for and is not all

    @property
    def encoding(self) -> str:
        """The codec, with what else keeps browsers from playing it: "h264 (yuv420p10le)", "h264 (avi)"."""
        known = BROWSER_FILES | BROWSER_PIXELS
        unknown = [name for name in (self.container, self.pixel_format) if name not in known]
        return f"{self.codec} ({', '.join(unknown)})" if unknown else self.codec

    @property
    def plays_in_browsers(self) -> bool:
        """Whether a browser, and so the FiftyOne App, can show it."""
        known = self.codec in BROWSER_CODECS and self.pixel_format in BROWSER_PIXELS
        return known and self.container in BROWSER_FILES

    @property
    def is_even(self) -> bool:
        """Whether its frames come so evenly that the FiftyOne App draws labels on the frames that they belong to."""
        return self.drift <= MOST_DRIFT


def probe(video: Path, *, max_pixels: int = MAX_PIXELS) -> VideoInfo:
    """Read a video's header, and its first frame for the rotation.

    Args:
        video: any video file.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or its first frame does not decode.
    """
    with _opened(video, max_pixels) as (container, stream):
        first = next(_decoded(container, stream, video))
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        seconds = _seconds_of(container, stream)
        quarter_turn = first.rotation % 180 != 0
        return VideoInfo(
            width=first.height if quarter_turn else first.width,
            height=first.width if quarter_turn else first.height,
            frame_rate=rate,
            frame_count=stream.frames or round(seconds * rate),
            seconds=seconds,
            container=container.format.name.partition(",")[0],
            codec=stream.codec_context.name,
            pixel_format=first.format.name,
            drift=_drift(stream),
            bytes=video.stat().st_size,
        )


def read_frames(video: Path, sampling: Sampling = DEFAULT_SAMPLING, *, max_pixels: int = MAX_PIXELS) -> Iterator[Frame]:
    """Yield the sampled frames of a video, one in memory at a time.

    Args:
        video: any video file.
        sampling: which frames. `Sampling.max_faces` is the caller's to keep: only it knows where a face was found.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or nothing in it decodes.
    """
    for frame in islice(_sampled_frames(video, sampling, max_pixels), sampling.max_frames):
        if sampling.horizon and frame.number > sampling.horizon:
            return
        yield frame


def read_chosen_frames(video: Path, numbers: Collection[int], *, max_pixels: int = MAX_PIXELS) -> Iterator[Frame]:
    """Yield the frames of some numbers, in order; a number that the video does not have yields nothing.

    Raises:
        VideoError: as `read_frames`.
    """
    with _opened(video, max_pixels) as (container, stream):
        timeline = _timeline(container, stream, video)
        there = {number for number in numbers if 1 <= number <= len(timeline.stamps)}
        if there:
            yield from _frames_at(container, stream, video, timeline, there)


def frame_times(video: Path, *, max_pixels: int = MAX_PIXELS) -> list[float]:
    """When each frame is shown, in seconds from the first one, without decoding; none where packets do not tell.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or it holds no frame.
    """
    with _opened(video, max_pixels) as (container, stream):
        timeline = _timeline(container, stream, video)
        return [timeline.seconds(stamp) for stamp in timeline.stamps] if timeline.complete else []


def numbers_looked_at(video: Path, sampling: Sampling) -> list[int]:
    """The numbers of the frames that a sampling looks at, by the packets; none where packets do not tell.

    Raises:
        VideoError: the file is missing, is no video, or holds no frame.
    """
    with _opened(video, MAX_PIXELS) as (container, stream):
        if stream.codec_context.name not in PACKET_A_FRAME:
            return []
        timeline = _timeline(container, stream, video)
        numbers = _chosen_numbers(sampling, timeline) if timeline.complete else []
        return [number for number in numbers[: sampling.max_frames] if number <= (sampling.horizon or number)]


def examine(video: Path, look: Callable[[InputContainer, VideoStream], Seen]) -> Seen:
    """Open a video for a function that looks at its container and its stream of pictures.

    Raises:
        VideoError: the file is missing or is no video.
    """
    with _opened(video, MAX_PIXELS) as (container, stream):
        return look(container, stream)


def _sampled_frames(video: Path, sampling: Sampling, max_pixels: int) -> Iterator[Frame]:
    with _opened(video, max_pixels) as (container, stream):
        if sampling.spread or stream.codec_context.name in PACKET_A_FRAME:
            timeline = _timeline(container, stream, video)
            if timeline.complete:
                yield from _frames_at(container, stream, video, timeline, _chosen_numbers(sampling, timeline))
                return
    if sampling.spread:
        raise VideoError(f"{video.name}: its frames carry no times to spread samples over; re-encode it as MP4")
    yield from _counted_frames(video, sampling, max_pixels)


def _counted_frames(video: Path, sampling: Sampling, max_pixels: int) -> Iterator[Frame]:
    """Decode every frame from the start, converting only those that are looked at."""
    with _opened(video, max_pixels) as (container, stream):
        start: float | None = None
        taken = 0
        for number, frame in enumerate(_decoded(container, stream, video), start=1):
            time = _time_of(frame, number, stream)
            start = time if start is None else start
            if sampling.horizon and number > sampling.horizon:
                return
            if _is_due(sampling, number, time - start, taken):
                taken += 1
                yield Frame(number, time - start, _upright(frame))


def _is_due(sampling: Sampling, number: int, seconds: float, taken: int) -> bool:
    if sampling.every:
        return (number - 1) % sampling.every == 0
    assert sampling.rate
    # A video slower than the rate gives each of its frames once; 1 ms forgives rounded time stamps.
    return seconds + 1e-3 >= taken / sampling.rate


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
        return _spread_numbers(sampling.spread, timeline)
    numbers: list[int] = []
    for number, stamp in enumerate(timeline.stamps, start=1):
        if _is_due(sampling, number, timeline.seconds(stamp), len(numbers)):
            numbers.append(number)
    return numbers


def _spread_numbers(count: int, timeline: _Timeline) -> list[int]:
    """One frame from each of `count` equal shares of a video (all frames of a shorter one): the middle one.

    Of a share long enough to be sought, the key frame nearest to the middle, if it has one: no other frame need be
    decoded for it.
    """
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
    sparse = not seeks_late and len(timeline.stamps) > len(wanted) * SEEK_GAP
    container.seek(timeline.stamps[0] - (round(1 / timeline.time_base) if seeks_late else 0), stream=stream)
    for frame in _sought(container, stream, video, wanted) if sparse else _decoded(container, stream, video, wanted):
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
        for frame in _decoded(container, stream, video, {stamp}):
            if frame.pts is not None and frame.pts >= stamp:
                yield frame
                break


@contextmanager
def _opened(video: Path, max_pixels: int) -> Iterator[tuple[InputContainer, VideoStream]]:
    with opened_container(video, max_pixels=max_pixels) as container:
        if not container.streams.video:
            raise VideoError(f"{video.name}: holds no picture; replace the file")
        stream = container.streams.video[0]
        stream.thread_count = 1  # the cores are shared out between videos, which costs less than between frames
        yield container, stream


def _decoded(
    container: InputContainer, stream: VideoStream, video: Path, wanted: Collection[int] | None = None
) -> Iterator[VideoFrame]:
    """Decode packet by packet, so that a damaged one costs only the frames that need it.

    Args:
        container: at the packet to start with.
        stream: of the container.
        video: for what an error says.
        wanted: time stamps of the frames that are needed; others may be left out, those that no frame refers to.
    """
    any_frame, fault = False, ""
    for packet in packets_of(container, stream):
        if wanted is not None:
            stream.codec_context.skip_frame = "DEFAULT" if packet.pts in wanted else "NONREF"
        try:
            frames = packet.decode()
        except av.ArgumentError:  # a damaged packet is InvalidDataError
            fault = " (its pictures seem larger than the limit; raise it, --max-megapixels, if you trust the file)"
            continue
        except av.FFmpegError:
            continue
        for frame in frames:
            any_frame = True
            yield frame
    if not any_frame:
        raise VideoError(f"{video.name}: no frame of it decodes{fault}; replace the file")


def packets_of(container: InputContainer, *streams: VideoStream | AudioStream) -> Iterator[av.Packet[Any]]:
    """Yield packets up to the end of the file, or to where a truncated file breaks off."""
    packets = container.demux(*streams)
    while True:
        try:
            yield next(packets)
        except IndexError:  # of a stream that begins in the middle, as damage makes it seem, and PyAV does not know
            packets = container.demux(*streams)
        except (StopIteration, av.FFmpegError):
            return


def _time_of(frame: VideoFrame, number: int, stream: VideoStream) -> float:
    """A frame's time stamp in seconds, or, in a file without them, what its number makes it."""
    return float(frame.time) if frame.pts is not None else (number - 1) / float(stream.average_rate or 25)


def _seconds_of(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def _drift(stream: VideoStream) -> float:
    """How far a frame is from where its number and the average rate put it, at most, in seconds.

    Told by the index that MP4 and MOV have, without reading a packet; 0 where the file has no such index.
    """
    index, rate, unit = stream.index_entries, float(stream.average_rate or 0), float(stream.time_base or 0)
    last = len(index) - 1
    if not rate or last < 1 or len(index) != stream.frames:
        return 0.0
    start = index[0].timestamp
    places = {last * look // (PLACES_OF_INDEX - 1) for look in range(PLACES_OF_INDEX)}
    return max(abs((index[place].timestamp - start) * unit - place / rate) for place in places)


def _upright(frame: VideoFrame) -> Pixels:
    rgb: Pixels = frame.to_ndarray(format="rgb24", threads=1).astype(np.uint8, copy=False)
    quarter_turns = round(frame.rotation / 90) % 4  # the display matrix turns counter-clockwise, as rot90 does
    return np.ascontiguousarray(np.rot90(rgb, quarter_turns)) if quarter_turns else rgb
