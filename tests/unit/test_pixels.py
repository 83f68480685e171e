"""Pictures larger than the limit take no memory: whatever the file says, and whatever only its decoder finds out."""

import struct
import time
import zlib
from fractions import Fraction

import av
import numpy as np
import pytest

from expressiveness.cli import main
from expressiveness.errors import VideoError
from expressiveness.faces import ExtractionConfig, FaceStore, extract_faces, extract_interviews, extraction
from expressiveness.movement import MovementStore, extract_movements, read_movement
from expressiveness.video import (
    MAX_PIXELS,
    Sampling,
    frame_times,
    make_playable,
    probe_videos,
    read_chosen_frames,
    read_frames,
    reencode,
)
from expressiveness.video.probing import probe
from tests.interviews import interview, row, write_metadata
from tests.media import write_grey_ramp


def png(width, height):
    """A black picture, which a few bytes describe however large it is."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    lines = b"".join([packer.compress(bytes(1 + 3 * width)) for _ in range(height)] + [packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def write_pngs(video, real, declared=None, frames=3):
    """Write a MOV of PNG pictures of a real size, its header saying that they have another one."""
    content = png(*real)
    with av.open(video, "w", format="mov") as container:
        stream = container.add_stream("png", rate=10)
        (stream.width, stream.height), stream.pix_fmt = declared or real, "rgb24"
        for number in range(frames):
            packet = av.Packet(content)
            packet.stream, packet.pts, packet.dts, packet.duration = stream, number, number, 1
            packet.time_base, packet.is_keyframe = Fraction(1, 10), True
            container.mux(packet)
    return video


READING = {
    "header": lambda video, **limit: probe(video, **limit),
    "frames": lambda video, **limit: list(read_frames(video, Sampling(every=1), **limit)),
    "chosen": lambda video, **limit: list(read_chosen_frames(video, [1], **limit)),
    "faces": lambda video, **limit: extract_faces(video, ExtractionConfig(), **limit),
    "movement": lambda video, **limit: read_movement(video, **limit),
    "copy": lambda video, **limit: reencode(video, video.with_suffix(".copy.mp4"), **limit),
}


@pytest.mark.parametrize("declared", [(400, 300), (64, 48), (1, 1)])
@pytest.mark.parametrize("read", READING.values(), ids=READING)
def test_pictures_of_more_pixels_are_refused_whatever_the_header_says(tmp_path, read, declared):
    video = write_pngs(tmp_path / "a.mov", (400, 300), declared)

    read(video, max_pixels=448 * 300)  # decoders round the width up to a multiple of 64
    with pytest.raises(VideoError, match=r"a\.mov: .*its pictures .*--max-megapixels"):
        read(video, max_pixels=119_999)


@pytest.mark.parametrize("ending", ["mp4", "avi", "mkv", "webm"])
@pytest.mark.parametrize("read", [*READING.values(), frame_times])
def test_a_video_that_says_its_size_is_refused_before_it_is_decoded(tmp_path, read, ending):
    codec = "libvpx" if ending == "webm" else "libx264"
    video = write_grey_ramp(tmp_path / f"a.{ending}", frames=2, size=(320, 240), codec=codec)

    with pytest.raises(VideoError, match=r"its pictures have 320 x 240 pixels, more than the 0\.01 megapixels that"):
        read(video, max_pixels=10_000)


def test_every_video_of_8k_and_of_twelve_thousand_columns_fits():
    assert MAX_PIXELS >= 12288 * 5184
    assert MAX_PIXELS > 7680 * 4320 * 1.9


@pytest.mark.slow
@pytest.mark.parametrize("declared", [(16000, 16000), (64, 48)])
def test_a_picture_of_256_megapixels_takes_no_memory(tmp_path, run_python, declared):
    video = write_pngs(tmp_path / "a.mov", (16000, 16000), declared, frames=1)
    assert video.stat().st_size < 2**20

    printed = run_python(
        "import resource; from pathlib import Path\n"
        "from expressiveness.video import read_frames; from expressiveness.video.probing import probe\n"
        "from expressiveness.errors import VideoError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"for read in (probe, lambda video: list(read_frames(video))):\n"
        f"    try: print(read(Path({str(video)!r})))\n"
        "    except VideoError: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )

    assert int(printed) < 50_000  # kilobytes; 740,000 before


@pytest.mark.slow
def test_the_limit_is_the_users_to_set(tmp_path, capsys):
    (tmp_path / "videos").mkdir()
    write_grey_ramp(tmp_path / "videos" / "vid_0001.mp4", size=(320, 240))
    folder, faces = write_metadata(tmp_path, row(1)), tmp_path / "faces"
    one = interview(1, video=tmp_path / "videos" / "vid_0001.mp4")

    for fill, store in ((extract_interviews, FaceStore(faces)), (extract_movements, MovementStore(tmp_path / "moves"))):
        [failure] = fill([one], store, workers=1, max_pixels=10_000).failures
        assert "320 x 240 pixels" in failure.reason
        assert fill([one], store, workers=1, max_pixels=80_000).succeeded == 1
    assert [one.id for one in make_playable(folder, tmp_path / "copy", workers=1, max_pixels=10_000).failures] == [
        "0001"
    ]
    extract = ["extract", str(folder), "--out", str(tmp_path / "others"), "--max-megapixels"]
    assert main([*extract, "0.01"]) == 1
    assert "more than the 0.01 megapixels" in capsys.readouterr().err
    assert main([*extract, "0.1"]) == 0


def test_frames_that_are_read_ahead_are_bounded_by_their_bytes(tmp_path, monkeypatch):
    video = write_grey_ramp(tmp_path / "a.mp4", frames=40)
    read = 0

    def counted(*arguments, **options):
        nonlocal read
        for frame in read_frames(*arguments, **options):
            read += 1
            yield frame

    monkeypatch.setattr(extraction, "read_frames", counted)

    def most_ahead(frames):
        nonlocal read
        read = 0
        monkeypatch.setattr(extraction, "READ_AHEAD_BYTES", frames * 64 * 48 * 3)
        ahead = [read - used for used, _ in enumerate(extraction._read_ahead(video, Sampling(every=1), MAX_PIXELS))]
        assert read == 40
        return max(ahead)

    assert [most_ahead(frames) for frames in (0, 1, 3, 8, 100)] == [1, 1, 3, 8, 8]


def test_the_frames_of_64_megapixels_are_read_one_at_a_time():
    assert 2 * MAX_PIXELS * 3 > extraction.READ_AHEAD_BYTES > 8 * 3840 * 2160 * 3


@pytest.mark.slow
def test_videos_are_probed_elsewhere_and_one_that_takes_too_long_costs_itself(tmp_path, monkeypatch):
    slow = write_pngs(tmp_path / "slow.mov", (8000, 7000), frames=1)
    good = [write_grey_ramp(tmp_path / f"{number}.mp4") for number in range(3)]
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    monkeypatch.setattr(av, "open", None)  # of this process
    done = []
    started = time.monotonic()

    found = probe_videos(
        [slow, *good, tmp_path / "bad.mp4"], workers=2, timeout=0.3, progress=lambda *counts: done.append(counts)
    )

    assert time.monotonic() - started < 60
    assert list(found) == [slow, *good, tmp_path / "bad.mp4"]
    assert "took longer than 0.3 seconds" in found[slow]
    assert [found[video].width for video in good] == [64] * 3
    assert "not a video that can be read" in found[tmp_path / "bad.mp4"]
    assert done == [(number, 5) for number in range(1, 6)]
    assert probe_videos([]) == {}


def test_a_picture_that_turns_up_too_large_costs_only_itself(tmp_path):
    video = tmp_path / "a.mov"
    small, large = png(64, 48), png(400, 300)
    with av.open(video, "w", format="mov") as container:
        stream = container.add_stream("png", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        for number, content in enumerate([small, large, small]):
            packet = av.Packet(content)
            packet.stream, packet.pts, packet.dts, packet.duration = stream, number, number, 1
            packet.time_base, packet.is_keyframe = Fraction(1, 10), True
            container.mux(packet)

    shapes = [np.shape(frame.rgb) for frame in read_frames(video, Sampling(every=1), max_pixels=10_000)]

    assert shapes == [(48, 64, 3)] * 2
