"""Small videos for tests, made with PyAV when they are needed: H.264, yuv420p, MP4, so browsers play them too."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

NEARLY_LOSSLESS = {"crf": "1", "preset": "ultrafast"}
DEFAULT_SIZE = (64, 48)  # width, height


def write_grey_ramp(
    path: Path,
    frames: int = 10,
    fps: float | Fraction = 10,
    size: tuple[int, int] = DEFAULT_SIZE,
    *,
    codec: str = "libx264",
    key_frame_every: int = 250,
) -> Path:
    """Write a video whose frame `n`, counted from 1, is `ramp_grey(n)` all over: a slip of one frame shows.

    Args:
        path: of the file to write; its suffix chooses the container.
        frames: how many.
        fps: frames a second.
        size: width and height in pixels, both even.
        codec: FFmpeg's name of the encoder.
        key_frame_every: so many frames, of H.264; 250 is the encoder's own choice.

    Returns:
        `path`.
    """
    width, height = size
    pictures = (np.full((height, width, 3), ramp_grey(n), np.uint8) for n in range(1, frames + 1))
    options = {**NEARLY_LOSSLESS, "g": str(key_frame_every)} if codec == "libx264" else {}
    return write_video(path, pictures, fps, codec=codec, options=options)


def ramp_grey(frame_number: int) -> int:
    """The grey of a frame of the ramp, 0 to 240; pixels decoded from H.264 are within 2 of it."""
    return 10 * frame_number % 250


def write_video(
    path: Path,
    pictures: Iterable[Pixels],
    fps: float | Fraction = 10,
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
) -> Path:
    """Write pictures as a video, in H.264 nearly without loss.

    Args:
        path: of the file to write; its suffix chooses the container.
        pictures: RGB, each of shape (height, width, 3), height and width even.
        fps: frames a second.
        codec: FFmpeg's name of the encoder.
        options: of the encoder.

    Returns:
        `path`.
    """
    if options is None:
        options = NEARLY_LOSSLESS if codec == "libx264" else {}
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt = "yuv420p"
        stream.options = options
        stream.codec_context.thread_count = 1  # those of VP8's encoder spin while they wait, 2.6 s for 200 small frames
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def write_irregular_video(
    path: Path, pictures: Sequence[Pixels], tenths: Sequence[int], *, codec: str = "libx264"
) -> Path:
    """Write pictures as a video of variable frame rate.

    Args:
        path: of the file to write.
        pictures: RGB, each of shape (height, width, 3), height and width even.
        tenths: of a second, when each picture is shown.
        codec: FFmpeg's name of the encoder.

    Returns:
        `path`.
    """
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width, stream.pix_fmt = *pictures[0].shape[:2], "yuv420p"
        stream.codec_context.time_base = Fraction(1, 10)
        stream.codec_context.thread_count = 1
        for picture, stamp in zip(pictures, tenths, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
