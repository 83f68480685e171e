"""What a video's header says: its size, its rate, and whether browsers play it and show its frames evenly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from expressiveness.video.decoding import decoded_frames, opened_video, stream_seconds
from expressiveness.video.defaults import MAX_PIXELS

if TYPE_CHECKING:
    from av.video.stream import VideoStream


BROWSER_FILES = frozenset({"mov", "matroska"})  # MOV and MP4, Matroska and WebM
BROWSER_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
BROWSER_PIXELS = frozenset({"yuv420p", "yuvj420p"})
"""What browsers play: no AVI, no HEVC, neither 10 bits a color nor finer colors than 4:2:0."""

MOST_DRIFT = 0.1
"""Seconds. The FiftyOne App takes the number of the frame it shows from its clock and the average rate; where frames
come unevenly, labels are drawn early or late by their drift, and more than this is seen."""

PLACES_OF_INDEX = 33
"""Looked at for the drift, evenly over the video: drift adds up, and an hour's index has a hundred thousand entries."""


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
    with opened_video(video, max_pixels) as (container, stream):
        first = next(decoded_frames(container, stream, video))
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        seconds = stream_seconds(container, stream)
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
