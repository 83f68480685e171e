"""A video opened and decoded packet by packet. Decoding is PyAV's, whose wheel brings its own FFmpeg."""

from __future__ import annotations

import cv2  # noqa: F401  # before PyAV: a window of OpenCV's Qt build hangs on PyAV's copy of libxcb

# isort: split
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from expressiveness.errors import VideoError
from expressiveness.video.containers import opened_container


@contextmanager
def opened_video(video: Path, max_pixels: int) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video and its first stream of pictures.

    Raises:
        VideoError: the file is missing, is no video, or holds no picture.
    """
    with opened_container(video, max_pixels=max_pixels) as container:
        if not container.streams.video:
            raise VideoError(f"{video.name}: holds no picture; replace the file")
        stream = container.streams.video[0]
        stream.thread_count = 1  # the cores are shared out between videos, which costs less than between frames
        yield container, stream


def decoded_frames(
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


def stream_seconds(container: InputContainer, stream: VideoStream) -> float:
    """How long a video is by its header, in seconds."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base
