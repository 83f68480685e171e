"""What a browser does not play becomes what it plays, frame for frame."""

import json
from fractions import Fraction

import av
import numpy as np
import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.errors import InterviewError, VideoError
from expressiveness.video import Sampling, make_playable, read_frames, reencode
from expressiveness.video.probing import probe
from tests.interviews import row, write_metadata
from tests.media import ramp_grey, write_grey_ramp, write_irregular_video

EVERY = Sampling(every=1)


def write_hevc(path, tenths, *, sound=True):
    """HEVC whose frame n is `ramp_grey(n)`, shown at tenths of a second, with eighty frames of sound beside it."""
    with av.open(path, "w") as container:
        pictures = container.add_stream("libx265", rate=10, options={"x265-params": "log-level=none"})
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        pictures.codec_context.time_base = Fraction(1, 10)
        if sound:
            noise = container.add_stream("mp3", rate=44100, layout="mono")
        for number, stamp in enumerate(tenths, start=1):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), ramp_grey(number), np.uint8), format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 10)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        for number in range(80 if sound else 0):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 44100, 1152 * number, Fraction(1, 44100)
            container.mux(noise.encode(frame))
        if sound:
            container.mux(noise.encode(None))
    return path


def test_frames_keep_their_number_time_and_picture_and_the_sound_is_there(tmp_path):
    video = write_hevc(tmp_path / "hevc.mp4", range(6))
    assert not probe(video).plays_in_browsers

    reencode(video, tmp_path / "h264.mp4")

    before, after = (list(read_frames(tmp_path / name, EVERY)) for name in ("hevc.mp4", "h264.mp4"))
    assert probe(tmp_path / "h264.mp4").plays_in_browsers
    assert [frame.number for frame in after] == [1, 2, 3, 4, 5, 6]
    assert np.allclose([frame.seconds for frame in after], [0, 0.1, 0.2, 0.3, 0.4, 0.5], atol=1e-4)
    for one, other in zip(before, after, strict=True):
        assert abs(float(one.rgb.mean()) - float(other.rgb.mean())) < 3
    with av.open(tmp_path / "h264.mp4") as container:
        [sound] = container.streams.audio
        assert sound.codec_context.name == "aac"
        assert sum(frame.samples for frame in container.decode(sound)) == pytest.approx(80 * 1152, rel=0.05)


def test_at_a_variable_frame_rate_everything_is_seen_when_it_was_and_frames_are_counted_as_the_app_does(tmp_path):
    tenths = (0, 1, 2, 7, 8, 20)
    video = write_hevc(tmp_path / "uneven.mp4", tenths)

    reencode(video, tmp_path / "even.mp4")

    info, after = probe(tmp_path / "even.mp4"), list(read_frames(tmp_path / "even.mp4", EVERY))
    assert (info.frame_rate, info.is_even) == (10, True)
    assert np.allclose([frame.seconds for frame in after], np.arange(21) / 10, atol=1e-4)
    for tick, frame in enumerate(after):
        begun = sum(stamp <= tick for stamp in tenths)
        assert abs(float(frame.rgb.mean()) - ramp_grey(begun)) < 4
    with av.open(tmp_path / "even.mp4") as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == pytest.approx(80 * 1152, rel=0.05)


def test_a_file_that_has_no_index_is_made_even_by_its_packets(tmp_path):
    pictures = [np.full((48, 64, 3), ramp_grey(number), np.uint8) for number in range(1, 7)]
    write_irregular_video(tmp_path / "uneven.mkv", pictures, (0, 1, 2, 7, 8, 20))

    reencode(tmp_path / "uneven.mkv", tmp_path / "even.mp4")

    assert probe(tmp_path / "even.mp4").frame_count == 21


@pytest.mark.parametrize("pixels", ["yuv420p10le", "yuv422p"])
def test_colors_that_not_every_browser_knows_are_named_and_encoded_anew(tmp_path, pixels):
    with av.open(tmp_path / "fine.mp4", "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        for number in range(1, 4):
            grey = np.full((48, 64, 3), ramp_grey(number), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))
    assert probe(tmp_path / "fine.mp4").encoding == f"h264 ({pixels})"
    assert not probe(tmp_path / "fine.mp4").plays_in_browsers

    reencode(tmp_path / "fine.mp4", tmp_path / "plain.mp4")

    assert probe(tmp_path / "plain.mp4").plays_in_browsers
    greys = [float(frame.rgb.mean()) for frame in read_frames(tmp_path / "plain.mp4", EVERY)]
    assert np.allclose(greys, [ramp_grey(number) for number in range(1, 4)], atol=4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "codec", "encoding", "plays"),
    [
        ("a.mov", "libx264", "h264", True),
        ("a.mkv", "libx264", "h264", True),
        ("a.webm", "libvpx", "vp8", True),
        ("a.avi", "libx264", "h264 (avi)", False),
    ],
)
def test_a_kind_of_file_that_browsers_do_not_know_is_named_and_becomes_one_that_they_do(
    tmp_path, name, codec, encoding, plays
):
    video = write_grey_ramp(tmp_path / name, frames=6, codec=codec)

    assert (probe(video).encoding, probe(video).plays_in_browsers) == (encoding, plays)
    reencode(video, tmp_path / "a.mp4")
    assert probe(tmp_path / "a.mp4").plays_in_browsers
    assert len(list(read_frames(tmp_path / "a.mp4", EVERY))) == 6


@pytest.mark.slow
def test_a_folder_is_copied_with_its_rows_and_only_what_does_not_play_is_encoded(tmp_path):
    folder = tmp_path / "set"
    (folder / "videos").mkdir(parents=True)
    write_grey_ramp(folder / "videos" / "vid_0001.mp4", frames=6)
    write_hevc(folder / "videos" / "vid_0002.mov", range(3), sound=False)
    write_metadata(folder, row(1), row(2, file_name="videos/vid_0002.mov", transcript="Ünï"), b"{broken", row(3))

    assert main(["reencode", str(folder), "--out", str(tmp_path / "copy")]) == 1

    found = read_interviews(tmp_path / "copy")
    assert [one.video.name for one in found.interviews] == ["vid_0001.mp4", "vid_0002.mov.mp4", "vid_0003.mp4"]
    assert found.interviews[1].attributes["transcript"] == "Ünï"
    assert [bad.line for bad in found.bad_rows] == [3]
    copies = [one.video for one in found.interviews[:2]]
    assert copies[0].read_bytes() == (folder / "videos" / "vid_0001.mp4").read_bytes()
    assert all(probe(video).plays_in_browsers for video in copies)
    assert sorted(file.name for file in (tmp_path / "copy" / "videos").iterdir()) == [video.name for video in copies]


@pytest.mark.slow
def test_a_second_copying_keeps_what_is_there_and_a_broken_video_is_named(tmp_path):
    folder = tmp_path / "set"
    (folder / "videos").mkdir(parents=True)
    write_hevc(folder / "videos" / "vid_0001.mp4", range(3), sound=False)
    (folder / "videos" / "vid_0002.mp4").write_text("no video")
    write_metadata(folder, row(1), row(2))
    report = make_playable(folder, tmp_path / "copy", workers=1)
    first = (tmp_path / "copy" / "videos" / "vid_0001.mp4").stat()

    again = make_playable(folder, tmp_path / "copy", workers=1)

    assert (tmp_path / "copy" / "videos" / "vid_0001.mp4").stat() == first
    assert report == again
    assert (again.reencoded, again.copied, [failure.id for failure in again.failures]) == (1, 0, ["0002"])
    assert json.loads((tmp_path / "copy" / "metadata.jsonl").read_text().splitlines()[0])["id"] == "0001"


@pytest.mark.slow
def test_videos_of_one_name_but_their_ending_stay_two_and_those_from_outside_come_in(tmp_path):
    folder = tmp_path / "set"
    (folder / "videos").mkdir(parents=True)
    write_hevc(folder / "videos" / "a.mov", range(3), sound=False)
    write_grey_ramp(folder / "videos" / "a.mp4", frames=6)
    write_grey_ramp(tmp_path / "far.mp4", frames=9)
    write_metadata(folder, *(row(n, file_name=f) for n, f in enumerate(("videos/a.mov", "videos/a.mp4", "../far.mp4"))))

    assert main(["reencode", str(folder), "--out", str(tmp_path / "copy"), "--allow-outside"]) == 0

    found = read_interviews(tmp_path / "copy", strict=True).interviews
    assert [probe(one.video).frame_count for one in found] == [3, 6, 9]


@pytest.mark.slow
def test_a_video_that_takes_too_long_is_given_up_and_named(tmp_path):
    (tmp_path / "set" / "videos").mkdir(parents=True)
    write_hevc(tmp_path / "set" / "videos" / "vid_0001.mp4", range(600), sound=False)

    report = make_playable(write_metadata(tmp_path / "set", row(1)), tmp_path / "copy", timeout=0.01)

    assert [failure.id for failure in report.failures] == ["0001"]
    assert "took longer than 0.01 seconds" in report.failures[0].reason
    assert list((tmp_path / "copy").rglob("*.mp4")) == []


def test_the_originals_are_never_written_over(tmp_path):
    write_metadata(tmp_path, row(1))

    with pytest.raises(InterviewError, match="holds the originals"):
        make_playable(tmp_path, tmp_path / "." / "x" / "..")


def test_a_video_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")

    with pytest.raises(VideoError, match=r"text\.mp4: not a video"):
        reencode(tmp_path / "text.mp4", tmp_path / "out.mp4")
