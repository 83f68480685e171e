"""What waits for a decision, and decisions that are saved frame by frame."""

import re

import fiftyone as fo
import fiftyone.operators as foo
import numpy as np
import pytest

from expressiveness.data import BALANCED, CATEGORIES, EXPRESSIVE
from expressiveness.samples import render_sample_interviews
from fiftyone_plugin import fields
from fiftyone_plugin.api import detect_faces, import_interviews, set_work_folder
from fiftyone_plugin.curation import curate, undo_curation
from fiftyone_plugin.review import decided_in, review_queue
from tests.made_up_runs import add_run, first_guess, second_guess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def source(mongodb, tmp_path_factory):
    """Four sample interviews with the faces that were found and a made-up run."""
    name, folder = "review-queue-source", tmp_path_factory.mktemp("queue")
    render_sample_interviews(folder / "interviews", participants=4, clips_per_participant=1, seconds=2.0)
    import_interviews(folder / "interviews", name)
    dataset = fo.load_dataset(name)
    set_work_folder(dataset, folder / "work")
    detect_faces(dataset)
    ids, frames = dataset.values(["id", "frames.frame_number"])
    add_run(dataset, "first", dict(zip(ids, frames, strict=True)), first_guess, held_out=ids[1:])
    yield dataset
    fo.delete_dataset(name)


@pytest.fixture
def reviewed(source, dataset_name):
    """A copy for one test."""
    return source.clone(dataset_name, persistent=True)


def save(dataset, *decisions, by="AB"):
    operator = foo.get_operator("@expressiveness/interviews/save_decisions")
    numbered = [{"key": f"key-{place}", **decision} for place, decision in enumerate(decisions)]
    result = operator(dataset, decided_by=by, decisions=numbered).result
    dataset.reload()
    return result


def waiting(dataset, queue="mistakes"):
    return {video["interview"]: video["frames"] for video in review_queue(dataset, "first", queue).videos}


def wrong_frames(dataset):
    """The numbers of the frames that run first has wrong, by interview."""
    found = {}
    for sample in dataset:
        numbers = [
            number
            for number, frame in sample.frames.items()
            if frame["first"] and any(not face.correct for face in frame["first"].detections)
        ]
        if numbers:
            found[sample.interview_id] = numbers
    return found


def test_the_queue_holds_every_mistake_the_fullest_video_first(reviewed):
    queue = review_queue(reviewed, "first", "mistakes").videos

    assert waiting(reviewed) == wrong_frames(reviewed) != {}
    sizes = [len(video["frames"]) for video in queue]
    assert sizes == sorted(sizes, reverse=True)


def test_what_is_decided_leaves_the_queue_and_comes_back_when_undone(reviewed):
    first = review_queue(reviewed, "first", "mistakes").videos[0]
    number = first["frames"][0]

    saved = save(reviewed, {"sample": first["id"], "frames": [number], "decision": "category", "category": EXPRESSIVE})

    assert list(saved["steps"]) == ["key-0"]
    assert saved["decided"][first["id"]]["frames"][str(number)] == {
        "category": EXPRESSIVE,
        "excluded": False,
        "by": "AB",
    }
    assert number not in waiting(reviewed)[first["interview"]]
    save(reviewed, {"sample": first["id"], "frames": [number], "decision": "undo", "step": saved["steps"]["key-0"]})
    assert number in waiting(reviewed)[first["interview"]]


def test_each_decision_is_a_step_of_its_own_and_one_that_cannot_be_saved_costs_no_other(reviewed):
    first = review_queue(reviewed, "first", "mistakes").videos[0]
    one, other = first["frames"][:2]

    saved = save(
        reviewed,
        {"sample": first["id"], "frames": [one], "decision": "category", "category": "Bored"},
        {"sample": first["id"], "frames": [10**6], "decision": "confirm"},
        {"sample": first["id"], "frames": [one], "decision": "category", "category": BALANCED},
        {"sample": first["id"], "frames": [other], "decision": "exclude"},
    )

    assert sorted(saved["steps"]) == ["key-2", "key-3"]
    assert "category 'Bored'; choose from" in saved["refused"]["key-0"]
    assert "no primary face is shown here" in saved["refused"]["key-1"]
    undo_curation(reviewed)
    assert list(decided_in(reviewed)[first["id"]]["frames"]) == [str(one)]


def test_only_the_last_step_is_undone_and_only_the_one_that_is_named(reviewed):
    first = review_queue(reviewed, "first", "mistakes").videos[0]
    step = {"sample": first["id"], "frames": first["frames"][:1], "decision": "confirm"}
    name = save(reviewed, step)["steps"]["key-0"]
    curate(reviewed, "check", by="CD", level="videos")

    refused = save(reviewed, {**step, "decision": "undo", "step": name})["refused"]

    assert refused["key-0"] == "something else was decided since; take that back first (Undo curation)"
    assert decided_in(reviewed)[first["id"]]["frames"]


def test_a_decision_is_undone_in_the_call_that_saves_it_and_nothing_else_where_it_was_not_saved(reviewed):
    first = review_queue(reviewed, "first", "mistakes").videos[0]
    one, other = first["frames"][:2]
    confirm = {"sample": first["id"], "decision": "confirm"}
    undo = {"sample": first["id"], "frames": [], "decision": "undo"}

    saved = save(
        reviewed,
        {**confirm, "frames": [one]},
        {**confirm, "frames": [other]},
        {**undo, "undoes": "key-1"},
        {**confirm, "frames": [10**6]},
        {**undo, "undoes": "key-3"},
        {"decision": "confirm"},
    )

    assert sorted(saved["refused"]) == ["key-3", "key-4", "key-5"]
    assert saved["refused"]["key-4"] == "what is to be taken back was not saved"
    assert list(decided_in(reviewed)[first["id"]]["frames"]) == [str(one)]


def test_a_video_that_is_left_out_waits_for_nothing(reviewed):
    first = review_queue(reviewed, "first", "mistakes").videos[0]

    saved = save(reviewed, {"sample": first["id"], "frames": [], "decision": "exclude", "whole_video": True})

    assert saved["decided"][first["id"]]["left_out"]
    assert first["interview"] not in waiting(reviewed)
    assert fo.load_dataset(reviewed.name)[first["id"]].tags == ["exclude"]


def test_the_other_queues_hold_what_their_names_say(reviewed):
    for queue in ("confident", "uncertain"):
        numbers = waiting(reviewed, queue)
        for sample in reviewed:
            for number in numbers.get(sample.interview_id, []):
                [face] = sample.frames[number]["first"].detections
                probabilities = np.sort(face.probabilities)
                if queue == "confident":
                    assert not face.correct
                    assert face.confidence >= 0.8
                else:
                    assert probabilities[-1] - probabilities[-2] <= 0.1


def test_disagreements_hold_the_frames_that_two_runs_put_into_other_categories(reviewed):
    assert review_queue(reviewed, "first", "disagreements").note.startswith("There is only one run so far")
    ids, frames = reviewed.values(["id", "frames.frame_number"])
    add_run(reviewed, "second", dict(zip(ids, frames, strict=True)), second_guess, held_out=ids[1:])

    expected = {
        sample.interview_id: numbers
        for sample in reviewed
        if (
            numbers := [
                number
                for number, frame in sample.frames.items()
                if frame["first"].detections[0].label != frame["second"].detections[0].label
            ]
        )
    }
    assert waiting(reviewed, "disagreements") == expected != {}
    found = review_queue(reviewed, "second", "disagreements")
    assert {video["interview"]: video["frames"] for video in found.videos} == expected
    assert found.note == "Where runs second and first differ."


def test_a_suspicious_label_waits_at_its_worst_frame_and_is_decided_as_a_whole_video(reviewed):
    assert review_queue(reviewed, "first", "suspicious").note == "Run Find suspicious labels first."
    fields.declare_suspicion(reviewed)
    doubted = reviewed.skip(3).first()
    other = next(name for name in CATEGORIES if name != doubted.category.label)
    doubted["suspicion"], doubted["suggested_category"] = 0.9, fo.Classification(label=other)
    doubted.save()

    found = review_queue(reviewed, "first", "suspicious")

    assert found.whole_videos
    [video] = found.videos
    assert (video["interview"], len(video["frames"]), video["suggested"]) == (doubted.interview_id, 1, other)
    assert video["frames"][0] in wrong_frames(reviewed)[doubted.interview_id]
    save(reviewed, {"sample": doubted.id, "whole_video": True, "decision": "category", "category": other})
    assert review_queue(reviewed, "first", "suspicious").videos == []
    assert decided_in(reviewed)[doubted.id]["reviewed"] == other


def test_what_to_label_next_is_of_people_that_the_run_may_learn_from_and_says_what_it_is_worth(reviewed):
    ids = reviewed.values("id")
    reviewed.set_values("first_split", ["train", "train", "train", "test"])

    found = review_queue(reviewed, "first", "informative")

    assert {video["id"] for video in found.videos} <= set(ids[:3])
    assert re.fullmatch(r"Of 3 people; \d+ decisions should tell as much as some \d+ on .* by chance\.", found.note)
    first = found.videos[0]
    save(reviewed, {"sample": first["id"], "frames": first["frames"], "decision": "confirm"})
    assert first["interview"] not in waiting(reviewed, "informative")
