"""Re-encode a video as H.264: upright, with sound, at a constant frame rate."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from expressiveness._io import place
from expressiveness.errors import VideoError
from expressiveness.video.containers import opened_container
from expressiveness.video.decoding import packets_of
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.probing import MOST_DRIFT, VideoInfo, drift, probe
from expressiveness.video.reading import Frame, frame_times, read_frames
from expressiveness.video.sampling import Sampling

QUALITY = "18"
"""x264's CRF, 0 to 51, lower is better; 18 is visually almost lossless."""

TICKS = 90_000
"""Time units per second, as in MPEG; divisible by every common frame rate."""

RATES_OF_AAC = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
"""Sample rates in Hz; higher ones exist but are inaudible."""

FASTEST = 60
"""Highest frame rate given to a video with uneven frames."""


def reencode(video: Path | str, out: Path | str, *, max_pixels: int = MAX_PIXELS) -> None:
    """Re-encode a video as H.264 in an MP4 file: the frames as displayed, and the sound as AAC.

    The first frame moves to 0 s, and the others keep their distance to it. A video with uneven frames gets a constant
    rate, from its median interval: frames are repeated or dropped so that everything stays within half a frame of its
    time and in sync with the sound. This changes the frame numbers, so detect faces in the copy again.

    Args:
        video: any video file.
        out: path of the new file.
        max_pixels: the most pixels a frame may have.

    Raises:
        VideoError: the video cannot be read, or the file cannot be written.
    """
    video = place(video)
    try:
        with av.open(str(out), "w", format="mp4") as container:
            _encode(video, container, max_pixels)
    except (av.FFmpegError, OSError) as error:
        raise VideoError(f"{video.name}: cannot be written as H.264 ({error.strerror or error})") from error


def _encode(video: Path, out: OutputContainer, max_pixels: int) -> None:
    info = probe(video, max_pixels=max_pixels)
    rate = None if info.is_even else _even_rate(video, max_pixels)
    pictures = _picture_stream(out, info, rate or info.frame_rate)
    sound = _sound_stream(out, video, max_pixels)
    frames: Iterator[VideoFrame | AudioFrame] = heapq.merge(
        _pictures(video, rate, max_pixels), _sounds(video, max_pixels) if sound else (), key=_seconds_of
    )
    for frame in frames:
        if isinstance(frame, VideoFrame):
            out.mux(pictures.encode(frame))
        elif sound:
            out.mux(sound.encode(frame))
    out.mux(pictures.encode(None))
    if sound:
        out.mux(sound.encode(None))


def _even_rate(video: Path, max_pixels: int) -> float | None:
    """The constant rate for a video with uneven frames; None if they are even after the first one."""
    times = np.array(frame_times(video, max_pixels=max_pixels))
    if len(times) < 2 or drift(times, (len(times) - 1) / times[-1]) <= MOST_DRIFT:
        return None
    return min(1 / float(np.median(np.diff(times))), FASTEST)


def _picture_stream(out: OutputContainer, info: VideoInfo, rate: float) -> VideoStream:
    stream = out.add_stream("libx264", rate=Fraction(rate or 25).limit_denominator(1001))
    stream.width, stream.height = info.width // 2 * 2, info.height // 2 * 2
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": QUALITY, "preset": "fast"}
    stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def _pictures(video: Path, rate: float | None, max_pixels: int) -> Iterator[VideoFrame | AudioFrame]:
    """Yield every frame that decodes, cropped to even sides as H.264 needs.

    Args:
        video: the video.
        rate: constant frame rate; None to keep the frames' own times.
        max_pixels: the most pixels a frame may have.
    """
    frames = read_frames(video, Sampling(every=1), max_pixels=max_pixels)
    for frame in _evenly(frames, rate) if rate else frames:
        height, width = (side // 2 * 2 for side in frame.rgb.shape[:2])
        picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame.rgb[:height, :width]), format="rgb24")
        picture.pts, picture.time_base = round(frame.seconds * TICKS), Fraction(1, TICKS)
        yield picture


def _evenly(frames: Iterator[Frame], rate: float) -> Iterator[Frame]:
    """Resample frames to a constant rate, taking the nearest frame each time."""
    ticks, shown = 0, None
    for frame in frames:
        while shown and ticks < round(frame.seconds * rate):
            yield replace(shown, seconds=ticks / rate)
            ticks += 1
        shown = frame
    if shown:
        yield replace(shown, seconds=ticks / rate)


def _sound_stream(out: OutputContainer, video: Path, max_pixels: int) -> AudioStream | None:
    """An AAC stream for the video's sound, at a supported sample rate; None if there is no sound."""
    with opened_container(video, max_pixels=max_pixels) as source:
        heard = source.streams.audio[0] if source.streams.audio else None
        if heard is None or not heard.rate or not heard.channels:
            return None
        rate = min(RATES_OF_AAC, key=lambda known: abs(known - heard.rate))
        return out.add_stream("aac", rate=rate, layout="mono" if heard.channels == 1 else "stereo")


def _sounds(video: Path, max_pixels: int) -> Iterator[AudioFrame]:
    """Yield the sound from the first video frame on, timed from there; packets that do not decode are skipped."""
    with opened_container(video, max_pixels=max_pixels) as source:
        seen = source.streams.video[0]
        start = float((seen.start_time or 0) * (seen.time_base or 0))
        for packet in packets_of(source, source.streams.audio[0]):
            with suppress(av.FFmpegError):
                heard: list[Any] = packet.decode()
                for frame in heard:
                    if frame.pts is not None and frame.time_base and frame.pts * frame.time_base >= start:
                        frame.pts -= round(start / frame.time_base)
                        yield frame


def _seconds_of(frame: VideoFrame | AudioFrame) -> float:
    return float(frame.time or 0)
