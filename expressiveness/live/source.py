"""Read live frames from a camera, a stream or a file, always the newest one.

A reader thread takes every frame from the source and keeps only the newest, so a slow consumer drops frames instead of
falling behind.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from urllib.parse import urlsplit
from urllib.request import url2pathname

import cv2
import numpy as np

from expressiveness._io import silenced
from expressiveness.errors import VideoError
from expressiveness.video import Frame, Sampling, read_frames
from expressiveness.wording import counted

EVERY_FRAME = Sampling(every=1)
STREAM_TIMEOUT_MS = 10_000
"""For opening a stream, and for each frame."""


class BrokenOffError(VideoError):
    """A camera or stream stopped delivering frames; only a recording is expected to end."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame and the time it was read."""

    frame: Frame
    clock: float  # time.monotonic()


def file_of(source: str) -> Path | None:
    """The path of a file source, also given as file:///...; None for a camera number or a stream URL."""
    if source.lower().startswith("file://"):
        return Path(url2pathname(urlsplit(source).path))
    return None if _is_camera(source) or _is_url(source) else Path(source)


@contextmanager
def frames_of(source: str, *, at_its_speed: bool) -> Iterator[Iterator[Frame]]:
    """Open a source and iterate over all its frames.

    Args:
        source: a file, a camera number, or a stream URL.
        at_its_speed: play a file in real time instead of as fast as possible. Cameras and live streams are real-time
        anyway, and recordings behind a URL are always played in real time.

    Raises:
        VideoError: there is no such source, or it has no frames; may be raised during iteration.
        BrokenOffError: a camera or stream broke off; raised during iteration.
    """
    if file := file_of(source):
        frames = read_frames(file, EVERY_FRAME)
        yield _paced(frames) if at_its_speed else frames
        return
    with silenced():  # OpenCV tries several camera backends, and logs each
        capture = _capture(source)
    try:
        if not capture.isOpened():
            raise _cannot_open(source)
        frames = _captured(capture, source)
        # Only a recording has a frame count. Pacing a live stream would add any clock offset to its delay.
        yield _paced(frames) if capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0 else frames
    finally:
        capture.release()


class NewestFrames:
    """Reads frames in a background thread; iteration yields the newest one and drops those in between.

    Args:
        frames: read to the end; its exceptions are re-raised during iteration.
    """

    def __init__(self, frames: Iterator[Frame]) -> None:
        self.read = 0
        self._frames = frames
        self._newest: Arrival | None = None
        self._error: BaseException | None = None
        self._ended = self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._read_on, name="live frames", daemon=True)

    def __iter__(self) -> Iterator[Arrival]:
        while arrival := self._next():
            yield arrival

    def __enter__(self) -> NewestFrames:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._thread.join()

    def _next(self) -> Arrival | None:
        with self._changed:
            while not self._changed.wait_for(lambda: self._newest or self._ended, timeout=0.5):
                pass  # on Windows, Ctrl-C does not interrupt a wait without timeout
            arrival, self._newest = self._newest, None
        if arrival is None and self._error:
            raise self._error
        return arrival

    def _read_on(self) -> None:
        try:
            for frame in self._frames:
                with self._changed:
                    self.read += 1
                    self._newest = Arrival(frame, time.monotonic())
                    self._changed.notify()
                if self._closed:
                    break
        except Exception as error:  # noqa: BLE001  # re-raised during iteration
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify()


def _is_url(source: str) -> bool:
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", source) is not None


def _is_camera(source: str) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", source) is not None


def _capture(source: str) -> cv2.VideoCapture:
    if _is_camera(source):
        capture = cv2.VideoCapture(int(source))
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # buffering in the driver would add delay
        return capture
    timeouts = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS)
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, timeouts)


def _captured(capture: cv2.VideoCapture, source: str) -> Iterator[Frame]:
    """Yield the frames of a camera or stream until it ends, with the stream's times, or else the clock's."""
    started, seconds, number = 0.0, -1.0, 0
    while True:
        found, bgr = capture.read()
        if not found:
            break
        now, position = time.monotonic(), capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        started = started or now
        seconds = position if _is_url(source) and position > seconds else now - started
        number += 1
        yield Frame(number, seconds, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8))
    if not number:
        raise _cannot_open(source)
    if not _is_at_its_end(capture, number):
        raise _broke_off(source, number)


def _is_at_its_end(capture: cv2.VideoCapture, number: int) -> bool:
    """Whether a recording was read to its end; its frame count is only an estimate from its duration."""
    count, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    return count > 0 and number >= 0.95 * count - rate


def _paced(frames: Iterator[Frame]) -> Iterator[Frame]:
    """Delay frames until their time."""
    started: float | None = None
    for frame in frames:
        started = time.monotonic() - frame.seconds if started is None else started
        time.sleep(max(0.0, started + frame.seconds - time.monotonic()))
        yield frame


def _cannot_open(source: str) -> VideoError:
    if _is_camera(source):
        return VideoError(
            f"camera {source} gives no picture; plug it in, close other programs that use it, or give another --source"
        )
    return VideoError(f"{source} cannot be played; check the address, or give another --source")


def _broke_off(source: str, number: int) -> BrokenOffError:
    what = f"camera {source}" if _is_camera(source) else source
    advice = "see that it is plugged in" if _is_camera(source) else "see whether it still runs"
    return BrokenOffError(f"{what} broke off after {counted(number, 'frame')}; {advice}, and start again")
