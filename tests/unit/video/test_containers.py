"""A video's file is read, and nothing beside it: whatever FFmpeg makes of its content or its name."""

import os
import re
import struct
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from expressiveness._io import place
from expressiveness.data import read_interviews
from expressiveness.errors import VideoError
from expressiveness.faces import ExtractionConfig, extract_faces
from expressiveness.live.source import frames_of
from expressiveness.video import Sampling, frame_times, make_playable, read_chosen_frames, read_frames, reencode
from expressiveness.video.containers import opened_container
from expressiveness.video.probing import probe
from tests.conftest import REPOSITORY
from tests.interviews import row, write_metadata
from tests.media import write_grey_ramp
from tests.watching import listening, watching

HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"
HLS_KEY = '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI="{}"\n#EXTINF:10,\na.ts\n#EXT-X-ENDLIST\n'
HLS_MAP = '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MAP:URI="{}"\n#EXTINF:10,\na.ts\n#EXT-X-ENDLIST\n'
HLS_MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n{}\n"
CONCAT = "ffconcat version 1.0\nfile '{}'\n"
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" '
    'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="0" bandwidth="1"><BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>'
)
SDP = (
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)
PLS = "[playlist]\nNumberOfEntries=1\nFile1={}\n"
LISTS = {
    "hls": HLS,
    "hls key": HLS_KEY,
    "hls map": HLS_MAP,
    "hls master": HLS_MASTER,
    "concat": CONCAT,
    "dash": DASH,
    "sdp": SDP,
    "pls": PLS,
}

SPELLINGS = {
    "absolute": "{outside}",
    "file://": "file://{outside}",
    "file:": "file:{outside}",
    "upwards": "../../outside/secret.ts",
    "sub-file": "subfile,,start,0,end,0,,:{outside}",
    "crypto": "crypto+file://{outside}",
    "crypto:": "crypto:{outside}",
    "concatenated": "concat:{outside}",
    "cached": "cache:{outside}",
    "asynchronous": "async:{outside}",
    "data": "data:application/vnd.apple.mpegurl,%23EXTM3U%0A%23EXTINF:1,%0A{outside}",
    "http": "http://127.0.0.1:{port}/a.ts",
    "https": "https://127.0.0.1:{port}/a.ts",
    "tcp": "tcp://127.0.0.1:{port}",
    "rtmp": "rtmp://127.0.0.1:{port}/a",
    "rtsp": "rtsp://127.0.0.1:{port}/a",
}


@pytest.fixture(scope="module")
def listener():
    with listening() as found:
        yield found


@pytest.fixture
def outside(tmp_path):
    """A good video, of a kind that playlists take, outside the folder of interviews."""
    (tmp_path / "outside").mkdir()
    return write_grey_ramp(tmp_path / "outside" / "secret.ts", frames=12)


@pytest.fixture
def inside(tmp_path):
    folder = tmp_path / "interviews" / "videos"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def watch(outside):
    with watching(outside) as found:
        yield found


def everything(video: Path) -> None:
    """Each way in which a video is read: all of them refuse it."""
    tried = [
        lambda: list(read_frames(video, Sampling(every=1))),
        lambda: list(read_frames(video, Sampling(spread=2))),
        lambda: list(read_chosen_frames(video, [1])),
        lambda: frame_times(video),
        lambda: probe(video),
    ]
    if isinstance(video, Path):
        tried += [
            lambda: reencode(video, video.with_name("copy.mp4")),
            lambda: _live(str(video)),
            lambda: _live(f"file://{video}"),
        ]
    for read in tried:
        with pytest.raises(VideoError):
            read()


def _live(source: str) -> list:
    with frames_of(source, at_its_speed=False) as frames:
        return list(frames)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("playlist", LISTS.values(), ids=LISTS)
def test_no_playlist_has_another_file_read_or_an_address_asked(inside, outside, watch, listener, playlist, spelling):
    target = spelling.format(outside=outside, port=listener.port)
    before = listener.connections

    for ending in ("mp4", "m3u8", "ffconcat", "sdp", "mpd"):
        video = inside / f"a.{ending}"
        video.write_text(playlist.format(target, port=listener.port))
        everything(video)
        everything(place(f"local://{video}"))
        everything(in_memory(video))

    assert not watch.touched()
    assert listener.connections == before


def test_the_test_above_would_see_a_playlist_that_is_followed(inside, outside, watch, listener):
    (inside / "a.m3u8").write_text(HLS.format(outside))
    with av.open(str(inside / "a.m3u8")) as container:
        assert len(list(container.decode(video=0))) == 12
    assert watch.touched()

    (inside / "b.m3u8").write_text(HLS.format(f"http://127.0.0.1:{listener.port}/a.ts"))
    before = listener.connections
    with (inside / "b.m3u8").open("rb") as file, pytest.raises(av.FFmpegError):
        av.open(file)
    assert listener.connections > before


def in_memory(video: Path) -> Path:
    """A copy of a file as a place that is not on this machine."""
    copy = place(f"memory://{video.parent.parent.parent.name}/{video.name}")
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(video.read_bytes())
    return copy


@pytest.mark.parametrize("name", ["picture%03d.png", "picture001.png", "picture*.png", "http:a.mp4", "concat:b.mp4"])
def test_a_name_that_ffmpeg_would_read_as_an_instruction_is_a_name(inside, name, monkeypatch):
    for number in range(1, 4):
        cv2.imwrite(str(inside / f"picture{number:03}.png"), np.zeros((48, 64, 3), np.uint8))
    (inside / "b.mp4").write_bytes(b"secret")
    monkeypatch.chdir(inside)
    video = Path(name)
    if not video.exists():
        write_grey_ramp(inside / "c.mp4").rename(inside / video)

    with watching(*(file for file in inside.iterdir() if file.name != name)) as others:
        try:
            found = len(list(read_frames(video, Sampling(every=1))))
        except VideoError:
            found = 0

        assert not others.touched()
    assert found == 10 or name.endswith(".png")


@pytest.mark.parametrize("reference", [b"file://{}", b"{}", b"../../outside/secret.ts"])
def test_a_mov_that_keeps_its_frames_in_another_file_does_not_have_it_read(inside, outside, watch, reference):
    """QuickTime allows that: the entry of its `dref` names a file by an alias or an address."""
    path = reference.replace(b"{}", bytes(outside))
    for kind, content in ((b"url ", path + b"\0"), (b"alis", _alias(bytes(outside)))):
        video = write_grey_ramp(inside / "a.mov", frames=12)
        video.write_bytes(_with_reference(video.read_bytes(), kind, content))
        for way in (video, in_memory(video)):
            try:
                frames = list(read_frames(way, Sampling(every=1)))
            except VideoError:
                frames = []
            assert all(frame.rgb.shape == (48, 64, 3) for frame in frames), "its own bytes, if anything"

    assert not watch.touched()


def _alias(path: bytes) -> bytes:
    """A Macintosh alias record, as far as FFmpeg reads one: the volume, the file's name, and the path as type 18."""
    name = path.rpartition(b"/")[2]
    start = bytes(10) + bytes([4]) + b"root".ljust(27, b"\0") + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0")
    start += bytes(16) + struct.pack(">hh", 1, 1) + bytes(16)
    padding = len(path) % 2
    for kind in (2, 18):
        start += struct.pack(">hH", kind, len(path)) + path + bytes(padding)
    return start + struct.pack(">hH", -1, 0)


def _with_reference(mov: bytes, kind: bytes, content: bytes) -> bytes:
    """The MOV with its data reference replaced; what stands after it moves, and the boxes around it grow."""
    old = mov.index(b"dref") - 4
    length = struct.unpack(">I", mov[old : old + 4])[0]
    entry = struct.pack(">I", 12 + len(content)) + kind + bytes(4) + content  # no flag: not this file
    new = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    changed = bytearray(mov[:old] + new + mov[old + length :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        at = mov.rindex(box, 0, old) - 4
        size = struct.unpack(">I", mov[at : at + 4])[0]
        changed[at : at + 4] = struct.pack(">I", size + len(new) - length)
    return bytes(changed)


KINDS = {  # by ending: encoder, pixel format, size, and the container where the ending does not tell
    "mp4": ("libx264", "yuv420p", (64, 48), None),
    "m4v": ("libx264", "yuv420p", (64, 48), None),
    "mov": ("libx264", "yuv420p", (64, 48), None),
    "3gp": ("libx264", "yuv420p", (64, 48), None),
    "f4v": ("libx264", "yuv420p", (64, 48), None),
    "mkv": ("libx264", "yuv420p", (64, 48), None),
    "webm": ("libvpx", "yuv420p", (64, 48), None),
    "avi": ("mpeg4", "yuv420p", (64, 48), None),
    "ts": ("mpeg2video", "yuv420p", (64, 48), None),
    "mts": ("libx264", "yuv420p", (64, 48), "mpegts"),
    "mpg": ("mpeg1video", "yuv420p", (64, 48), None),
    "vob": ("mpeg2video", "yuv420p", (64, 48), None),
    "flv": ("flv", "yuv420p", (64, 48), None),
    "ogv": ("libvpx", "yuv420p", (64, 48), None),
    "wmv": ("wmv2", "yuv420p", (64, 48), None),
    "mxf": ("mpeg2video", "yuv420p", (64, 48), None),
    "gxf": ("mpeg2video", "yuv420p", (720, 576), None),
    "nut": ("mpeg4", "yuv420p", (64, 48), None),
    "rm": ("rv10", "yuv420p", (176, 144), None),
    "swf": ("flv", "yuv420p", (64, 48), None),
    "wtv": ("mpeg2video", "yuv420p", (64, 48), None),
    "dv": ("dvvideo", "yuv420p", (720, 576), None),
    "ivf": ("libvpx", "yuv420p", (64, 48), None),
    "h261": ("h261", "yuv420p", (352, 288), None),
    "h263": ("h263", "yuv420p", (352, 288), None),
    "h264": ("libx264", "yuv420p", (64, 48), "h264"),
    "hevc": ("libx265", "yuv420p", (64, 64), None),
    "m2v": ("mpeg2video", "yuv420p", (64, 48), "mpeg2video"),
    "mjpeg": ("mjpeg", "yuvj420p", (64, 48), None),
    "gif": ("gif", "rgb8", (64, 48), None),
    "apng": ("apng", "rgb24", (64, 48), None),
    "y4m": ("wrapped_avframe", "yuv420p", (64, 48), "yuv4mpegpipe"),
}


@pytest.mark.parametrize("ending", KINDS)
def test_every_kind_of_video_that_people_have_is_read(tmp_path, ending):
    encoder, pixels, size, kind = KINDS[ending]
    video = tmp_path / f"a.{ending}"
    with av.open(video, "w", format=kind) as container:
        stream = container.add_stream(encoder, rate=25)
        stream.codec_context.thread_count = 1
        (stream.width, stream.height), stream.pix_fmt = size, pixels
        if pixels == "yuvj420p":
            stream.codec_context.color_range = 2
        for number in range(12):
            picture = np.full((*size[::-1], 3), 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))

    for way in (video, in_memory(video)):
        with opened_container(way) as container:
            assert len(list(container.decode(video=0))) == 12


@pytest.mark.parametrize(
    ("text", "kind"), [(HLS, "hls"), (CONCAT, "concat"), (SDP, "sdp"), (DASH, "dash"), ("\ufeff" + HLS, "hls")]
)
def test_a_playlist_is_called_one_and_not_a_damaged_video(inside, text, kind):
    (inside / "a.mp4").write_text(text.format("a.ts", port=1))

    with pytest.raises(VideoError, match=rf"a\.mp4: is a playlist \({kind}\), not a video; replace it by the video"):
        probe(inside / "a.mp4")


@pytest.mark.slow
def test_a_row_that_names_a_playlist_costs_that_row_alone(inside, outside, watch):
    (inside / "a.m3u8").write_text(HLS.format(outside))
    write_grey_ramp(inside / "b.mp4")
    folder = write_metadata(
        inside.parent, row(1, file_name="videos/a.m3u8"), row(2, file_name="videos/b.mp4", user_no="2")
    )
    (first, second) = read_interviews(folder).interviews

    with pytest.raises(VideoError, match="is a playlist"):
        extract_faces(first.video, ExtractionConfig())
    assert extract_faces(second.video, ExtractionConfig()).sampled_number.tolist() == [1, 6]
    copied = make_playable(folder, inside.parent.parent / "copy", workers=1)

    assert [failure.id for failure in copied.failures] == ["0001"]
    assert not watch.touched()


def test_a_pipe_or_a_device_in_the_place_of_a_video_is_no_video(inside):
    os.mkfifo(inside / "a.mp4")
    (inside / "b.mp4").symlink_to("/dev/zero")

    for name in ("a.mp4", "b.mp4"):
        with pytest.raises(VideoError, match="no file but a folder or a device"):
            probe(inside / name)


def test_videos_are_opened_for_reading_in_one_place():
    """Elsewhere FFmpeg would follow playlists. An address of a live stream is the user's own to give."""
    opening = re.compile(r"(?:av\.open|VideoCapture)\((?:[^()]|\([^()]*\))*\)")
    found = {
        file.relative_to(REPOSITORY).as_posix()
        for folder in ("expressiveness", "fiftyone_plugin", "benchmarks", "tools", "examples")
        for file in (REPOSITORY / folder).rglob("*.py")
        if any('"w"' not in call for call in opening.findall(file.read_text(encoding="utf-8")))
    }

    assert found == {
        "expressiveness/video/containers.py",
        "expressiveness/live/source.py",
        "benchmarks/speed/notebook.py",  # reads our own clip as the notebook does, which is what it measures
    }
