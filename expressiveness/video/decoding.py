"""Open a video and decode it packet by packet, with PyAV, whose wheel bundles FFmpeg."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from expressiveness.errors import VideoError
from expressiveness.video.containers import opened_container

ONLY_DECODE_TIMES = frozenset({"avi"})
"""Containers that store decode times but no presentation times. Frames come out of the decoder in presentation order,
so the sorted times are assigned to them in turn."""


@contextmanager
def opened_video(video: Path, max_pixels: int) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video and its first video stream.

    Raises:
        VideoError: the file is missing, is not a video, or has no video stream.
    """
    with opened_container(video, max_pixels=max_pixels) as container:
        if not container.streams.video:
            raise VideoError(f"{video.name}: holds no picture; replace the file")
        stream = container.streams.video[0]
        stream.thread_count = 1  # videos run in parallel, which is cheaper than frames in parallel
        yield container, stream


def decoded_frames(
    container: InputContainer,
    stream: VideoStream,
    video: Path,
    *,
    wanted: Collection[int] | None = None,
    whole_packets: int = 0,
    damaged: list[int | None] | None = None,
) -> Iterator[VideoFrame]:
    """Decode packet by packet, so that a damaged packet only affects the frames that depend on it.

    Args:
        container: positioned at the first packet to decode.
        stream: of the container.
        video: for error messages.
        wanted: time stamps of the frames needed; others may be skipped if no frame references them.
        whole_packets: how many packets to decode first, wanted or not.
        damaged: collects the time stamps of packets that do not decode.
    """
    any_frame, fault = False, ""
    only_decode_times = container.format.name in ONLY_DECODE_TIMES
    times: list[int] = []  # of frames still in the decoder
    for place, packet in enumerate(packets_of(container, stream)):
        if wanted is not None:
            leave_out = packet.pts not in wanted and place >= whole_packets
            stream.codec_context.skip_frame = "NONREF" if leave_out else "DEFAULT"
        if only_decode_times and packet.size and packet.pts is not None:
            heapq.heappush(times, packet.pts)
        try:
            frames = packet.decode()
        except av.ArgumentError:  # a damaged packet is InvalidDataError
            fault = " (its pictures seem larger than the limit; raise it, --max-megapixels, if you trust the file)"
            continue
        except av.FFmpegError:
            if damaged is not None:
                damaged.append(packet.pts)
            continue
        for frame in frames:
            any_frame = True
            if times:
                frame.pts = heapq.heappop(times)
            yield frame
    if not any_frame:
        raise VideoError(f"{video.name}: no frame of it decodes{fault}; replace the file")


def first_frame(container: InputContainer, stream: VideoStream, video: Path, max_pixels: int) -> VideoFrame:
    """Decode the first frame of a video that was just opened, if possible from its packet alone.

    Decoders hold a frame back until they have seen the next packets, unless they are told that none will come.

    Raises:
        VideoError: nothing decodes.
    """
    with suppress(av.FFmpegError):
        for packet in islice(packets_of(container, stream), 1):
            if frames := [*packet.decode(), *stream.codec_context.decode(None)]:
                return frames[0]
    with opened_video(video, max_pixels) as (again, own):
        return next(decoded_frames(again, own, video))


def counted_frames(video: Path, max_pixels: int) -> Iterator[tuple[int, float, VideoFrame, VideoStream]]:
    """Decode every frame from the start, with its number from 1 and its time in seconds from the first frame.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or nothing decodes.
    """
    with opened_video(video, max_pixels) as (container, stream):
        step = 1 / float(stream.average_rate or 25)
        first: float | None = None
        seconds = -step
        for number, frame in enumerate(decoded_frames(container, stream, video), start=1):
            time = frame.time
            if first is None and time is not None:
                first = time - (number - 1) * step
            # A frame without a time, or not later than the previous one, follows at the average interval.
            told = time - first if time is not None and first is not None else 0.0
            seconds = told if told > seconds else seconds + step
            yield number, seconds, frame, stream


def packets_of(container: InputContainer, *streams: VideoStream | AudioStream) -> Iterator[av.Packet[Any]]:
    """Yield packets until the end of the file, or until a truncated file breaks off."""
    packets = container.demux(*streams)
    while True:
        try:
            yield next(packets)
        except IndexError:  # damage can look like a new stream, which PyAV does not know
            packets = container.demux(*streams)
        except (StopIteration, av.FFmpegError):
            return


def stream_seconds(container: InputContainer, stream: VideoStream) -> float:
    """The duration according to the header, in seconds."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base
