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


def numbered_picture(number: int, *, width: int = 128, height: int = 96) -> Pixels:
    """A picture that carries its number, up to 255, as bright and dark bars along its bottom; its top is red.

    So a slip of one frame shows, and a picture that is turned or mirrored does, too.
    """
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[: height // 4] = (200, 40, 40)
    for bit in range(8):
        bar = slice(bit * width // 8, (bit + 1) * width // 8)
        picture[height * 4 // 5 :, bar] = 235 if number >> bit & 1 else 16
    return picture


def number_shown(rgb: Pixels) -> int:
    """The number that a picture of `numbered_picture` carries, at any size."""
    height, width = rgb.shape[:2]
    return sum(1 << bit for bit in range(8) if rgb[height * 9 // 10, int((bit + 0.5) * width / 8)].mean() > 125)


def plainly_decoded(video: Path) -> list[tuple[float | None, int]]:
    """When each picture of a video is shown, and the number it carries, decoded from start to end."""
    shown = []
    with av.open(str(video), metadata_errors="replace") as container:
        for packet in container.demux(video=0):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            shown += [(frame.time, number_shown(frame.to_ndarray(format="rgb24"))) for frame in frames]
    return shown


def remux(source: Path, target: Path, *, drop: int = 0, late: int = 0) -> Path:
    """Put the packets of a video's pictures into another container, as they are.

    Args:
        source: whose packets to take.
        target: its suffix chooses the container.
        drop: so many packets of the beginning are left out, as by a dump of a stream.
        late: ticks of the stream's time base that are added to all times.

    Returns:
        `target`.
    """
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        for place, packet in enumerate(read.demux(video=0)):
            if packet.dts is not None and place >= drop:
                packet.pts, packet.dts = (packet.pts or 0) + late, packet.dts + late
                packet.stream = stream
                written.mux(packet)
    return target
