"""Open video files for FFmpeg, and only those files: the single place where videos are opened.

FFmpeg detects formats by content, and a playlist, whatever its name, can make it read other files or contact other
hosts. So it gets an open file, no protocols, and a whitelist of formats that contain their own frames. Frames above a
size limit are refused before memory is allocated for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import av
from av.container import InputContainer

from expressiveness._io import open_bounded
from expressiveness.errors import VideoError, reason
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.geometry import with_square_pixels

FORMATS = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mxf,gxf,nut,rm,swf,wtv,dv,nuv,ivf,"  # containers
    "h261,h263,h264,hevc,vvc,m4v,mpegvideo,mjpeg,vc1,dirac,av1,obu,cavsvideo,dnxhd,"  # raw streams
    "yuv4mpegpipe,gif,apng,"
    "dhav,ifv,mxg,cine,mlv,r3d"  # camera formats
)
"""FFmpeg's names of the accepted formats; "mov" means "mov,mp4,m4a,3gp,3g2,mj2". None can refer to another file."""

NO_PROTOCOL = "none"
"""Not the name of any protocol: files are passed already open, but FFmpeg's whitelist must not be empty."""

FOREIGN = (av.FFmpegError, UnicodeError, ArithmeticError, LookupError)
"""What PyAV raises for a broken file: FFmpeg's errors, and Python's own if header values are inconsistent."""

_LISTS = {
    b"#EXTM3U": "hls",
    b"ffconcat": "concat",
    b"<?xml": "dash",
    b"<MPD": "dash",
    b"v=0": "sdp",
    b"[playlist]": "pls",
}
"""Playlists by how they begin; only used for error messages."""

_BYTES_THAT_TELL = 64


@contextmanager
def opened_container(video: Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[InputContainer]:
    """Open a video's file.

    Args:
        video: the file; links are followed.
        max_pixels: the most pixels a frame may have; decoders refuse larger ones.

    Raises:
        VideoError: there is no such file, or it is not a supported video.
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
        for stream in container.streams.video[:1]:  # only the first is ever decoded
            width, height = with_square_pixels(stream.width, stream.height, stream.sample_aspect_ratio)
            check_size(video, width, height, max_pixels)
        try:
            yield container
        except FOREIGN as error:
            raise VideoError(f"{video.name}: cannot be read to its end ({reason(error)}); replace the file") from error


def check_size(video: Path, width: int, height: int, max_pixels: int) -> None:
    """Refuse frames that are too large; `width` and `height` are in pixels.

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
    except OSError as error:  # the name itself is invalid
        return reason(error)


def _why_not(video: Path, error: Exception) -> str:
    """Why a file cannot be opened as a video, and what to do."""
    with suppress(OSError), open_bounded(video, links=True) as file:
        start = file.read(_BYTES_THAT_TELL).removeprefix(b"\xef\xbb\xbf").lstrip()
        if kind := next((kind for sign, kind in _LISTS.items() if start.startswith(sign)), None):
            return f"is a playlist ({kind}), not a video; replace it by the video itself"
    if isinstance(error, av.ArgumentError):  # FFmpeg recognises the format, but it is not in FORMATS
        return "is no kind of video that is read here; replace the file, or re-encode it as MP4"
    return f"not a video that can be read ({getattr(error, 'strerror', None) or error}); replace the file"
