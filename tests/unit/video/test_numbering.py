"""Frame n is the n-th picture that a plain decode from start to end shows, whatever the file."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressiveness.video import Sampling, frame_times, read_chosen_frames, read_frames
from tests.media import NEARLY_LOSSLESS, number_shown, numbered_picture, plainly_decoded, remux, write_video

CONTAINERS = {
    "libx264": ("mp4", "mov", "mkv", "ts", "avi", "flv", "m2ts", "3gp", "h264"),
    "libx265": ("mp4", "mov", "mkv", "ts", "hevc"),
    "mpeg4": ("mp4", "avi", "mkv", "mov", "ts"),
    "mpeg2video": ("mpg", "ts", "mkv", "mxf", "vob", "mov"),
    "mjpeg": ("avi", "mov", "mkv"),
    "libvpx": ("webm", "mkv"),
    "libvpx-vp9": ("webm", "mp4"),
}
FRAMES = 40


@st.composite
def files(draw):
    """How a video is written: codec, container, options of the encoder, and how many packets are cut off."""
    codec = draw(st.sampled_from(sorted(CONTAINERS)))
    container = draw(st.sampled_from(CONTAINERS[codec]))
    options = {"g": str(draw(st.integers(1, 45)))}
    if codec in {"libx264", "libx265", "mpeg4", "mpeg2video"}:
        options["bf"] = str(draw(st.integers(0, 3 if codec.startswith("lib") else 2)))
    if codec == "libx264":
        flags = draw(st.sampled_from(["", "open-gop=1", "interlaced=1", "bframes=3:b-pyramid=2:b-adapt=0"]))
        options |= {**NEARLY_LOSSLESS, "x264-params": flags} if flags else NEARLY_LOSSLESS
    elif codec == "libx265":
        options |= {"x265-params": "log-level=none:crf=5", "preset": "ultrafast"}
    else:
        # MJPEG's encoder takes these pixels only where that is asked for.
        options |= {"b": "3000000", "deadline": "realtime"} if codec.startswith("libvpx") else {"strict": "unofficial"}
    return codec, container, options, draw(st.sampled_from([0, 0, 0, 1, 7, 13]))


def write(folder, codec, container, options, drop):
    """Write the video, which every combination above can be; None where a container takes no stream that is cut so."""
    whole = folder / f"whole.{container}"
    write_video(whole, (numbered_picture(n) for n in range(1, FRAMES + 1)), 25, codec=codec, options=options)
    try:
        return remux(whole, folder / f"cut.{container}", drop=drop) if drop else whole
    except av.FFmpegError:
        return None


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files(), every=st.integers(1, 9), chosen=st.sets(st.integers(1, FRAMES), min_size=1))
def test_it_holds_for_any_codec_container_grouping_cut_and_sampling(tmp_path_factory, file, every, chosen):
    video = write(tmp_path_factory.mktemp("video"), *file)
    right = [number for _, number in plainly_decoded(video)] if video else []
    if not right and file[-1]:
        return  # cut before its only key frame, so that nothing decodes

    read = {frame.number: number_shown(frame.rgb) for frame in read_frames(video, Sampling(every=every))}
    picked = {frame.number: number_shown(frame.rgb) for frame in read_chosen_frames(video, chosen)}

    assert read == {n: code for n, code in enumerate(right, start=1) if (n - 1) % every == 0}
    assert picked == {n: code for n, code in enumerate(right, start=1) if n in chosen}
    assert len(frame_times(video)) == len(right)


def shown_by(video, sampling):
    return [(frame.number, number_shown(frame.rgb)) for frame in read_frames(video, sampling)]


def numbered(path, frames=FRAMES, *, codec="libx264", options=None):
    return write_video(path, (numbered_picture(n) for n in range(1, frames + 1)), 25, codec=codec, options=options)


@pytest.mark.parametrize("key_frame_every", [10, 250])
def test_a_transport_stream_is_read_from_its_first_picture_on(tmp_path, key_frame_every):
    options = {**NEARLY_LOSSLESS, "g": str(key_frame_every), "bf": "2"}

    video = numbered(tmp_path / "clip.ts", options=options)

    assert shown_by(video, Sampling(every=5)) == [(n, n) for n in range(1, FRAMES + 1, 5)]


def test_pictures_before_the_first_key_frame_are_not_counted(tmp_path):
    whole = numbered(tmp_path / "whole.mkv", options={**NEARLY_LOSSLESS, "g": "20", "bf": "0"})

    cut = remux(whole, tmp_path / "cut.mp4", drop=13)

    assert shown_by(cut, Sampling(every=1)) == [(n - 20, n) for n in range(21, FRAMES + 1)]


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_frames_of_an_avi_come_in_the_order_shown_at_even_times(tmp_path, codec):
    video = numbered(tmp_path / "clip.avi", codec=codec, options={"bf": "2", "g": "12", "b": "3000000"})

    found = list(read_frames(video, Sampling(every=3)))

    assert [(frame.number, number_shown(frame.rgb)) for frame in found] == [(n, n) for n in range(1, FRAMES + 1, 3)]
    assert [frame.seconds for frame in found] == pytest.approx([(n - 1) / 25 for n in range(1, FRAMES + 1, 3)])


@pytest.mark.parametrize("name", ["clip.avi", "clip.ts", "clip.webm", "clip.mpg"])
def test_a_spread_is_taken_from_any_container(tmp_path, name):
    codec = {"webm": "libvpx", "mpg": "mpeg2video"}.get(name.rpartition(".")[2], "libx264")
    video = numbered(tmp_path / name, codec=codec, options={"b": "3000000", "g": "15"})

    assert shown_by(video, Sampling(spread=4)) == [(n, n) for n in (6, 16, 26, 36)]


def test_a_sparse_sampling_of_a_cut_file_counts_its_frames_as_shown(tmp_path):
    whole = numbered(tmp_path / "whole.mkv", frames=250, options={**NEARLY_LOSSLESS, "g": "50", "bf": "2"})
    cut = remux(whole, tmp_path / "cut.mp4", drop=20)
    right = [number for _, number in plainly_decoded(cut)]

    assert shown_by(cut, Sampling(spread=2)) == [
        (n, right[n - 1]) for n in (len(right) // 4 + 1, len(right) * 3 // 4 + 1)
    ]


def test_the_first_frame_is_at_0_s_wherever_the_file_begins(tmp_path):
    whole = numbered(tmp_path / "whole.mp4", options={**NEARLY_LOSSLESS, "bf": "2"})

    for name in ("late.mkv", "late.mp4", "late.ts"):
        late = remux(whole, tmp_path / name, late=20_000)
        times = frame_times(late)
        assert times == pytest.approx([n / 25 for n in range(FRAMES)], abs=0.001), name
        assert [frame.seconds for frame in read_frames(late, Sampling(every=1))] == pytest.approx(times)


def test_a_frame_without_a_time_follows_at_the_usual_distance(tmp_path):
    whole = numbered(tmp_path / "whole.mp4", options={**NEARLY_LOSSLESS, "bf": "0"})
    bare = remux(whole, tmp_path / "bare.h264")

    found = list(read_frames(bare, Sampling(every=10)))

    assert [(frame.number, number_shown(frame.rgb)) for frame in found] == [(n, n) for n in (1, 11, 21, 31)]
    assert np.allclose(np.diff([frame.seconds for frame in found]), 0.4)


def test_what_an_edit_list_cuts_off_is_not_counted(tmp_path):
    """An MP4 whose edit begins inside a group of pictures: players decode what is before, and do not show it."""
    video = numbered(tmp_path / "clip.mp4", options={**NEARLY_LOSSLESS, "bf": "0", "g": "40"})
    content = bytearray(video.read_bytes())
    at = content.index(b"elst")
    start = int.from_bytes(content[at + 16 : at + 20], "big")
    with av.open(str(video)) as container:
        ticks_a_frame = Fraction(1, 25) / container.streams.video[0].time_base
    content[at + 16 : at + 20] = (start + int(10 * ticks_a_frame)).to_bytes(4, "big")
    video.write_bytes(content)
    right = [number for _, number in plainly_decoded(video)]

    assert right[0] == 11
    assert shown_by(video, Sampling(every=4)) == [
        (n, code) for n, code in enumerate(right, start=1) if (n - 1) % 4 == 0
    ]
