"""What the App's clock does not fit is named, and its copy fits: it begins at 0 s and is even."""

from fractions import Fraction

import av
import numpy as np
import pytest

from expressiveness.video import Sampling, probe, read_frames, reencode
from tests.media import number_shown, numbered_picture

UNEVEN = [*range(20), *range(20, 60, 4), *range(60, 90)]  # ticks of 1/30 s
EVEN = list(range(60))


def write(path, stamps, *, codec="libx264", rate=30, sound_before=0.0, sound_rate=0, live=False):
    """Write numbered pictures, shown at times, after so many seconds of sound alone."""
    with av.open(str(path), "w", options={"live": "1"} if live else {}) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.options = {"crf": "12"} if codec == "libx264" else {"deadline": "realtime", "b": "1000000"}
        stream.codec_context.time_base = Fraction(1, rate)
        stream.codec_context.thread_count = 1
        if sound_before or sound_rate:
            name = "libopus" if str(path).endswith(".webm") else "pcm_s16le" if str(path).endswith(".mov") else "aac"
            sound_rate = sound_rate or 48_000
            sound = container.add_stream(name, rate=sound_rate, layout="mono")
            silence = av.AudioFrame.from_ndarray(np.zeros((1, sound_rate * 4), np.int16), format="s16", layout="mono")
            silence.sample_rate, silence.pts, silence.time_base = sound_rate, 0, Fraction(1, sound_rate)
            container.mux(sound.encode(silence))
            container.mux(sound.encode(None))
        for place, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(numbered_picture(place + 1), format="rgb24")
            frame.pts, frame.time_base = stamp + round(sound_before * rate), Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


NAMED = {
    "uneven.mp4": {"stamps": UNEVEN},
    "uneven.mkv": {"stamps": UNEVEN},
    "uneven.webm": {"stamps": UNEVEN, "codec": "libvpx"},
    "late.mp4": {"stamps": EVEN, "sound_before": 0.7},
    "late.mkv": {"stamps": EVEN, "sound_before": 0.7},
    "late.webm": {"stamps": EVEN, "sound_before": 0.7, "codec": "libvpx"},
    "endless.webm": {"stamps": EVEN, "codec": "libvpx", "live": True},
    "endless and uneven.webm": {"stamps": UNEVEN, "codec": "libvpx", "live": True},
}


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
