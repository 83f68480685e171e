"""Small videos for tests, made with PyAV when they are needed: H.264, yuv420p, MP4, so browsers play them too."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

DEFAULT_SIZE = (64, 48)  # width, height


def write_grey_ramp(
    path: Path,
    frames: int = 10,
    fps: float | Fraction = 10,
    size: tuple[int, int] = DEFAULT_SIZE,
    *,
    codec: str = "libx264",
) -> Path:
    """Write a video whose frame `n`, counted from 1, is `ramp_grey(n)` all over: a slip of one frame shows.

    Args:
        path: of the file to write; its suffix chooses the container.
        frames: how many.
        fps: frames a second.
        size: width and height in pixels, both even.
        codec: FFmpeg's name of the encoder.

    Returns:
        `path`.
    """
    width, height = size
    pictures = (np.full((height, width, 3), ramp_grey(n), np.uint8) for n in range(1, frames + 1))
    return write_video(path, pictures, fps, codec=codec)


def ramp_grey(frame_number: int) -> int:
    """The grey of a frame of the ramp, 0 to 240; pixels decoded from H.264 are within 2 of it."""
    return 10 * frame_number % 250


def write_video(path: Path, pictures: Iterable[Pixels], fps: float | Fraction = 10, *, codec: str = "libx264") -> Path:
    """Write pictures as a video, nearly without loss.

    Args:
        path: of the file to write; its suffix chooses the container.
        pictures: RGB, each of shape (height, width, 3), height and width even.
        fps: frames a second.
        codec: FFmpeg's name of the encoder.

    Returns:
        `path`.
    """
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt = "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": "1", "preset": "ultrafast"}
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path
