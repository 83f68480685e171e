"""Output of live pictures: a window, or a video file that browsers can play."""

from __future__ import annotations

import cv2  # before PyAV: a window of OpenCV's Qt build hangs on PyAV's copy of libxcb

# isort: split
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from expressiveness._io import check_output_file, output_file, silenced
from expressiveness.errors import OutputError, VideoError
from expressiveness.types import Pixels

TITLE = "Expressiveness (q quits)"
TIME_BASE = Fraction(1, 90_000)
NOMINAL_RATE = 30
"""Frames per second that the encoder assumes for its bit rate; the pictures keep their own times."""


class Window:
    """A window that shows one picture after another.

    Raises:
        VideoError: no window can be opened here; see `window_obstacle`.
    """

    def __init__(self) -> None:
        if obstacle := window_obstacle():
            raise VideoError(f"{obstacle}, or give --output FILE")
        self._opened = False

    def show(self, rgb: Pixels) -> bool:
        """Show a picture; return False if the user pressed `q` or closed the window."""
        if not self._opened:
            self._open(width=rgb.shape[1], height=rgb.shape[0])
        cv2.imshow(TITLE, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        wanted = cv2.waitKey(1) & 0xFF != ord("q")
        return wanted and cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) > 0

    def _open(self, *, width: int, height: int) -> None:
        self._opened = True
        with silenced():  # Qt complains of missing fonts, which these pictures do not use
            cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
            cv2.resizeWindow(TITLE, width, height)

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        cv2.destroyAllWindows()


def window_obstacle() -> str | None:
    """Why no window can be opened here, and what to do about it; None if one can."""
    if re.search(r"GUI:\s+NONE", cv2.getBuildInformation()):
        return (
            "this build of OpenCV has no windows; run: pip install --force-reinstall --no-deps "
            f"opencv-python=={_opencv_version()}"
        )
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no display here; run this in a desktop session"
    return None


@contextmanager
def video_file(path: Path, *, overwrite: bool = False) -> Iterator[VideoWriter]:
    """Write pictures with their own times as H.264 in MP4, whole or not at all.

    After a failure, or if no picture was written, there is no file.

    Args:
        path: ends in .mp4.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: as `check_video_file`.
    """
    check_video_file(path, overwrite=overwrite)
    with output_file(path, overwrite=overwrite) as unfinished:
        with av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            writer = VideoWriter(container)
            yield writer
            writer.finish()
        if writer.is_empty:
            unfinished.unlink(missing_ok=True)


def check_video_file(path: Path | str | None, *, overwrite: bool = False) -> None:
    """Check, before the work begins, that pictures can be written to a file; None if no file was asked for.

    Raises:
        OutputError: its name does not end in .mp4, it cannot be written, or it exists and `overwrite` is not set.
    """
    path = Path(path) if path else None
    if path and path.suffix.lower() != ".mp4":
        raise OutputError(f"{path.name}: the video is written as MP4; give a name that ends in .mp4")
    check_output_file(path, overwrite=overwrite)


class VideoWriter:
    """Writes pictures into a container, see `video_file`."""

    def __init__(self, container: OutputContainer) -> None:
        self._container = container
        self._stream: VideoStream | None = None
        self._last = -1

    @property
    def is_empty(self) -> bool:
        """Whether no picture was written."""
        return self._stream is None

    def write(self, rgb: Pixels, seconds: float) -> None:
        """Add a picture. Later ones are resized to the first one's size, which is cropped to even sides."""
        if self._stream is None:
            self._stream = self._opened(width=rgb.shape[1], height=rgb.shape[0])
        size = (self._stream.width, self._stream.height)
        if abs(rgb.shape[1] - size[0]) > 1 or abs(rgb.shape[0] - size[1]) > 1:
            rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[: size[1], : size[0]]), format="rgb24")
        self._last = max(self._last + 1, round(seconds / TIME_BASE))
        frame.pts, frame.time_base = self._last, TIME_BASE
        self._container.mux(self._stream.encode(frame))

    def _opened(self, *, width: int, height: int) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=NOMINAL_RATE)
        stream.width, stream.height = width // 2 * 2, height // 2 * 2  # yuv420p needs even sizes
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        stream.options = {"preset": "veryfast", "crf": "23"}
        return stream

    def finish(self) -> None:
        """Write what the encoder still holds."""
        if self._stream:
            self._container.mux(self._stream.encode(None))


def _opencv_version() -> str:
    """The version of the headless build, so that the one with windows matches it."""
    try:
        return version("opencv-python-headless")
    except PackageNotFoundError:
        return f"{cv2.__version__}.*"
