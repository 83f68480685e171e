"""Pictures are read as players show them: upright, unmirrored, with square pixels."""

import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from expressiveness.errors import VideoError
from expressiveness.faces import ExtractionConfig, extract_faces
from expressiveness.video import Sampling, probe, read_frames, reencode, save_stills
from tests.interviews import portrait
from tests.media import NEARLY_LOSSLESS, number_shown, numbered_picture, write_video

# What is done to a picture before it is stored, and the display matrix (a, b, c, d) that undoes it.
ORIENTATIONS = {
    "as it is": (lambda picture: picture, (1, 0, 0, 1)),
    "mirrored": (lambda picture: picture[:, ::-1], (-1, 0, 0, 1)),
    "upside down and mirrored": (lambda picture: picture[::-1], (1, 0, 0, -1)),
    "half a turn": (lambda picture: picture[::-1, ::-1], (-1, 0, 0, -1)),
    "transposed": (lambda picture: picture.transpose(1, 0, 2), (0, 1, 1, 0)),
    "a quarter left": (lambda picture: np.rot90(picture), (0, 1, -1, 0)),
    "a quarter right": (lambda picture: np.rot90(picture, -1), (0, -1, 1, 0)),
    "transposed the other way": (lambda picture: np.rot90(picture, 2).transpose(1, 0, 2), (0, -1, -1, 0)),
}
FIRST = Sampling(every=100)


def with_matrix(video, matrix):
    """Write a display matrix into the header of an MP4."""
    content = bytearray(video.read_bytes())
    a, b, c, d = (value << 16 for value in matrix)
    at = content.index(b"tkhd") + 44
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    video.write_bytes(content)
    return video


def with_pixels(path, picture, ratio, *, frames=2):
    """Write a picture as a video whose pixels have a shape."""
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt, stream.options = "yuv420p", NEARLY_LOSSLESS
        stream.codec_context.sample_aspect_ratio = ratio
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_picture_is_shown_as_its_display_matrix_says(tmp_path, orientation):
    stored, matrix = ORIENTATIONS[orientation]
    picture = numbered_picture(77)
    video = with_matrix(write_video(tmp_path / "a.mp4", [np.ascontiguousarray(stored(picture))] * 2), matrix)

    [frame] = read_frames(video, FIRST)
    info = probe(video)
    stills = save_stills(video, [1], tmp_path / "stills")
    reencode(video, tmp_path / "copy.mp4")
    [copied] = read_frames(tmp_path / "copy.mp4", FIRST)

    assert frame.rgb.shape == picture.shape == (info.height, info.width, 3)
    for rgb in (frame.rgb, copied.rgb):
        assert np.abs(rgb.astype(int) - picture).mean() < 6
        assert number_shown(rgb) == 77
    assert cv2.imread(str(stills[1])).shape == picture.shape
    assert number_shown(cv2.imread(str(stills[1]))) == 77


@pytest.mark.parametrize("orientation", ["mirrored", "upside down and mirrored", "transposed"])
def test_faces_are_found_where_players_show_them(tmp_path, orientation):
    stored, matrix = ORIENTATIONS[orientation]
    config = ExtractionConfig(sampling=FIRST, detector="short")
    plain = extract_faces(write_video(tmp_path / "plain.mp4", [portrait()]), config)

    turned = write_video(tmp_path / "a.mp4", [np.ascontiguousarray(stored(portrait()))])

    assert np.allclose(extract_faces(with_matrix(turned, matrix), config).box, plain.box, atol=0.03)


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [(Fraction(4, 3), (171, 96)), (Fraction(64, 45), (182, 96)), (Fraction(1, 2), (128, 192)), (1, (128, 96))],
)
def test_pixels_that_are_not_square_are_stretched_to_be(tmp_path, ratio, shown):
    video = with_pixels(tmp_path / "a.mp4", numbered_picture(200), ratio)

    [frame] = read_frames(video, FIRST)
    info = probe(video)
    reencode(video, tmp_path / "copy.mp4")
    copy = probe(tmp_path / "copy.mp4")

    assert frame.rgb.shape[1::-1] == (info.width, info.height) == shown
    assert number_shown(frame.rgb) == 200
    assert copy.width / copy.height == pytest.approx(shown[0] / shown[1], rel=0.02)


def test_a_turned_picture_is_stretched_before_it_is_turned(tmp_path):
    picture = np.ascontiguousarray(np.rot90(numbered_picture(9)))
    video = with_matrix(with_pixels(tmp_path / "a.mp4", picture, Fraction(2)), (0, 1, -1, 0))

    [frame] = read_frames(video, FIRST)

    assert frame.rgb.shape[:2] == (192, 128)
    assert number_shown(frame.rgb) == 9


def test_a_shape_that_no_pixel_has_is_taken_for_a_mistake(tmp_path):
    video = with_pixels(tmp_path / "a.mp4", numbered_picture(3), Fraction(40))

    assert (probe(video).width, probe(video).height) == (128, 96)


def test_the_limit_of_a_picture_counts_what_it_is_stretched_to(tmp_path):
    video = with_pixels(tmp_path / "a.mp4", numbered_picture(3), Fraction(3))

    assert probe(video, max_pixels=3 * 128 * 96).width == 384
    with pytest.raises(VideoError, match="its pictures have 384 x 96 pixels"):
        probe(video, max_pixels=2 * 128 * 96)
