"""Frames are held against what is known of frames, and never against their video's label."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED, Curation, FaceDecision
from expressiveness.errors import InterviewError
from expressiveness.evaluation import FrameTruth, frame_figures
from tests.interviews import interview
from tests.made_up_runs import predictions


def truth_of(tmp_path, *rows, header="id,frame_number,energy,x"):
    file = tmp_path / "truth_frames.csv"
    file.write_text("\n".join([header, *rows]))
    return FrameTruth.read(file)


def said(levels, *, numbers=None):
    """A video whose frames have these levels."""
    numbers = range(1, len(levels) + 1) if numbers is None else numbers
    return replace(predictions(numbers, [(1, 0.8)] * len(levels)), levels=np.array(levels, np.float32))


@pytest.fixture
def rising(tmp_path):
    """Nine videos of nine people with five frames, whose energy rises; the more so, the higher their number."""
    return truth_of(tmp_path, *(f"{v:04},{n},{v + n / 10},0" for v in range(1, 10) for n in range(1, 6)))


def judged(levels_of_video):
    return [(interview(v, person=str(v)), said(levels_of_video(v))) for v in range(1, 10)]


def test_frames_in_the_right_order_reach_one_within_videos_and_over_all_of_them(rising):
    figures = frame_figures(judged(lambda v: [10 * v + n for n in range(5)]), rising)

    assert (figures["n"], figures["videos"]) == (45, 9)
    assert (figures["within"], figures["pooled"]) == pytest.approx((1, 1))
    assert figures["within_ci"] == pytest.approx([1, 1])


def test_a_model_that_repeats_the_videos_label_follows_no_frame_however_right_the_label_is(rising):
    figures = frame_figures(judged(lambda v: [v] * 5), rising)

    assert figures["within"] == 0
    assert figures["pooled"] > 0.9, "which is why this figure alone says little"


def test_thirds_are_those_of_the_videos_mean_truth(rising):
    figures = frame_figures(judged(lambda v: np.arange(5) * (1 if v > 6 else -1 if v > 3 else 0)), rising)

    assert figures["within_by_amplitude"] == pytest.approx({"low": 0, "mid": -1, "high": 1})


def test_the_interval_is_over_people():
    truth = FrameTruth({f"{v:04}": pd.Series([1.0, 2.0, 3.0], index=[1, 2, 3]) for v in range(20)})
    videos = [(interview(v, person=str(v % 2)), said([1, 2, 3] if v % 2 else [3, 2, 1])) for v in range(20)]

    figures = frame_figures(videos, truth)

    assert figures["within"] == pytest.approx(0)
    assert figures["within_ci"] == pytest.approx([-1, 1]), "two people who each always do the same"


def test_without_levels_of_its_own_a_model_is_ranked_by_what_its_probabilities_expect():
    one = predictions([1, 2, 3], [(0, 0.9), (1, 0.9), (2, 0.9)])

    assert one.frame_levels == pytest.approx([-0.85, 0, 0.85])
    assert replace(one, levels=np.array([3, 2, 1], np.float32)).frame_levels.tolist() == [3, 2, 1]


def test_only_frames_that_are_known_and_were_judged_count(tmp_path):
    truth = truth_of(tmp_path, "0001,1,0.1,0", "0001,3,0.3,0", "0001,4,,0", "0001,9,0.9,0", "0002,1,0.5,0")
    videos = [(interview(1), said([1, 5, 2, 3], numbers=[1, 2, 3, 4])), (interview(3), said([1, 2]))]

    figures = frame_figures(videos, truth)

    assert (figures["n"], figures["videos"], figures["within"]) == (2, 1, pytest.approx(1))
    assert figures["within_by_amplitude"] is None, "one video has no thirds"
    assert frame_figures(videos[1:], truth) is None


def test_a_table_beside_the_interviews_is_found_and_ids_stay_text(tmp_path):
    assert FrameTruth.beside(tmp_path) is None

    truth_of(tmp_path, "0082,1,0.25,0")

    assert FrameTruth.beside(tmp_path).videos["0082"].to_dict() == {1: 0.25}


@pytest.mark.parametrize(
    ("header", "row"),
    [("id,frame_number", "1,1"), ("id,frame_number,energy", "1,one,0.5"), ("id,frame_number,energy", "1,1,0\n1,1,0")],
)
def test_a_table_that_says_something_else_is_refused_with_what_it_should_say(tmp_path, header, row):
    with pytest.raises(InterviewError, match="give a CSV with the columns id, frame_number and energy"):
        truth_of(tmp_path, row, header=header)


def test_frames_that_people_labelled_are_ordered_truth_where_a_video_has_two_categories():
    faces = (
        FaceDecision("0001", 1, RESERVED),
        FaceDecision("0001", 6, EXPRESSIVE),
        FaceDecision("0001", 11, BALANCED),
        FaceDecision("0001", 16, EXPRESSIVE, excluded=True),
        FaceDecision("0002", 1, BALANCED),
        FaceDecision("0002", 6, BALANCED),
    )

    truth = FrameTruth.labelled(Curation(faces))

    assert {id: known.to_dict() for id, known in truth.videos.items()} == {"0001": {1: 0, 6: 2, 11: 1}}
    assert FrameTruth.labelled(Curation(faces[4:])) is None
