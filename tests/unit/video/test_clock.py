"""What the App's clock does not fit is named, and its copy fits: it begins at 0 s and is even."""

import av
import pytest

from expressiveness.video import Sampling, probe, read_frames, reencode
from tests.media import number_shown
from tests.odd_clocks import EVEN, NAMED, write


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_is_mended_by_its_copy(tmp_path, name):
    video = write(tmp_path / name, **NAMED[name])
    before = [(frame.seconds, number_shown(frame.rgb)) for frame in read_frames(video, Sampling(every=1))]

    reencode(video, tmp_path / "copy.mp4")

    assert not probe(video).suits_the_app
    copy = probe(tmp_path / "copy.mp4")
    assert copy.suits_the_app
    for frame in read_frames(tmp_path / "copy.mp4", Sampling(every=1)):
        assert (frame.number - 1) / copy.frame_rate == pytest.approx(frame.seconds, abs=0.02), "the App's count"
        nearest = min(before, key=lambda shown: abs(shown[0] - frame.seconds))
        nearby = {
            code for seconds, code in before if abs(seconds - frame.seconds) <= abs(nearest[0] - frame.seconds) + 0.12
        }
        assert number_shown(frame.rgb) in nearby


@pytest.mark.parametrize("name", ["even.mp4", "even.mkv", "even.webm"])
def test_what_the_app_shows_as_it_should_is_not_named(tmp_path, name):
    codec = "libvpx" if name.endswith("webm") else "libx264"

    info = probe(write(tmp_path / name, EVEN, codec=codec, sound_rate=48_000))

    assert info.suits_the_app
    assert (info.frame_count, round(info.frame_rate, 1)) == (60, 30.0)


def test_a_recording_without_a_length_is_counted_by_its_packets(tmp_path):
    info = probe(write(tmp_path / "a.webm", EVEN, codec="libvpx", live=True))

    assert (info.frame_count, info.says_its_length) == (60, False)
    assert info.seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("sound_rate", [192_000, 96_000, 7_350])
def test_sound_of_any_rate_goes_into_the_copy(tmp_path, sound_rate):
    video = write(tmp_path / "a.mov", EVEN, sound_rate=sound_rate)

    reencode(video, tmp_path / "copy.mp4")

    with av.open(str(tmp_path / "copy.mp4")) as container:
        [sound] = container.streams.audio
        assert sound.codec_context.name == "aac"
        heard = sum(frame.samples for frame in container.decode(sound)) / sound.rate
        assert heard == pytest.approx(4, abs=0.15)
