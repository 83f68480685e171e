"""Open a video's file for FFmpeg to read, and nothing beside it: the one place where videos are opened.

FFmpeg chooses how to read a file by its content, and a playlist, whatever its name, has it read other files or ask
addresses for them. So it is given an open file and no protocol to reach another with, and only kinds of file that hold
their pictures themselves are read. Pictures larger than a limit are refused before anything is kept for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import cv2  # noqa: F401  # before PyAV: a window of OpenCV's Qt build hangs on PyAV's copy of libxcb

# isort: split
import av
from av.container import InputContainer

from expressiveness._io import open_bounded
from expressiveness.errors import VideoError, reason
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.geometry import with_square_pixels

FORMATS = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mxf,gxf,nut,rm,swf,wtv,dv,nuv,ivf,"  # files with several streams
    "h261,h263,h264,hevc,vvc,m4v,mpegvideo,mjpeg,vc1,dirac,av1,obu,cavsvideo,dnxhd,"  # one stream without a container
    "yuv4mpegpipe,gif,apng,"
    "dhav,ifv,mxg,cine,mlv,r3d"  # of cameras
)
"""FFmpeg's names of what is read: "mov" means "mov,mp4,m4a,3gp,3g2,mj2". None of them names another file."""

NO_PROTOCOL = "none"
"""A name that no protocol has: files are handed over open, and a list of protocols may not be empty."""

FOREIGN = (av.FFmpegError, UnicodeError, ArithmeticError, LookupError)
"""What PyAV raises where a file is not as it expects: errors of FFmpeg's, and Python's own where its headers lie."""

_LISTS = {
    b"#EXTM3U": "hls",
    b"ffconcat": "concat",
    b"<?xml": "dash",
    b"<MPD": "dash",
    b"v=0": "sdp",
    b"[playlist]": "pls",
}
"""By how they begin, text files that name videos; only for what an error says."""

_BYTES_THAT_TELL = 64


@contextmanager
def opened_container(video: Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[InputContainer]:
    """Open a video's file.

    Args:
        video: the file; a link that names one is followed.
        max_pixels: the most that a picture may have; decoders refuse larger ones.

    Raises:
        VideoError: there is no such file, or it is no video that is read here.
    """
    if obstacle := _no_file(video):
        raise VideoError(f"{video.name}: {obstacle}; put the video there, or name another")
    options = {"format_whitelist": FORMATS, "protocol_whitelist": NO_PROTOCOL, "max_pixels": str(max_pixels)}
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open_bounded(video, links=True))
            container = stack.enter_context(av.open(file, "r", options=options, metadata_errors="replace"))
        except (av.FFmpegError, OSError, ValueError) as error:
            raise VideoError(f"{video.name}: {_why_not(video, error)}") from error
        for stream in container.streams.video:
            stream.codec_context.options = {"max_pixels": str(max_pixels)}
        for stream in container.streams.video[:1]:  # the others are never decoded
            width, height = with_square_pixels(stream.width, stream.height, stream.sample_aspect_ratio)
            check_size(video, width, height, max_pixels)
        try:
            yield container
        except FOREIGN as error:
            raise VideoError(f"{video.name}: cannot be read to its end ({reason(error)}); replace the file") from error


def check_size(video: Path, width: int, height: int, max_pixels: int) -> None:
    """Refuse pictures that are too large; `width` and `height` are in pixels.

    Raises:
        VideoError: they are.
    """
    if width * height > max_pixels:
        raise VideoError(
            f"{video.name}: its pictures have {width:,} x {height:,} pixels, more than the {max_pixels / 1e6:g} "
            "megapixels that are read; scale it down, or raise the limit (--max-megapixels)"
        )


def _no_file(video: Path) -> str | None:
    """Why there is no file to open; None if there is one."""
    try:
        if video.is_file():
            return None
        return "no file but a folder or a device" if video.exists() else f"no such file in {video.parent}"
    except OSError as error:  # no file can have such a name
        return reason(error)


def _why_not(video: Path, error: Exception) -> str:
    """Why a file cannot be opened as a video, and what to do."""
    with suppress(OSError), open_bounded(video, links=True) as file:
        start = file.read(_BYTES_THAT_TELL).removeprefix(b"\xef\xbb\xbf").lstrip()
        if kind := next((kind for sign, kind in _LISTS.items() if start.startswith(sign)), None):
            return f"is a playlist ({kind}), not a video; replace it by the video itself"
    if isinstance(error, av.ArgumentError):  # FFmpeg knows what it is, and it is none of FORMATS
        return "is no kind of video that is read here; replace the file, or re-encode it as MP4"
    return f"not a video that can be read ({getattr(error, 'strerror', None) or error}); replace the file"
