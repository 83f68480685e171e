"""What a video's header says: its size, its rate, and whether browsers play it and show its frames evenly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from expressiveness._io import place
from expressiveness.video.decoding import ONLY_DECODE_TIMES, decoded_frames, opened_video, packets_of, stream_seconds
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.geometry import geometry_of

Floats = npt.NDArray[np.float64]


BROWSER_FILES = frozenset({"mov", "matroska"})  # MOV and MP4, Matroska and WebM
BROWSER_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
BROWSER_PIXELS = frozenset({"yuv420p", "yuvj420p"})
"""What browsers play: no AVI, no HEVC, neither 10 bits a color nor finer colors than 4:2:0."""

MOST_DRIFT = 0.1
"""Seconds. The FiftyOne App takes the number of the frame it shows from its clock and the average rate; where frames
come unevenly, or only after the sound has begun, labels are drawn early or late by their drift, and more than this is
seen."""

PLACES_OF_INDEX = 2048
"""Looked at for the drift, evenly over the video; an hour's index has a hundred thousand entries."""

RATE_SLACK = 0.01
"""How far the frames' own average may be from the header's rate where the latter is taken."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What is known of a video without decoding it all; not all of it may decode."""

    width: int  # as it is shown, in pixels
    height: int
    frame_rate: float  # frames a second, the average
    frame_count: int
    seconds: float
    container: str  # FFmpeg's first name of the kind of file: "mov" for MP4, too
    codec: str
    pixel_format: str
    drift: float  # seconds, the most that a frame is away from where its number and the average rate put it
    bytes: int
    says_its_length: bool = True  # a browser cannot seek in a video that does not
    cut_short: str | None = None  # how much of it is there, where that was looked for and is not all

    def __repr__(self) -> str:
        return (
            f"VideoInfo({self.width}x{self.height}, {self.seconds:.1f} s, {self.frame_rate:g} frames a second, "
            f"{self.encoding})"
        )

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
        """Whether frames come so evenly, and from the start, that the FiftyOne App draws labels on the right ones."""
        return self.drift <= MOST_DRIFT

    @property
    def suits_the_app(self) -> bool:
        """Whether the FiftyOne App shows it as it should: it plays, can be sought in, and labels fit its frames."""
        return self.plays_in_browsers and self.says_its_length and self.is_even


def probe(video: Path | str, *, max_pixels: int = MAX_PIXELS) -> VideoInfo:
    """Read what a video says of itself, and its first frame for its geometry.

    MP4 and MOV have an index of their frames. In any other file the packets are looked at, without decoding them.

    Args:
        video: any video file.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or its first frame does not decode.
    """
    video = place(video)
    with opened_video(video, max_pixels) as (container, stream):
        first = next(decoded_frames(container, stream, video))
        width, height = geometry_of(first, stream.sample_aspect_ratio).shown_size
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        seconds = stream_seconds(container, stream)
        late = _late(container, stream)
        info = VideoInfo(
            width=width,
            height=height,
            frame_rate=rate,
            frame_count=stream.frames or round(seconds * rate),
            seconds=seconds,
            container=container.format.name.partition(",")[0],
            codec=stream.codec_context.codec.canonical_name,  # that of a decoder may be another: "libdav1d"
            pixel_format=first.format.name,
            drift=late,
            bytes=video.stat().st_size,
            says_its_length=seconds > 0,
        )
        index = stream.index_entries
        if rate and len(index) > 1 and len(index) == stream.frames:
            looked_at = np.unique(np.linspace(0, len(index) - 1, min(len(index), PLACES_OF_INDEX)).astype(int))
            times = np.array([index[place].timestamp for place in looked_at.tolist()]) * float(stream.time_base or 0)
            return replace(info, drift=drift(times, rate, numbers=looked_at, late=late))
    return _by_packets(video, info, max_pixels)


def drift(seconds: Floats, rate: float, *, numbers: npt.NDArray[np.int_] | None = None, late: float = 0.0) -> float:
    """The most that a frame is shown away from where its number and the average rate put it, in seconds.

    Args:
        seconds: when some frames are shown, shape (n,), the first frame's first.
        rate: frames a second.
        numbers: of these frames, counted from 0, shape (n,); all frames if None.
        late: how long after the start of the file the first one is shown, in seconds.
    """
    numbers = np.arange(len(seconds)) if numbers is None else numbers
    return float(np.abs(seconds - seconds[0] - numbers / rate + late).max())


def _late(container: InputContainer, stream: VideoStream) -> float:
    """How many seconds after the start of the file its pictures begin, where sound goes before them."""
    if stream.start_time is None or container.start_time is None or not stream.time_base:
        return 0.0
    # Sound may begin earlier by what its decoder needs to warm up, and is not heard then.
    return max(0.0, float(stream.start_time * stream.time_base) - max(0.0, container.start_time / av.time_base))


def _by_packets(video: Path, info: VideoInfo, max_pixels: int) -> VideoInfo:
    """Put right what a header without an index leaves out, by the times of all packets."""
    with opened_video(video, max_pixels) as (container, stream):
        if container.format.name in ONLY_DECODE_TIMES and stream.frames:
            return info  # of a constant rate, and counted
        unit = float(stream.time_base or 0)
        times = np.unique([p.pts for p in packets_of(container, stream) if p.size and p.pts is not None]) * unit
    if len(times) < 2:
        return info
    span = float(times[-1] - times[0])
    average = (len(times) - 1) / span
    # A header's rate is a promise: it is believed where the frames keep it.
    rate = info.frame_rate if info.frame_rate and abs(average / info.frame_rate - 1) < RATE_SLACK else average
    return replace(
        info,
        frame_rate=rate,
        frame_count=len(times),
        seconds=max(info.seconds, span + 1 / rate),
        drift=drift(times, rate, late=info.drift),
    )
