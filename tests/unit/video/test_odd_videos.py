"""Faces of videos as people really have them: turned, dark, huge, damaged, with several faces, of one frame."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from expressiveness.faces import ExtractionConfig, extract_faces
from expressiveness.video import Sampling, frame_times
from expressiveness.video.probing import probe
from tests.interviews import portrait, write_portrait_video
from tests.media import write_grey_ramp, write_irregular_video, write_video

EVERY = ExtractionConfig(sampling=Sampling(every=1), detector="short")
FULL = ExtractionConfig(sampling=Sampling(every=1), detector="full")


@pytest.fixture(scope="module")
def upright(tmp_path_factory):
    """The faces of a plain clip of the portrait, three frames long."""
    return extract_faces(write_video(tmp_path_factory.mktemp("plain") / "plain.mp4", [portrait()] * 3), EVERY)


def assert_alike(faces, others):
    """The same frames with faces in the same places."""
    assert faces.frame_number.tolist() == others.frame_number.tolist() == [1, 2, 3]
    assert np.allclose(faces.box, others.box, atol=0.03)
    assert np.abs(faces.crop.astype(float) - others.crop.astype(float)).mean() < 12


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_boxes_are_upright_where_the_video_is_turned_by_its_header(tmp_path, upright, quarter_turns):
    lying = write_video(tmp_path / "lying.mp4", [np.ascontiguousarray(np.rot90(portrait(), -quarter_turns))] * 3)
    turned = tmp_path / "turned.mp4"
    with av.open(lying) as source, av.open(turned, "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90 * quarter_turns)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)

    assert_alike(extract_faces(turned, EVERY), upright)


def test_hevc_is_analysed_though_no_browser_plays_it(tmp_path, upright):
    assert_alike(extract_faces(write_video(tmp_path / "a.mp4", [portrait()] * 3, codec="libx265"), EVERY), upright)


@pytest.mark.slow
def test_a_4k_video_gives_boxes_in_shares_of_its_frame(tmp_path, upright):
    huge = cv2.resize(portrait(), (2160, 2160))
    canvas = np.zeros((2160, 3840, 3), np.uint8)
    canvas[:, 840:3000] = huge

    faces = extract_faces(write_video(tmp_path / "4k.mp4", [canvas] * 3), EVERY)

    x, y, width, height = faces.primary().box[0]
    across = 2160 / 3840
    assert np.allclose([(x - 840 / 3840) / across, y, width / across, height], upright.box[0], atol=0.04)


def test_several_faces_are_all_found_the_largest_first(tmp_path):
    small = np.zeros((256, 256, 3), np.uint8)
    small[64:192, 64:192] = cv2.resize(portrait(), (128, 128), interpolation=cv2.INTER_AREA)

    faces = extract_faces(write_video(tmp_path / "two.mp4", [np.hstack([small, portrait()])] * 2), FULL)

    assert faces.frame_number.tolist() == [1, 1, 2, 2]
    assert faces.face_index.tolist() == [0, 1, 0, 1]
    assert (faces.primary().box[:, 0] > 0.5).all(), "the larger one is on the right"


def test_a_face_that_leaves_is_missed_only_where_it_is_gone(tmp_path):
    empty = np.full((256, 256, 3), 90, np.uint8)

    faces = extract_faces(write_video(tmp_path / "a.mp4", [portrait()] * 4 + [empty] * 3 + [portrait()] * 2), EVERY)

    assert faces.sampled_number.tolist() == list(range(1, 10))
    assert faces.frame_number.tolist() == [1, 2, 3, 4, 8, 9]


def test_a_dark_video_still_shows_its_face_and_a_black_one_none(tmp_path):
    dark, black = (portrait() * 0.2).astype(np.uint8), np.zeros((256, 256, 3), np.uint8)

    faces = extract_faces(write_video(tmp_path / "dark.mp4", [dark] * 2 + [black] * 2), EVERY)

    assert faces.frame_number.tolist() == [1, 2]
    assert faces.sampled_number.tolist() == [1, 2, 3, 4]


def test_a_video_of_one_frame_is_a_video(tmp_path):
    faces = extract_faces(write_video(tmp_path / "one.mp4", [portrait()]), EVERY)

    assert faces.frame_number.tolist() == [1]
    assert faces.seconds.tolist() == [0.0]


def test_seven_and_a_half_frames_a_second_are_timed_as_such(tmp_path):
    faces = extract_faces(write_portrait_video(tmp_path / "slow.mp4", frames=12, fps=Fraction(15, 2)))

    assert faces.frame_number.tolist() == [1, 6, 11]
    assert np.allclose(faces.seconds, [0, 5 / 7.5, 10 / 7.5])


def test_a_video_damaged_in_the_middle_costs_only_frames(tmp_path):
    video = write_portrait_video(tmp_path / "damaged.mp4", frames=60)
    content = bytearray(video.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    video.write_bytes(content)

    faces = extract_faces(video, EVERY)

    numbers = faces.sampled_number.tolist()
    assert 40 <= len(numbers) <= 60
    assert numbers[0] == 1
    assert np.allclose(faces.sampled_seconds, (faces.sampled_number - 1) / 10), "numbers after the gap are right"
    assert len(faces) >= 40


def test_a_variable_frame_rate_is_told_by_how_far_frames_stray_from_an_even_one(tmp_path):
    stills = [np.zeros((48, 64, 3), np.uint8)] * 200
    tenths = np.cumsum(np.random.default_rng(0).choice([1, 1, 1, 5], 200)).tolist()
    uneven = write_irregular_video(tmp_path / "uneven.mp4", stills, tenths)
    even = write_grey_ramp(tmp_path / "even.mp4", frames=200, fps=Fraction(30000, 1001))

    info, times = probe(uneven), np.array(frame_times(uneven))

    assert np.allclose(times, (np.array(tenths) - tenths[0]) / 10)
    strays = np.abs(times - np.arange(200) / info.frame_rate).max()
    assert strays > 1
    assert info.drift == pytest.approx(strays, rel=0.2)  # the index has frames in the order of decoding
    assert not info.is_even
    assert probe(even).is_even
    assert probe(even).drift < 0.001


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "mpeg4"), ("a.mp4", "libx264"), ("a.mkv", "libx264")])
def test_tags_that_are_not_utf8_play_no_part(tmp_path, name, codec):
    video = tmp_path / name
    with av.open(str(video), "w") as container:
        container.metadata["title"] = "ZoQQe"
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    video.write_bytes(video.read_bytes().replace(b"ZoQQe", b"Zo\xe9 \xfc"))

    assert len(frame_times(video)) == 5
    assert probe(video).frame_count == 5


WRITE_AV1 = """
from pathlib import Path
import numpy as np
from tests.media import write_video
write_video(Path({path!r}), [np.zeros((64, 64, 3), np.uint8)] * 5, codec="libsvtav1")
"""
"""For a process of its own: as root, this encoder makes the thread that starts it real-time, and what that starts."""


def test_av1_is_called_by_its_name_and_not_by_its_decoders(tmp_path, run_python):
    run_python(WRITE_AV1.format(path=str(tmp_path / "a.mp4")))

    info = probe(tmp_path / "a.mp4")

    assert (info.codec, info.encoding, info.suits_the_app) == ("av1", "av1", True)
