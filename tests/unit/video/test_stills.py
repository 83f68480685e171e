"""Pictures of chosen frames are of just those frames."""

import cv2
import numpy as np
import pytest

from expressiveness.errors import VideoError
from expressiveness.video import read_chosen_frames, save_stills
from tests.media import ramp_grey, write_grey_ramp, write_video


def grey(picture):
    return round(float(picture.mean()))


@pytest.mark.parametrize("numbers", [[3], [7, 2, 12], range(1, 13), []])
def test_the_frames_of_some_numbers_are_those_frames_in_order(tmp_path, numbers):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=12)

    frames = list(read_chosen_frames(video, numbers))

    assert [frame.number for frame in frames] == sorted(numbers)
    assert [grey(frame.rgb) for frame in frames] == pytest.approx([ramp_grey(frame.number) for frame in frames], abs=2)
    assert [frame.seconds for frame in frames] == pytest.approx([(frame.number - 1) / 10 for frame in frames])


def test_a_single_frame_far_into_a_long_video_is_sought_and_right(tmp_path):
    video = write_grey_ramp(tmp_path / "long.mp4", frames=300)

    [frame] = read_chosen_frames(video, [288])

    assert frame.number == 288
    assert grey(frame.rgb) == pytest.approx(ramp_grey(288), abs=2)


def test_pictures_are_written_once_and_named_by_their_frame(tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=12)
    first = save_stills(video, [4, 11], tmp_path / "stills")
    written = first[4].stat().st_mtime_ns

    second = save_stills(video, [4, 5], tmp_path / "stills")

    assert first == {4: tmp_path / "stills" / "000004.jpg", 11: tmp_path / "stills" / "000011.jpg"}
    assert second[4].stat().st_mtime_ns == written
    assert [grey(cv2.imread(str(second[number]))) for number in (4, 5)] == pytest.approx([40, 50], abs=2)


def test_colors_are_kept(tmp_path):
    video = write_video(tmp_path / "red.mp4", [np.full((48, 64, 3), (200, 30, 30), np.uint8)] * 2)

    [file] = save_stills(video, [2], tmp_path / "stills").values()

    blue, green, red = cv2.imread(str(file)).reshape(-1, 3).mean(axis=0)
    assert red > 180
    assert max(green, blue) < 60


def test_a_number_that_the_video_does_not_have_is_passed_over(tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=5)

    assert list(save_stills(video, [0, 5, 6], tmp_path / "stills")) == [5]


def test_a_missing_video_is_an_error(tmp_path):
    with pytest.raises(VideoError, match=r"no\.mp4"):
        save_stills(tmp_path / "no.mp4", [1], tmp_path / "stills")
