"""Read a video's header: size, frame rate, and whether the App can play it with labels on the right frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from expressiveness._io import place
from expressiveness.video.completeness import has_index, shortfall, shortfall_by_index
from expressiveness.video.decoding import ONLY_DECODE_TIMES, first_frame, opened_video, packets_of, stream_seconds
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.geometry import geometry_of

Floats = npt.NDArray[np.float64]


BROWSER_FILES = frozenset({"mov", "matroska"})  # MOV and MP4, Matroska and WebM
BROWSER_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
BROWSER_PIXELS = frozenset({"yuv420p", "yuvj420p"})
"""What browsers play; not AVI, HEVC, 10-bit color, or chroma finer than 4:2:0."""

MOST_DRIFT = 0.1
"""Seconds. The App computes the frame number from time and average rate. If frames are uneven, or start after the
sound, labels are off by this drift; more than this is visible."""

PLACES_OF_INDEX = 2048
"""Index entries sampled to compute the drift; an hour of video has a hundred thousand."""

RATE_SLACK = 0.01
"""The header's frame rate is used if the frames' average is within this relative distance."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What is known about a video without decoding all of it."""

    width: int  # as displayed, in pixels
    height: int
    frame_rate: float  # average, frames per second
    frame_count: int
    seconds: float
    container: str  # FFmpeg's first name for the format; "mov" also for MP4
    codec: str
    pixel_format: str
    drift: float  # seconds, see the function `drift`
    bytes: int
    says_its_length: bool = True  # otherwise browsers cannot seek in it
    cut_short: str | None = None  # how much is there, if checked and incomplete

    def __repr__(self) -> str:
        return (
            f"VideoInfo({self.width}x{self.height}, {self.seconds:.1f} s, {self.frame_rate:g} frames a second, "
            f"{self.encoding})"
        )

    @property
    def encoding(self) -> str:
        """The codec, plus any format that browsers do not play: "h264 (yuv420p10le)", "h264 (avi)"."""
        known = BROWSER_FILES | BROWSER_PIXELS
        unknown = [name for name in (self.container, self.pixel_format) if name not in known]
        return f"{self.codec} ({', '.join(unknown)})" if unknown else self.codec

    @property
    def plays_in_browsers(self) -> bool:
        """Whether a browser, and thus the App, can play it."""
        known = self.codec in BROWSER_CODECS and self.pixel_format in BROWSER_PIXELS
        return known and self.container in BROWSER_FILES

    @property
    def is_even(self) -> bool:
        """Whether frames are even enough for the App to draw labels on the right ones."""
        return self.drift <= MOST_DRIFT

    @property
    def suits_the_app(self) -> bool:
        """Whether the App shows it correctly: it plays, seeking works, and labels fit its frames."""
        return self.plays_in_browsers and self.says_its_length and self.is_even


def probe(video: Path | str, *, max_pixels: int = MAX_PIXELS, whole: bool = False) -> VideoInfo:
    """Read a video's header, and decode its first frame for the geometry.

    MP4 and MOV have a frame index. In other files all packets are read, but not decoded.

    Args:
        video: any video file.
        max_pixels: the most pixels a frame may have.
        whole: check whether it is complete, too.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or its first frame does not decode.
    """
    video, cut_short = place(video), ""
    with opened_video(video, max_pixels) as (container, stream):
        first = first_frame(container, stream, video, max_pixels)
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
            codec=stream.codec_context.codec.canonical_name,  # the decoder's name may differ: "libdav1d"
            pixel_format=first.format.name,
            drift=late,
            bytes=video.stat().st_size,
            says_its_length=seconds > 0,
        )
        by_index = has_index(container, stream)
        if whole and by_index:
            cut_short = str(shortfall_by_index(stream, video) or "")
        index = stream.index_entries
        is_indexed = bool(rate) and len(index) > 1 and len(index) == stream.frames
        if is_indexed:
            looked_at = np.unique(np.linspace(0, len(index) - 1, min(len(index), PLACES_OF_INDEX)).astype(int))
            times = np.array([index[place].timestamp for place in looked_at.tolist()]) * float(stream.time_base or 0)
            info = replace(info, drift=drift(times, rate, numbers=looked_at, late=late))
    if whole and not by_index:
        cut_short = str(shortfall(video) or "")
    return replace(info if is_indexed else _by_packets(video, info, max_pixels), cut_short=cut_short or None)


def drift(seconds: Floats, rate: float, *, numbers: npt.NDArray[np.int_] | None = None, late: float = 0.0) -> float:
    """The largest difference between a frame's time and its number divided by the average rate, in seconds.

    Args:
        seconds: times of some frames, starting with the first frame, shape (n,).
        rate: frames per second.
        numbers: of these frames, from 0, shape (n,); consecutive if None.
        late: time of the first frame after the start of the file, in seconds.
    """
    numbers = np.arange(len(seconds)) if numbers is None else numbers
    return float(np.abs(seconds - seconds[0] - numbers / rate + late).max())


def _late(container: InputContainer, stream: VideoStream) -> float:
    """How many seconds after the start of the file the video stream begins, if sound begins first."""
    if stream.start_time is None or container.start_time is None or not stream.time_base:
        return 0.0
    # Audio may start before 0 to prime its decoder; that part is not played.
    return max(0.0, float(stream.start_time * stream.time_base) - max(0.0, container.start_time / av.time_base))


def _by_packets(video: Path, info: VideoInfo, max_pixels: int) -> VideoInfo:
    """Compute what a header without an index lacks from the times of all packets."""
    with opened_video(video, max_pixels) as (container, stream):
        if container.format.name in ONLY_DECODE_TIMES and stream.frames:
            return info  # constant rate, frame count known
        unit = float(stream.time_base or 0)
        times = np.unique([p.pts for p in packets_of(container, stream) if p.size and p.pts is not None]) * unit
    if len(times) < 2:
        return info
    span = float(times[-1] - times[0])
    average = (len(times) - 1) / span
    # Use the header's rate only if the frames agree with it.
    rate = info.frame_rate if info.frame_rate and abs(average / info.frame_rate - 1) < RATE_SLACK else average
    return replace(
        info,
        frame_rate=rate,
        frame_count=len(times),
        seconds=max(info.seconds, span + 1 / rate),
        drift=drift(times, rate, late=info.drift),
    )
