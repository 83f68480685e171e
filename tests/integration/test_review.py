"""What a review shows of runs whose every prediction is known."""

import cv2
import fiftyone as fo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.data import BALANCED, CATEGORIES, EXPRESSIVE, RESERVED
from expressiveness.errors import VideoError
from fiftyone_plugin import fields
from fiftyone_plugin.panels.review.review_content import first_step
from fiftyone_plugin.panels.timeline.video_series import video_series
from fiftyone_plugin.review import (
    frame_change,
    frame_figures,
    held_labels,
    video_change,
    video_figures,
    views,
    worst_videos,
)
from fiftyone_plugin.review.figures import Change
from fiftyone_plugin.truth import Truth, stretches
from tests.made_up_runs import BOX, HARDLY_SURE, SURE, add_run, first_guess, predictions, probabilities, second_guess
from tests.media import ramp_grey, write_grey_ramp

FRAMES = [1, 6, 11, 16, 21, 26]
TRUTHS = [RESERVED, BALANCED, EXPRESSIVE, EXPRESSIVE]
HELD_OUT = slice(2, 4)  # the last two videos


@pytest.fixture
def interviews(dataset_name, tmp_path):
    """Four interviews of 30 frames each, whose every fifth frame was looked at."""
    dataset = fo.Dataset(dataset_name, persistent=True)
    fields.declare_interview_fields(dataset)
    for number, truth in enumerate(TRUTHS, start=1):
        video = write_grey_ramp(tmp_path / f"{number}.mp4", frames=30)
        values = {
            fields.INTERVIEW_ID: f"{number:04}",
            fields.PARTICIPANT: f"p{number}",
            fields.CATEGORY: fo.Classification(label=truth),
            fields.FRAMES_LOOKED_AT: len(FRAMES),
            fields.FRAMES_WITHOUT_FACE: 2 if number == 4 else 0,
        }
        metadata = fo.VideoMetadata(frame_rate=10.0, total_frame_count=30)
        dataset.add_sample(fo.Sample(filepath=str(video), metadata=metadata, **values))
    return dataset


@pytest.fixture
def reviewed(interviews):
    """The interviews with two runs."""
    ids = interviews.values("id")
    for run, guess in (("first", first_guess), ("second", second_guess)):
        add_run(interviews, run, dict.fromkeys(ids, FRAMES), guess, held_out=ids[HELD_OUT])
    return interviews


def shown(view, run="first"):
    """Interview and frame number of every frame that a view shows."""
    names = [fields.INTERVIEW_ID, "frames.frame_number"]
    return [(interview, number) for interview, numbers in zip(*view.values(names), strict=True) for number in numbers]


def test_a_stretch_goes_on_while_the_category_stays_and_holds_until_the_next_sample():
    guesses = [(0, SURE), (0, 0.5), (1, SURE), (1, SURE)]

    reserved, balanced = stretches(predictions([1, 6, 11, 16], guesses), Truth(BALANCED))

    assert (reserved["label"], reserved["support"], reserved["judged"]) == (RESERVED, [1, 10], 2)
    assert (balanced["label"], balanced["support"], balanced["judged"]) == (BALANCED, [11, 16], 2)
    assert [reserved["correct"], balanced["correct"]] == [False, True]
    assert reserved["confidence"] == pytest.approx((SURE + 0.5) / 2)


def test_a_stretch_ends_where_no_face_was_found():
    before, after = stretches(predictions([1, 6, 11, 31, 36], [(0, SURE)] * 5), Truth(RESERVED))

    assert [before["support"], after["support"]] == [[1, 15], [31, 36]]


def test_a_stretch_ends_where_a_person_says_that_the_truth_changes():
    parts = stretches(predictions([1, 6, 11], [(0, SURE)] * 3), Truth(RESERVED, {6: BALANCED}))

    assert [(part["support"], part["correct"]) for part in parts] == [
        ([1, 5], True),
        ([6, 10], False),
        ([11, 11], True),
    ]


guesses_of_a_video = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([HARDLY_SURE, 0.6, SURE])), max_size=12)


@given(guesses_of_a_video, st.sets(st.integers(1, 60), min_size=12, max_size=12))
def test_stretches_count_every_judged_frame_once_and_never_overlap(guesses, numbers):
    frames = sorted(numbers)[: len(guesses)]

    found = stretches(predictions(frames, guesses), Truth(RESERVED))

    assert sum(stretch["judged"] for stretch in found) == len(frames)
    assert sum(stretch["confident"] for stretch in found) == sum(probability == SURE for _, probability in guesses)
    assert sum(stretch["uncertain"] for stretch in found) == sum(p == HARDLY_SURE for _, p in guesses)
    ends = [end for stretch in found for end in stretch["support"]]
    assert ends == sorted(ends)
    assert all(any(start <= frame <= end for start, end in (s["support"] for s in found)) for frame in frames)


def test_stretches_are_stored_as_the_objects_would_be(reviewed):
    reviewed.reload()
    sample = reviewed.last()
    [written] = sample["first_stretches"].detections

    assert isinstance(written, fo.TemporalDetection)
    assert (written.label, written.support, written.correct, written.judged) == (RESERVED, [1, 26], False, 6)
    stored = reviewed._sample_collection.find_one({"_id": sample._id})["first_stretches"]
    assert sample["first_stretches"].to_mongo() == stored


def test_frames_are_counted_as_they_are(reviewed):
    figures = frame_figures(reviewed, "first")

    assert figures.confusion.counts == ((6, 0, 0), (0, 4, 2), (2 + 6, 0, 4))
    assert figures.confident_mistakes == 1 + 1 + 6
    assert figures.uncertain == 2
    assert figures.wrong_stretches == 1 + 1 + 1
    labels = reviewed.values("frames.first.detections[].correct", unwind=True)
    assert figures.confusion.wrong == labels.count(False)


def test_figures_of_held_out_people_leave_the_others_out(reviewed):
    held_out = views.held_out(reviewed, "first")

    assert held_out.values(fields.INTERVIEW_ID) == ["0003", "0004"]
    assert frame_figures(held_out, "first").confusion.counts == ((0, 0, 0), (0, 0, 0), (8, 0, 4))
    assert video_figures(held_out, "first").confusion.counts == ((0, 0, 0), (0, 0, 0), (1, 0, 1))


def test_videos_are_counted_by_their_own_category(reviewed):
    figures = video_figures(reviewed, "first")

    assert figures.confusion.counts == ((1, 0, 0), (0, 1, 0), (1, 0, 1))
    assert figures.without_face == 1


def test_the_worst_videos_come_first(reviewed):
    worst = worst_videos(reviewed, "first", most=3)

    assert [(video.interview, video.accuracy, video.stretches) for video in worst[:1]] == [("0004", 0.0, 1)]
    assert {(video.interview, round(video.accuracy, 3), video.stretches) for video in worst[1:]} == {
        ("0002", 0.667, 1),
        ("0003", 0.667, 1),
    }
    assert (worst[0].participant, worst[0].truth, worst[0].predicted) == ("p4", EXPRESSIVE, RESERVED)


def test_two_runs_are_compared_frame_by_frame_and_video_by_video(reviewed):
    assert frame_change(reviewed, "first", "second") == Change(both_right=11, fixed=9, broken=3, both_wrong=1)
    assert frame_change(reviewed, "second", "first") == Change(both_right=11, fixed=3, broken=9, both_wrong=1)
    assert video_change(reviewed, "first", "second") == Change(both_right=3, fixed=1, broken=0, both_wrong=0)


def test_a_run_that_judged_other_frames_counts_only_what_both_judged(reviewed):
    ids = reviewed.values("id")
    add_run(reviewed, "third", {ids[0]: [1, 6]}, second_guess, held_out=[])

    assert frame_change(reviewed, "first", "third") == Change(both_right=1, fixed=0, broken=1, both_wrong=0)


@pytest.mark.parametrize(
    ("search", "frames"),
    [
        (views.wrong("first"), [("0002", 6), ("0002", 11), ("0003", 6), ("0003", 11)] + [("0004", n) for n in FRAMES]),
        (views.confidently_wrong("first"), [("0002", 6), ("0003", 6)] + [("0004", number) for number in FRAMES]),
        (views.uncertain("first"), [("0002", 11), ("0003", 11)]),
        (views.confused("first", BALANCED, EXPRESSIVE), [("0002", 6), ("0002", 11)]),
        (views.confused("first", BALANCED, BALANCED), [("0002", number) for number in (1, 16, 21, 26)]),
        (views.changed("first", "second", fixed=False), [("0001", 1), ("0002", 1), ("0003", 1)]),
        (views.changed("second", "first", fixed=True), [("0001", 1), ("0002", 1), ("0003", 1)]),
    ],
)
def test_a_search_finds_just_those_frames(reviewed, search, frames):
    assert sorted(shown(views.as_videos(reviewed, search))) == frames
    assert set(views.videos_with(reviewed, search).values(fields.INTERVIEW_ID)) >= {
        interview for interview, _ in frames
    }


def test_each_stretch_of_mistakes_is_one_clip(reviewed):
    clips = views.as_clips(reviewed, views.wrong("first"))

    assert clips.values("support") == [[1, 26], [6, 15], [6, 15]]
    assert sorted(clips.values("first_stretches.label")) == [EXPRESSIVE, RESERVED, RESERVED]
    assert [len(frames) for frames in clips.values("frames.frame_number")] == [6, 2, 2]


def test_of_many_videos_only_the_worst_are_shown(reviewed):
    search = views.wrong("first")

    assert views.as_videos(reviewed, search, most=1).values(fields.INTERVIEW_ID) == ["0004"]
    assert views.as_clips(reviewed, search, most=1).values("support") == [[1, 26]]
    assert shown(views.as_videos(reviewed, search))[: len(FRAMES)] == [("0004", number) for number in FRAMES]


def test_faces_are_shown_on_pictures_of_their_own_frames(reviewed, tmp_path):
    faces = views.as_faces(reviewed, views.confused("first", BALANCED, EXPRESSIVE), folder=tmp_path / "stills")

    assert (faces.shown, faces.found) == (2, 2)
    assert faces.view.values("frame_number") == [6, 11], "the most probable first"
    greys = [cv2.imread(path).mean() for path in faces.view.values("filepath")]
    assert greys == pytest.approx([ramp_grey(6), ramp_grey(11)], abs=2)
    assert faces.view.values("first.label") == [EXPRESSIVE, EXPRESSIVE]
    assert faces.view.values("first_verdict") == ["B \N{RIGHTWARDS ARROW} E"] * 2


def test_no_more_faces_are_pictured_than_asked_for(reviewed, tmp_path):
    faces = views.as_faces(reviewed, views.wrong("first"), folder=tmp_path / "stills", most=3)

    assert (faces.shown, faces.found) == (3, 10)
    assert len(list((tmp_path / "stills").rglob("*.jpg"))) == 3
    assert faces.view.values("first.confidence") == pytest.approx([SURE] * 3)


def test_pictures_stay_in_their_folder_whatever_an_interview_is_called(reviewed, tmp_path):
    reviewed.set_values(fields.INTERVIEW_ID, [f"../../{number}" for number in range(len(TRUTHS))])
    folder = tmp_path / "work" / "frames"

    faces = views.as_faces(reviewed, views.wrong("first"), folder=folder)

    assert faces.shown == len(list(folder.rglob("*.jpg"))) == len(list(tmp_path.rglob("*.jpg"))) > 0


def test_faces_of_first_frames_are_shown_without_their_videos_having_a_picture_for_it(reviewed, tmp_path):
    faces = views.as_faces(reviewed, views.wrong("first"), folder=tmp_path / "stills")

    assert 1 in faces.view.values("frame_number")
    assert (faces.shown, faces.found) == (10, 10)
    views.reload_view(faces.view)
    assert len(faces.view) == 10
    assert reviewed.match_frames(fo.ViewField("frame_number") == 1).count("frames.filepath") == 0


def test_what_is_changed_on_a_face_is_changed_in_its_video(reviewed, tmp_path):
    faces = views.as_faces(reviewed, views.confused("first", BALANCED, EXPRESSIVE), folder=tmp_path / "stills").view

    faces.tag_labels("check")

    assert reviewed.count_label_tags("frames.first") == {"check": 2}


def test_nothing_found_is_an_empty_view(reviewed, tmp_path):
    search = views.confused("first", RESERVED, BALANCED)

    assert len(views.as_videos(reviewed, search)) == 0
    assert len(views.as_clips(reviewed, search)) == 0
    assert views.as_faces(reviewed, search, folder=tmp_path / "stills").shown == 0


def test_a_video_that_is_gone_costs_its_own_faces_and_all_gone_is_an_error(reviewed, tmp_path):
    (tmp_path / "2.mp4").unlink()

    faces = views.as_faces(reviewed, views.uncertain("first"), folder=tmp_path / "stills")

    assert faces.view.values("frame_number") == [11]
    with pytest.raises(VideoError, match="none of the videos can be read"):
        views.as_faces(reviewed, views.confused("first", BALANCED, EXPRESSIVE), folder=tmp_path / "none")


def test_the_saved_views_show_the_same_when_they_are_opened_again(reviewed):
    names = views.save_review_views(reviewed, "first")
    sizes = {name: len(views.review_view(reviewed, "first", name)) for name in names}
    reviewed.reload()

    assert {name: len(reviewed.load_saved_view(name)) for name in names} == sizes
    assert sizes == {
        views.MISCLASSIFIED_FRAMES: 3,
        views.MISCLASSIFIED_VIDEOS: 1,
        views.MISTAKE_CLIPS: 3,
        views.CONFIDENT_MISTAKES: 3,
        views.UNCERTAIN_FRAMES: 2,
        views.WITHOUT_FACE: 1,
    }
    assert "run first" in reviewed.get_saved_view_info(views.MISTAKE_CLIPS)["description"]


def test_a_timeline_holds_what_the_run_said_of_each_frame(reviewed):
    series = video_series(reviewed, reviewed.last().id, "first")

    assert series["frames"] == FRAMES
    assert series["probabilities"] == [pytest.approx(probabilities(0, SURE), abs=1e-3)] * len(FRAMES)
    assert series["truths"] == {"video": [CATEGORIES.index(EXPRESSIVE)] * len(FRAMES)}
    assert series["model"] == "the notebook's network"
    assert (series["total"], series["frame_rate"], series["step"]) == (30, 10.0, 5)


def test_between_judged_frames_labels_are_held_without_being_stored(reviewed):
    before = reviewed.stats()

    newest, older = held_labels(reviewed, reviewed.last().id)["fields"]

    assert (newest["path"], older["path"]) == ("frames.second", "frames.first")
    assert (older["frames"], older["labels"], older["until"]) == (tuple(FRAMES), (RESERVED,) * len(FRAMES), 10)
    assert older["boxes"][0] == pytest.approx(BOX, abs=1e-4)
    assert reviewed.stats() == before


def test_a_video_without_predictions_has_no_timeline(reviewed):
    ids = reviewed.values("id")
    add_run(reviewed, "third", {ids[0]: FRAMES}, second_guess, held_out=[])

    assert video_series(reviewed, ids[1], "third") is None


def test_the_panel_names_what_is_to_be_done_before_there_is_anything_to_review(interviews, dataset_name):
    operator = first_step(interviews)["operator"]
    interviews.set_values(fields.FRAMES_LOOKED_AT, [None] * 4)
    before = first_step(interviews)["operator"]
    interviews.delete_samples(interviews)

    assert first_step(interviews)["operator"] == "@expressiveness/interviews/import_interviews"
    assert before == "@expressiveness/interviews/detect_faces"
    assert operator == "@expressiveness/interviews/train_model"


def test_the_panel_asks_for_predictions_of_a_run_that_has_none(interviews):
    interviews.register_run("cnn_1", interviews.init_run(method="expressiveness"))
    assert first_step(interviews)["operator"] == "@expressiveness/interviews/predict"

    ids = interviews.values("id")
    add_run(interviews, "cnn_2", dict.fromkeys(ids, FRAMES), first_guess, held_out=[])
    assert first_step(interviews) is None
