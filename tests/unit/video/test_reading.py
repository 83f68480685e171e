from fractions import Fraction

import av
import numpy as np
import pytest

from expressiveness.errors import ConfigError, VideoError
from expressiveness.video import NOTEBOOK_SAMPLING, Sampling, read_frames
from expressiveness.video.probing import probe
from tests.interviews import portrait
from tests.media import ramp_grey, write_grey_ramp, write_irregular_video, write_video


def numbers(video, sampling):
    return [frame.number for frame in read_frames(video, sampling)]


def assert_pixels_are_of_the_numbered_frames(frames):
    for frame in frames:
        assert abs(int(frame.rgb.mean()) - ramp_grey(frame.number)) <= 3, frame.number


def test_every_fifth_frame_is_read_over_the_whole_video_from_the_first_on(tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=23)

    frames = list(read_frames(video))

    assert [frame.number for frame in frames] == [1, 6, 11, 16, 21]
    assert [round(frame.seconds, 6) for frame in frames] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert_pixels_are_of_the_numbered_frames(frames)


def test_a_rate_takes_frames_evenly_in_time_whatever_the_videos_own_rate(tmp_path):
    at_ten = write_grey_ramp(tmp_path / "10.mp4", frames=20, fps=10)
    at_ntsc = write_grey_ramp(tmp_path / "ntsc.mp4", frames=60, fps=Fraction(30000, 1001))

    assert numbers(at_ten, Sampling(rate=2)) == [1, 6, 11, 16]
    assert numbers(at_ntsc, Sampling(rate=10)) == list(range(1, 60, 3))
    assert numbers(at_ten, Sampling(rate=100)) == list(range(1, 21))


def test_a_spread_takes_frames_from_the_middle_of_equal_shares_of_the_video(tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=30)

    found = list(read_frames(video, Sampling(spread=5)))

    assert [frame.number for frame in found] == [4, 10, 16, 22, 28]
    assert_pixels_are_of_the_numbered_frames(found)


def test_a_spread_over_a_long_video_takes_the_key_frames_nearest_to_the_middles(tmp_path):
    """A key frame every 70: 1, 71, 141, ... 491; the middles of five hundreds are 51, 151, ... 451."""
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=500, key_frame_every=70)

    found = list(read_frames(video, Sampling(spread=5)))

    assert [frame.number for frame in found] == [71, 141, 281, 351, 421]
    assert_pixels_are_of_the_numbered_frames(found)


def test_a_spread_over_a_long_video_without_key_frames_takes_the_middles(tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=500, key_frame_every=500)

    found = list(read_frames(video, Sampling(spread=5)))

    assert [frame.number for frame in found] == [1, 151, 251, 351, 451], "the first frame is always a key frame"
    assert_pixels_are_of_the_numbered_frames(found)


def test_passing_over_frames_that_no_other_refers_to_changes_no_pixel_of_the_rest(tmp_path):
    """x264's own settings make every other frame one of those; the ramp's make none."""
    pictures = (np.roll(portrait(), 2 * number, axis=1) for number in range(72))
    video = write_video(tmp_path / "clip.mp4", pictures, 30, options={})

    every = {frame.number: frame.rgb for frame in read_frames(video, Sampling(every=1))}
    fifth = list(read_frames(video, Sampling(every=5)))

    assert [frame.number for frame in fifth] == list(range(1, 73, 5))
    assert all(np.array_equal(frame.rgb, every[frame.number]) for frame in fifth)


@pytest.mark.parametrize(("name", "codec"), [("stamps.avi", "libx264"), ("codec.webm", "libvpx")])
def test_where_packets_do_not_tell_the_frames_every_frame_is_counted(tmp_path, name, codec):
    """AVI gives no time to show a frame at, and a packet of VP8 may show none."""
    video = write_grey_ramp(tmp_path / name, frames=23, codec=codec)

    found = list(read_frames(video))

    assert [frame.number for frame in found] == [1, 6, 11, 16, 21]
    assert_pixels_are_of_the_numbered_frames(found)


def test_a_spread_over_a_shorter_video_takes_each_frame_once(tmp_path):
    assert numbers(write_grey_ramp(tmp_path / "ramp.mp4", frames=4), Sampling(spread=16)) == [1, 2, 3, 4]


def test_a_maximum_and_the_notebooks_horizon_end_the_reading(tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=40)

    assert numbers(video, Sampling(every=5, max_frames=3)) == [1, 6, 11]
    assert numbers(video, Sampling(every=5, horizon=12)) == [1, 6, 11]
    assert (NOTEBOOK_SAMPLING.every, NOTEBOOK_SAMPLING.max_faces, NOTEBOOK_SAMPLING.horizon) == (5, 3, 1000)


def test_a_sampling_is_read_from_text():
    assert Sampling.parse("every:5") == Sampling(every=5)
    assert Sampling.parse("rate:7.5") == Sampling(rate=7.5)
    assert Sampling.parse("spread:16") == Sampling(spread=16)
    assert Sampling.parse("notebook") == NOTEBOOK_SAMPLING
    for text in ("every:0", "often", "rate:", "spread:-1", "every:2.5"):
        with pytest.raises(ConfigError):
            Sampling.parse(text)


def test_frames_are_upright_where_the_video_is_rotated_by_its_header(tmp_path):
    top_half_white = np.zeros((64, 96, 3), np.uint8)
    top_half_white[:32] = 255
    plain = write_video(tmp_path / "plain.mp4", [top_half_white] * 3)
    rotated = tmp_path / "rotated.mp4"
    with av.open(plain) as source, av.open(rotated, "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)

    [frame] = read_frames(rotated, Sampling(every=5))
    info = probe(rotated)

    assert frame.rgb.shape == (96, 64, 3) == (info.height, info.width, 3)
    # The display matrix turns the picture counter-clockwise: what was the top is on the left.
    assert frame.rgb[:, :30].mean() > 250
    assert frame.rgb[:, 34:].mean() < 5


def test_times_follow_a_variable_frame_rate(tmp_path):
    stamps = [0, 1, 2, 7, 8, 20]
    video = write_irregular_video(tmp_path / "vfr.mp4", [np.zeros((48, 64, 3), np.uint8)] * 6, stamps)

    frames = list(read_frames(video, Sampling(every=1)))

    assert [round(frame.seconds * 10) for frame in frames] == stamps
    assert [frame.number for frame in frames] == [1, 2, 3, 4, 5, 6]


def test_a_probe_says_what_the_header_says_and_whether_a_browser_plays_it(tmp_path):
    info = probe(write_grey_ramp(tmp_path / "ramp.mp4", frames=20, fps=10))

    assert (info.width, info.height, info.frame_rate, info.frame_count) == (64, 48, 10.0, 20)
    assert info.seconds == pytest.approx(2.0)
    assert info.plays_in_browsers
    assert not probe(write_grey_ramp(tmp_path / "hevc.mp4", codec="libx265")).plays_in_browsers


@pytest.mark.parametrize("content", [b"", b"this is text", b"\0" * 5000])
def test_a_file_that_is_no_video_is_named_with_what_to_do(tmp_path, content):
    video = tmp_path / "clip.mp4"
    video.write_bytes(content)

    with pytest.raises(VideoError, match=r"clip\.mp4: .*replace the file"):
        list(read_frames(video))
    with pytest.raises(VideoError, match=r"clip\.mp4"):
        probe(video)


def test_a_missing_video_is_named(tmp_path):
    with pytest.raises(VideoError, match=r"gone\.mp4: no such file"):
        list(read_frames(tmp_path / "gone.mp4"))


def test_a_file_with_sound_only_is_named(tmp_path):
    sound = tmp_path / "sound.mp4"
    with av.open(sound, "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    with pytest.raises(VideoError, match="holds no picture"):
        list(read_frames(sound))


def test_a_truncated_video_gives_the_frames_before_the_break(tmp_path):
    whole = write_grey_ramp(tmp_path / "whole.mkv", frames=200)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    found = list(read_frames(broken, Sampling(every=1)))

    assert 20 < len(found) < 200
    assert_pixels_are_of_the_numbered_frames(found)


def test_a_header_that_claims_more_frames_than_decode_is_believed_by_nobody(real_videos):
    video = real_videos / "no_face.mp4"

    assert probe(video).frame_count == 98
    assert len(list(read_frames(video, Sampling(every=1)))) == 95


@pytest.mark.parametrize("name", ["a b.mp4", "ünïcödé ✓.mp4", "x" * 240 + ".mp4", "-dash.mp4", "=formula.mp4"])
def test_odd_file_names_are_read(tmp_path, name):
    assert numbers(write_grey_ramp(tmp_path / name, frames=6), Sampling(every=5)) == [1, 6]
