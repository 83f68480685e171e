"""Videos that break off or are damaged are named, with how much of them is there; intact ones never are."""

import random
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.video import Sampling, Shortfall, read_frames
from expressiveness.video.completeness import missed, shortfall
from tests.interviews import interview, write_portrait_video
from tests.media import write_irregular_video

FRAMES, RATE = 200, 25
EVERY_FIFTH = Sampling(every=5)

# By name of the file: codec, codec of the sound if there is any, options of the container.
INDEXED = {
    "fast.mp4": ("libx264", "aac", {"movflags": "+faststart"}),
    "hevc.mp4": ("libx265", None, {"movflags": "+faststart"}),
    "mpeg4.mov": ("mpeg4", "aac", {"movflags": "+faststart"}),
}
PROMISING = {
    **INDEXED,
    "sound.mkv": ("libx264", "aac", {}),
    "silent.mkv": ("libx264", None, {}),
    "vp8.webm": ("libvpx", None, {}),
    "vp9.webm": ("libvpx-vp9", "libopus", {}),
    "h264.avi": ("libx264", None, {}),
    "mpeg4.avi": ("mpeg4", "mp3", {}),
    "sound.flv": ("libx264", "aac", {}),
    "silent.flv": ("flv", None, {}),
}
"""What says how long it is, before the pictures begin."""
CONTAINERS = {
    **PROMISING,
    "last.mp4": ("libx264", "aac", {}),
    "fragments.mp4": ("libx264", "aac", {"movflags": "frag_keyframe+empty_moov"}),
    "live.webm": ("libvpx", "libopus", {"live": "1"}),
    "stream.ts": ("libx264", "aac", {}),
    "stream.mpg": ("mpeg2video", None, {}),
}
ENCODERS = {
    "libx264": {"g": "50", "preset": "ultrafast", "bf": "2"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:keyint=50:crf=8"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "g": "50", "threads": "1"},  # more would spin while they wait
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "g": "50"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A video in each kind of container."""
    folder = tmp_path_factory.mktemp("containers")
    for name, kind in CONTAINERS.items():
        write(folder / name, *kind)
    return folder


def write(path, codec, sound, options):
    noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    picture = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=RATE, options=dict(ENCODERS.get(codec, {})))
        if path.suffix == ".avi" and codec == "libx264":
            stream.options = {**stream.options, "bf": "0"}  # AVI has no times for them
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        heard = container.add_stream(sound, rate=48000, layout="mono") if sound else None
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, 3 * number, axis=1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
            if heard:
                tone = np.random.default_rng(number).integers(-3000, 3000, (1, 48000 // RATE)).astype(np.int16)
                samples = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
                samples.sample_rate, samples.pts = 48000, number * 48000 // RATE
                samples.time_base = Fraction(1, 48000)
                container.mux(heard.encode(samples))
        container.mux(stream.encode(None))
        if heard:
            container.mux(heard.encode(None))


def found_short(video):
    return shortfall(video) or missed(video, EVERY_FIFTH, [frame.number for frame in read_frames(video, EVERY_FIFTH)])


def cut(video, out, share):
    content = video.read_bytes()
    out.write_bytes(content[: int(len(content) * share)])
    return out


def damaged(video, out, seed):
    """The video with a twelfth of it, somewhere in its middle half, overwritten."""
    content = bytearray(video.read_bytes())
    draw = random.Random(seed)
    length, start = len(content) // 12, draw.randrange(len(content) // 4, len(content) // 2)
    content[start : start + length] = draw.randbytes(length)
    out.write_bytes(content)
    return out


@pytest.mark.parametrize("name", CONTAINERS)
def test_an_intact_video_is_not_named(folder, name):
    assert found_short(folder / name) is None
    assert len(list(read_frames(folder / name, EVERY_FIFTH))) == FRAMES / 5


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", PROMISING)
def test_a_video_that_breaks_off_is_named_with_how_much_is_there(folder, tmp_path, name, share):
    short = shortfall(cut(folder / name, tmp_path / name, share))

    assert short
    assert short.frames < short.of_frames
    assert short.of_frames == pytest.approx(FRAMES, abs=3)
    assert short.frames == pytest.approx(share * FRAMES, abs=45)
    assert short.seconds == pytest.approx(short.frames / RATE, abs=0.3)
    assert short.of_seconds == pytest.approx(FRAMES / RATE, abs=0.2)
    assert str(short).startswith(f"cut short: {short.frames} of {short.of_frames} frames are there, ")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", [name for name in PROMISING if name not in ("mpeg4.mov", "vp8.webm")])
def test_a_video_that_is_damaged_in_the_middle_is_named(folder, tmp_path, name, seed):
    short = found_short(damaged(folder / name, tmp_path / name, seed))

    assert short
    assert short.frames < short.of_frames


def test_frames_that_come_unevenly_are_not_taken_for_missing(tmp_path):
    stills = [np.zeros((48, 64, 3), np.uint8)] * 60
    tenths = np.cumsum(np.random.default_rng(0).choice([1, 1, 1, 2, 9], 60)).tolist()

    for name in ("a.mp4", "a.mkv"):
        assert found_short(write_irregular_video(tmp_path / name, stills, tenths)) is None


def test_looking_at_no_more_than_so_many_frames_or_faces_is_not_short(folder):
    for sampling in (Sampling(every=5, max_frames=3), Sampling(every=5, horizon=20), Sampling(spread=4)):
        numbers = [frame.number for frame in read_frames(folder / "fast.mp4", sampling)]
        assert missed(folder / "fast.mp4", sampling, numbers) is None
    assert missed(folder / "fast.mp4", Sampling(every=5, max_faces=3), [1, 6, 11]) is None


@pytest.mark.slow
def test_real_videos_are_all_there_and_named_if_cut(real_videos, tmp_path):
    for video in sorted([*real_videos.glob("*.mp4"), *real_videos.glob("*.mov")]):
        assert found_short(video) is None, video
    assert shortfall(cut(real_videos / "WolfgangLanger_Pexels.mp4", tmp_path / "cut.mp4", 0.6))


@pytest.mark.slow
def test_extraction_reports_what_was_cut_short_and_keeps_what_was_read(tmp_path):
    whole = write_portrait_video(tmp_path / "whole.mkv", frames=60)
    halved = cut(whole, tmp_path / "halved.mkv", 0.5)

    report = extract_interviews(
        [interview(1, video=whole), interview(2, video=halved)], FaceStore(tmp_path / "faces"), workers=1
    )

    assert report.succeeded == 2
    assert not report.failures
    (short,) = report.cut_short.values()
    assert report.cut_short == {"0002": short}
    assert report.as_dict()["cut_short"] == {
        "0002": {"frames": short.frames, "of_frames": 60, "seconds": short.seconds, "of_seconds": 6.0}
    }
    assert 10 < short.frames < 50


def test_it_is_said_in_words():
    assert str(Shortfall(3, 250, 0.12, 10.0)) == "cut short: 3 of 250 frames are there, 0.1 of 10.0 s"
    assert str(Shortfall(40, 50)) == "damaged: 40 of 50 frames can be read"
