"""Every operator as the SDK and the App run it; the delegated ones are in test_delegated.py."""

import errno
import inspect
import json
import math
import os
import re
import sys
import threading
import time
from dataclasses import fields

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionContext, ExecutionError, Executor
from fiftyone.operators.types import RiskLevel
from fiftyone.plugins import PluginDefinition
from pymongo.errors import ConnectionFailure

from expressiveness.data import CATEGORIES, EXPRESSIVE, RESERVED, Curation, Thresholds
from expressiveness.errors import InterviewError, ModelError, ParameterError, TrainingError
from fiftyone_plugin.curation import curate, curation_of
from fiftyone_plugin.dataset import list_runs, record_of
from fiftyone_plugin.forms import Stated, parameters_of
from fiftyone_plugin.operators import OPERATORS
from fiftyone_plugin.operators.predict import Predict
from fiftyone_plugin.panels.timeline.video_series import video_series
from fiftyone_plugin.review import MISCLASSIFIED_FRAMES, as_faces, wrong
from fiftyone_plugin.steps import compute_embeddings, suspect_videos
from tests.examples import example_of
from tests.interviews import row, write_metadata, write_portrait_video

PLUGIN = "@expressiveness/interviews"


def operator(name):
    return foo.get_operator(f"{PLUGIN}/{name}")


def in_app(operator, dataset, **params):
    """Run an operator as the App does: as a generator of messages to the App, here (name, parameters)."""
    request = {"dataset_name": dataset.name, "params": params, "spaces": None}
    operator.at_once = 60  # whatever goes wrong is told in the form's window
    messages = operator.execute(ExecutionContext(request, executor=Executor(), operator_uri=operator.uri))
    try:
        for message in messages:
            yield message.body.operator_uri, message.body.params
    finally:
        messages.close()


def follow(dataset, order="look"):
    """Ask for the work on a dataset as the panel does: what it answers, and the names of what the App is to do."""
    request = {"dataset_name": dataset.name, "params": {"order": order}, "spaces": None}
    context = ExecutionContext(request, executor=Executor(), operator_uri=f"{PLUGIN}/follow_work")
    work = operator("follow_work").execute(context)["work"]
    return work, [message.operator_uri for message in context.executor._requests]


def begun(operator, dataset, **params):
    """Begin an operator's work as the App does, and leave it to itself."""
    operator.at_once = 0
    request = {"dataset_name": dataset.name, "params": params, "spaces": None}
    messages = list(operator.execute(ExecutionContext(request, executor=Executor(), operator_uri=operator.uri)))
    assert [message.body.operator_uri for message in messages] == ["open_panel", f"{PLUGIN}/work_began"]


def followed(operator, dataset, **params):
    """Begin and follow an operator's work: all that the panel sees of it, and what the App is to do in the end."""
    begun(operator, dataset, **params)
    seen = [follow(dataset)]
    while seen[-1][0]["state"] == "running":
        time.sleep(0.005)
        seen.append(follow(dataset))
    return [work for work, _ in seen], seen[-1][1]


def form(operator, dataset, **request):
    """The properties of an operator's form, as the App draws it."""
    name = None if dataset is None else dataset.name  # an empty dataset is false
    context = ExecutionContext({"dataset_name": name, **request}, operator_uri=operator.uri)
    return operator.resolve_type(context, "inputs").to_json()["type"]["properties"]


def refusal(operator, dataset, **request):
    """Why a form lets nobody run the operator."""
    properties = form(operator, dataset, **request)
    assert properties["cannot_run"]["invalid"]
    return properties["refusal"]["view"]["description"]


@pytest.fixture
def nothing_found(dataset_name, tmp_path):
    """Three interviews whose faces were not looked for."""
    from fiftyone_plugin.api import import_interviews, set_work_folder

    numbers = (1, 2, 3)
    for number in numbers:
        write_portrait_video(tmp_path / "set" / "videos" / f"vid_{number:04}.mp4")
    write_metadata(tmp_path / "set", *(row(number, facial_expression=number - 2.0) for number in numbers))
    import_interviews(tmp_path / "set", dataset_name)
    dataset = fo.load_dataset(dataset_name)
    set_work_folder(dataset, tmp_path / "work")
    return dataset


@pytest.mark.parametrize("cls", OPERATORS, ids=lambda cls: cls.__name__)
def test_an_operator_says_what_it_does_and_what_it_may_do(cls):
    registered = operator(cls().config.name)
    config = registered.config

    assert config.risk_level in (RiskLevel.LOW, RiskLevel.MEDIUM)
    assert config.label
    assert config.description
    assert config.icon
    assert config.allow_immediate_execution
    assert config.allow_delegated_execution
    arguments = list(inspect.signature(registered).parameters)
    assert {"delegate", *(field.name for field in fields(cls.parameters))} <= set(arguments)
    assert all(f"    {name}: " in inspect.getdoc(cls.__call__) for name in arguments)


def test_import_makes_a_dataset_and_importing_again_duplicates_nothing(sample_interviews, dataset_name):
    arguments = {"folder": str(sample_interviews), "dataset_name": dataset_name}

    first = operator("import_interviews")(**arguments, limit=4).result
    second = operator("import_interviews")(**arguments).result

    assert (first["added"], first["updated"], first["failures"]) == (4, 0, [])
    assert (second["added"], second["updated"]) == (8, 4)
    assert second["message"] == "8 interviews added, 4 updated"
    assert len(fo.load_dataset(dataset_name)) == 12


def test_the_import_form_shows_what_is_there_and_what_is_wrong_before_anything_is_written(tmp_path, dataset_name):
    write_portrait_video(tmp_path / "videos" / "vid_0001.mp4")
    write_metadata(tmp_path, row(1), row(2), b"{not json", row(1))
    folder = {"folder": {"absolute_path": str(tmp_path)}}
    before = fo.list_datasets()

    properties = form(operator("import_interviews"), None, params=folder)

    assert properties["preview"]["view"]["description"] == "2 interviews of 2 participants; 1 video missing"
    assert "2 rows will be passed over: line 3" in properties["bad_rows"]["view"]["description"]
    assert {"dataset_name", "target", "limit", "low", "high"} <= properties.keys()
    assert fo.list_datasets() == before
    assert "metadata.jsonl" in refusal(
        operator("import_interviews"), None, params={"folder": {"absolute_path": str(tmp_path / "videos")}}
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("train_model", "Detect faces first: 3 videos have no faces yet."),
        ("predict", "Detect faces first: 3 videos have no faces yet."),
        ("curate", "Detect faces first: 3 videos have no faces yet."),
        ("compute_embeddings", "Detect faces first: 3 videos have no faces yet."),
        ("find_suspicious_labels", "Detect faces first: 3 videos have no faces yet."),
        ("review_errors", "Train a model first: {name} has no run yet."),
        ("undo_curation", "{name} has no curation that could be undone."),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(nothing_found, name, sentence):
    assert refusal(operator(name), nothing_found) == sentence.format(name=nothing_found.name)


def test_other_datasets_are_told_to_import_first(dataset_name):
    other = fo.Dataset(dataset_name)
    names = ["detect_faces", "train_model", "predict", "run_pipeline", "find_suspicious_labels", "curate"]
    names += ["export_curated", "compute_embeddings"]

    assert {refusal(operator(name), other) for name in names} == {
        f"{dataset_name} holds no interviews; run Import interviews first"
    }


def test_without_a_dataset_only_import_can_run(dataset_name):
    names = [cls().config.name for cls in OPERATORS if cls.on_dataset]

    assert {refusal(operator(name), None) for name in names} == {"Open a dataset of interviews first."}
    assert "cannot_run" not in form(operator("import_interviews"), None)


def test_a_missing_package_is_named_with_the_line_that_installs_it(nothing_found, monkeypatch):
    predict = operator("predict")
    requirements = sys.modules[type(predict).__module__.rpartition(".operators")[0] + ".requirements"]
    monkeypatch.setattr(requirements, "NEEDED", {"no_such_package": "no-such-package"})

    sentence = refusal(predict, nothing_found)
    assert sentence.startswith("Missing: no_such_package. Run this where FiftyOne is installed")
    assert sentence.endswith(": pip install no-such-package")
    with pytest.raises(ModuleNotFoundError, match=r"^Missing: no_such_package"):
        predict(nothing_found)


def test_detect_writes_faces_and_detecting_again_finds_them_stored(nothing_found):
    first = operator("detect_faces")(nothing_found, workers=1).result
    faces = nothing_found.count("frames.faces.detections")
    second = operator("detect_faces")(nothing_found, workers=1).result

    assert faces > 0
    assert first["videos"] == {"succeeded": 3, "skipped": 0, "failed": 0}
    assert second["videos"] == {"succeeded": 0, "skipped": 3, "failed": 0}
    assert nothing_found.count("frames.faces.detections") == faces


def test_an_operator_works_on_a_view_alone(nothing_found):
    operator("detect_faces")(nothing_found[1:2], workers=1)

    looked_at = nothing_found.values("frames_looked_at")
    assert looked_at[0] is looked_at[2] is None
    assert looked_at[1] > 0
    assert refusal(operator("predict"), nothing_found) == "Detect faces first: 2 videos have no faces yet."


def test_on_frames_an_operator_works_on_the_videos_they_are_of(dataset):
    dataset.set_values("frames.filepath", [["x.jpg"] * len(sample.frames) for sample in dataset])
    frames = dataset[:2].to_frames(sample_frames=False)

    result = operator("predict")(frames, run="first").result

    assert (result["videos"], result["frames"]) == (2, len(frames))


def test_work_that_is_stopped_keeps_what_is_done_and_the_next_run_goes_on_from_there(nothing_found):
    begun(operator("detect_faces"), nothing_found, workers=1)
    work, _ = follow(nothing_found, "stop")
    while work["state"] in ("running", "stopping"):
        time.sleep(0.05)
        work, _ = follow(nothing_found)

    assert (work["state"], work["message"][:7]) == ("stopped", "Stopped")
    done = [number for number in nothing_found.values("frames_looked_at") if number]
    assert len(done) < 3
    assert threading.active_count() < 50

    rest = operator("detect_faces")(nothing_found, workers=1).result
    assert rest["videos"]["skipped"] >= len(done)
    assert all(nothing_found.values("frames_looked_at"))


def test_the_panel_is_told_how_far_the_work_is_and_what_came_out_and_the_app_to_show_it_once(dataset):
    seen, messages = followed(operator("predict"), dataset, run="first")

    shares = [work["share"] or 0 for work in seen]
    assert shares == sorted(shares)
    assert (seen[-1]["state"], shares[-1]) == ("done", 1)
    assert "frames of 12 videos classified" in seen[-1]["message"]
    assert messages == ["reload_dataset", "set_active_fields", "notify"]
    assert follow(dataset)[1] == []
    assert follow(dataset, "forget")[0] is None


def test_an_error_reaches_the_caller_as_one_sentence(dataset):
    with pytest.raises(ExecutionError, match=rf"{dataset.name} has no run 'none' \(runs: first\)\n$"):
        operator("predict")(dataset, run="none")
    [(window, shown), (toast, said)] = in_app(operator("predict"), dataset, run="none")
    sentence = f"{dataset.name} has no run 'none' (runs: first)"
    assert (window, toast, said) == ("show_output", "notify", {"message": sentence, "variant": "error"})
    assert shown["outputs"]["type"]["properties"]["failure"]["view"]["description"] == sentence
    assert shown["outputs"]["type"]["properties"]["again"]["view"]["params"] == {"run": "none"}
    dataset[:1].clear_sample_field("frames_looked_at")
    with pytest.raises(ExecutionError, match=r"Detect faces first: 1 video has no faces yet\.$"):
        operator("predict")(dataset, run="first")


BAD_VALUES = (
    ("train_model", {"seed": 0.5}, "seed is 0.5: give a whole number"),
    ("train_model", {"epochs": 1.5}, "epochs is 1.5: give a whole number"),
    ("train_model", {"target": "charisma"}, ".* has no score 'charisma'; choose from openness"),
    ("train_model", {"low": math.nan}, "low is nan: give a number"),
    ("train_model", {"run": "a\0b"}, r"run is 'a\\x00b': give a text, without control characters"),
    ("run_pipeline", {"seed": 0.5}, "seed is 0.5: give a whole number"),
    ("detect_faces", {"confidence": math.nan}, "confidence is nan: give a number"),
    ("detect_faces", {"every": 2.5}, "every is 2.5: give a whole number"),
    ("detect_faces", {"detector": "best"}, "detector is 'best': choose from auto"),
    ("predict", {"run": "first\n"}, "run is .*: give a text, without control characters"),
    ("review_errors", {"view": "Everything"}, "view is 'Everything': choose from Misclassified frames"),
    ("compute_embeddings", {"map": "umap"}, "map is 'umap': choose from pca"),
    ("curate", {"level": "people"}, "level is 'people': choose from faces, videos"),
    ("curate", {"decision": "delete", "decided_by": "ann"}, "decision is 'delete': choose from exclude"),
    ("export_curated", {"folder": {"absolute_path": "a\0b"}}, "folder is .*: give the path of a folder"),
    ("find_suspicious_labels", {"view_target": "ALL"}, "view_target is 'ALL': choose from"),
)


@pytest.mark.parametrize(("name", "params", "sentence"), BAD_VALUES, ids=str)
def test_a_bad_value_ends_in_one_sentence_for_every_kind_of_caller(dataset, name, params, sentence):
    with pytest.raises(ExecutionError, match=rf"{sentence}[^\n]*\n?$"):
        foo.execute_operator(operator(name).uri, dataset=dataset, params=dict(params))
    told = [parameters["message"] for what, parameters in in_app(operator(name), dataset, **params) if what == "notify"]
    assert len(told) == 1
    assert re.match(sentence, told[0])


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConnectionFailure("refused"), "FiftyOne's database does not answer"),
        (MemoryError(), "There is not enough memory"),
        (OSError(errno.ENOSPC, "No space left on device", "/disk/faces"), "/disk/faces: No space left on device"),
        (TrainingError("too few"), "too few"),
        (
            ZeroDivisionError("division by zero"),
            r"This should not have happened \(ZeroDivisionError: division by zero\)",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_goes_wrong_while_an_operator_works_is_told(dataset, caplog, error, sentence):
    class Failing(Predict):
        def run(self, ctx, progress):
            progress(1, 2, "half")
            raise error

    messages = list(in_app(Failing(), dataset))

    assert [what for what, _ in messages] == ["show_output", "notify"]
    assert messages[-1][1]["variant"] == "error"
    assert re.match(sentence, messages[-1][1]["message"])
    assert ("Traceback" in caplog.text) == isinstance(error, ZeroDivisionError), "the unforeseen is logged"


def test_curating_single_faces_by_labels_that_they_do_not_show_says_what_they_show(dataset, tmp_path):
    faces = as_faces(dataset, wrong("first"), folder=tmp_path / "frames").view

    with pytest.raises(
        InterviewError, match=r"^the view shows no labels faces but first: under Frames that show, choose"
    ):
        curate(faces, "exclude", by="ann", shown_by=["faces"])
    with pytest.raises(ExecutionError, match="the view shows no labels faces but first"):
        operator("curate")(faces, "exclude", "ann", shown_by="faces")
    assert operator("curate")(faces, "exclude", "ann").result["faces"] > 0, "what is shown, if nothing is said"


def test_training_again_on_the_same_people_honours_decisions_and_says_so(dataset):
    split = dict(zip(*dataset.values(["interview_id", "first_split"]), strict=True))
    trained, held_out = (dataset.match(fo.ViewField("first_split") == name)[:1] for name in ("train", "test"))
    operator("curate")(trained, "exclude", "ann")
    excluded = len(curation_of(dataset))
    operator("curate")(held_out, "exclude", "ann")  # has no part in training, and changes no figure

    result = operator("train_model")(dataset, run="second", epochs=1, split_of="first").result
    operator("predict")(dataset, run="second")

    dataset.reload()
    assert dict(zip(*dataset.values(["interview_id", "second_split"]), strict=True)) == split
    assert result["excluded_faces"] == excluded
    assert f"people left out {excluded} faces" in result["message"]
    assert "of run first" in result["message"]
    assert dataset.get_run_info("second").config.split_of == "first"


def test_the_training_form_warns_of_what_would_spoil_the_result(dataset):
    thresholds = {"low": -50.0, "high": 0.3}

    properties = form(operator("train_model"), dataset, params={**thresholds, "split_of": "first"})

    warnings = [value["view"]["description"] for name, value in properties.items() if name.startswith("warning")]
    assert warnings == [
        "6 participants: figures on held-out people are uncertain; 30 are better.",
        "No video is Reserved Expression at these thresholds, so that cannot be learned.",
    ]
    choices = [choice["label"] for choice in properties["split_of"]["view"]["choices"]]
    assert choices == ["New split, by people", "Same people as run first, to compare with it"]


def test_the_training_form_offers_only_what_the_chosen_model_needs(dataset):
    network = form(operator("train_model"), dataset, params={"model": "notebook_cnn"})
    movement = form(operator("train_model"), dataset)

    assert network.keys() - movement.keys() == {"face_input", "epochs"}
    assert network["run"]["view"]["description"] == "cnn_1 if empty"
    assert movement["run"]["view"]["description"] == "movement_1 if empty"


def test_the_training_form_warns_of_people_in_more_than_one_set(dataset):
    split = dict(zip(*dataset.values(["first_split", "participant"]), strict=True))
    dataset.match(fo.ViewField("participant") == split["test"]).set_values("participant", [split["train"]] * 2)

    properties = form(operator("train_model"), dataset, params={"split_of": "first"})

    assert properties["warning_1"]["view"]["description"] == (
        f"Run first had the same people in more than one set (participant {split['train']}), which flatters the "
        "figures; choose a new split."
    )


def test_a_model_of_movement_is_trained_and_predicts_beside_the_network(moving):
    trained = operator("train_model")(moving, model="movement").result
    predicted = operator("predict")(moving, run="movement_1").result

    moving.reload()
    assert trained["run"] == "movement_1"
    assert trained["accuracy"] > 0.7
    assert predicted["failures"] == []
    assert predicted["frames"] == moving.count("frames.movement_1.detections") == 6 * 32
    assert moving.count("movement_1_score") == 32
    assert record_of(moving, "movement_1")["config"]["model"] == "movement"
    sentence = f"Train a network first: {moving.name} has no run of one yet."
    assert refusal(operator("compute_embeddings"), moving) == sentence
    with pytest.raises(ModelError, match=r"^the model movement cannot do this"):
        compute_embeddings(moving, "movement_1")


def test_frames_are_right_by_what_the_face_does_or_by_their_video_and_so_again_after_a_decision_is_undone(moving):
    operator("train_model")(moving, run="again")
    truth = "frames.again.detections.truth"

    by_face = operator("predict")(moving, run="again").result
    before = moving.values(truth, unwind=True)
    operator("curate")(moving[:1], "category", "ann", category=RESERVED, level="videos")
    operator("undo_curation")(moving)
    undone = moving.values(truth, unwind=True)
    sample = moving.first().id
    by_face_series = video_series(moving, sample, "again")
    operator("predict")(moving, run="again", frames_against="video")
    by_video_series = video_series(moving, sample, "again")

    assert undone == before
    assert (by_face_series["against"], by_video_series["against"]) == ("face", "video")
    assert by_face_series["truths"] == by_video_series["truths"]  # either can be looked at
    of_videos = moving.values("category.label")
    assert [set(of_frames) for of_frames in moving.values("frames.again.detections[].truth")] == [
        {category} for category in of_videos
    ]
    assert by_face["wrong_frames"] == moving.count("frames.again.detections") - sum(
        map(str.__eq__, before, moving.values("frames.again.detections.label", unwind=True))
    )


def test_the_details_of_a_video_say_which_regions_of_the_face_move_and_when(moving):
    sample = moving.first()

    details = operator("video_details")(moving, sample=sample.id).result

    shares = details["why"]["shares"]
    assert sum(shares.values()) == pytest.approx(1)
    assert details["regions"]["names"] == list(shares) == list(details["why"]["of_regions"])
    assert {len(one) for one in details["regions"]["intensity"]} == {len(details["regions"]["seconds"])}
    first, last = (details["regions"]["seconds"][place] for place in (0, -1))
    assert all(first <= start < end <= last + 0.01 for start, end in details["why"]["telling"])
    assert details["strip"]["frames"][0] == min(sample.frames)
    assert details["transcript"] == []


def flip(dataset, count):
    """Turn clear labels into their opposite, as if their rows had been mixed up; return those videos."""
    wrong = dataset.match(fo.ViewField("facial_expression").abs() > 1)[:count].values("id")
    for sample in dataset.select(wrong):
        sample["facial_expression"] *= -1
        sample["category"].label = Thresholds().category(sample["facial_expression"])
        sample.save()
    return wrong


def test_labels_that_were_turned_around_are_found_and_leave_the_list_once_a_person_decides(moving):
    wrong = flip(moving, 3)

    result = operator("find_suspicious_labels")(moving).result

    moving.reload()
    listed = moving.load_saved_view(result["view"])
    assert set(wrong) <= set(listed.values("id")[:4])
    assert listed.values("suspicion") == sorted(listed.values("suspicion"), reverse=True)
    assert (result["videos"], result["to_check"]) == (32, len(listed))
    assert all(one["suggested_category"].label != one["category"].label for one in listed)
    assert "how improbable" in moving.get_field("suspicion").description

    operator("curate")(moving.select(wrong[:1]), "confirm", "ann", level="videos")
    operator("curate")(moving.select(wrong[1:2]), "exclude", "ann", level="videos")
    assert set(wrong) & set(moving.load_saved_view(result["view"]).values("id")) == set(wrong[2:])
    again = operator("find_suspicious_labels")(moving).result
    assert (again["videos"], [failure["id"] for failure in again["failures"]]) == (
        31,
        moving.select(wrong[1]).values("interview_id"),
    )
    assert moving.select(wrong[1]).values("suspicion") == [None]


def test_the_panel_lists_the_labels_to_check(moving):
    assert suspect_videos(moving, most=2) == []
    wrong = flip(moving, 3)
    assert operator("find_suspicious_labels")(moving.select(wrong)).result["videos"] == 3  # held against everybody's

    first, second = suspect_videos(moving, most=2)

    assert {first.id, second.id} <= set(wrong)
    assert 0.5 < second.suspicion <= first.suspicion <= 1
    assert moving[first.id]["category"].label == first.category != first.suggested


def test_wrong_labels_are_not_looked_for_among_too_few_people(moving):
    moving.delete_samples(moving.match(fo.ViewField("participant") >= "4"))

    with pytest.raises(ExecutionError, match=r"of 4 people; wrong labels can be told by .* of 5 people or more"):
        operator("find_suspicious_labels")(moving)


def test_movement_is_read_from_the_videos_with_progress_and_kept(dataset):
    seen, _ = followed(operator("train_model"), dataset, model="movement")

    notes = {work["note"] for work in seen}
    assert seen[-1]["message"].startswith("Run movement_1 (Movement, the default): ")
    assert {f"movement of {number} of 12 videos read" for number in (0, 6)} <= notes


def test_review_opens_the_frames_that_are_wrong(dataset):
    result = operator("review_errors")(dataset, run="first").result

    dataset.reload()
    assert MISCLASSIFIED_FRAMES in dataset.list_saved_views()
    assert result["view"] == MISCLASSIFIED_FRAMES
    assert "set_view" in [name for name, _ in in_app(operator("review_errors"), dataset, run="first")]


def test_the_pipeline_goes_the_whole_way_under_one_name_and_shows_how_far_it_is(nothing_found):
    seen, messages = followed(operator("run_pipeline"), nothing_found, workers=1, model="notebook_cnn", epochs=1)

    nothing_found.reload()
    shares = [work["share"] or 0 for work in seen]
    assert shares == sorted(shares)
    notes = [work["note"] for work in seen]
    assert any(note.startswith("Step 1 of 4, finding faces") for note in notes)
    assert notes[-1] == "Step 4 of 4, reviewing"
    assert any(note.startswith("Step 2 of 4, training: ") for note in notes)
    assert messages == ["reload_dataset", "set_view", "set_active_fields", "notify"]
    assert list_runs(nothing_found) == ["cnn_1"]
    assert nothing_found.count("frames.cnn_1.detections") == nothing_found.count("frames.faces.detections")
    assert MISCLASSIFIED_FRAMES in nothing_found.list_saved_views()


def test_curate_decides_on_selected_labels_and_undo_takes_it_back(dataset):
    sample = dataset.first()
    number = min(sample.frames)
    label = {"sample_id": sample.id, "field": "frames.first", "frame_number": number}
    label["label_id"] = sample.frames[number]["first"].detections[0].id

    result = operator("curate")(dataset, "category", "ann", category=EXPRESSIVE, labels=[label]).result
    decided = curation_of(dataset)
    undone = operator("undo_curation")(dataset).result

    assert result["message"] == "Set the category: 0 videos, 1 face. Undo curation takes it back."
    assert [(face.frame_number, face.category, face.decided_by) for face in decided.faces] == [
        (number, EXPRESSIVE, "ann")
    ]
    assert undone["message"] == "Taken back. Set the category: 0 videos, 1 face."
    assert len(curation_of(dataset)) == 0


def test_the_forms_of_curation_say_what_they_are_about(dataset):
    everything = form(operator("curate"), dataset, params={"decision": "category"})
    videos = form(operator("curate"), dataset, params={"level": "videos"})
    operator("curate")(dataset[:2], "exclude", "ann")
    undo = form(operator("undo_curation"), dataset)

    faces = dataset.count("frames.faces.detections")
    assert everything["about"]["view"]["label"].startswith(f"The faces of up to {faces} frames.")
    assert {"category", "decided_by", "level", "shown_by"} <= everything.keys()
    assert everything["decided_by"]["default"]
    assert videos["about"]["view"]["label"].startswith("12 videos.")
    assert "by ann at 20" in undo["step"]["view"]["description"]


def test_export_writes_what_training_reads(dataset, tmp_path):
    operator("curate")(dataset[:1], "exclude", "ann", level="videos")
    operator("curate")(dataset[1:2], "category", "ann", category=EXPRESSIVE)

    result = operator("export_curated")(dataset, str(tmp_path / "out")).result

    assert (result["interviews"], result["left_out"]) == (11, 1)
    assert Curation.load(tmp_path / "out" / "decisions.json") == curation_of(dataset)
    lines = (tmp_path / "out" / "metadata.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == dataset[1:].values("interview_id")
    assert sum(result["faces"].values()) == len(list((tmp_path / "out" / "faces").rglob("*.png")))


def test_embeddings_serve_fiftyone_brain(dataset):
    result = operator("compute_embeddings")(dataset, run="first").result
    again = operator("compute_embeddings")(dataset, run="first").result

    dataset.reload()
    assert result["videos"] == 12
    assert result["brain_keys"] == again["brain_keys"] == ["first_map", "first_similarity"]
    assert dataset.first()["first_embedding"].shape == (256,)
    assert dataset.load_brain_results("first_map").points.shape == (12, 2)
    assert None not in dataset.values("first_uniqueness")
    nearest = dataset.sort_by_similarity(dataset.first().id, brain_key="first_similarity", k=3)
    assert nearest.first().id == dataset.first().id


def test_a_model_of_another_package_trains_and_predicts_from_the_app(dataset, monkeypatch):
    from expressiveness.models import MODELS
    from tests.third_party_model import CropVariance

    monkeypatch.setitem(MODELS._things, "variance", CropVariance)

    assert "variance" in str(form(operator("train_model"), dataset)["model"])
    trained = operator("train_model")(dataset, model="variance").result
    predicted = operator("predict")(dataset, run=trained["run"]).result

    assert trained["run"] == "variance_1"
    assert predicted["videos"] == 12
    assert set(dataset.distinct("variance_1_video.label")) <= set(CATEGORIES)


@pytest.fixture
def tag_few_faces(tmp_path, monkeypatch):
    """The operator of docs/architecture.md, as if its file were among ours and its name in fiftyone.yml."""
    (tmp_path / "tag_few_faces.py").write_text(example_of("An operator"))
    operators = sys.modules[type(operator("predict")).__module__.rpartition(".")[0]]
    monkeypatch.setattr(operators, "__path__", [*operators.__path__, str(tmp_path)])
    added = operators._defined_in("tag_few_faces")
    monkeypatch.setattr(operators, "OPERATORS", (*operators.OPERATORS, *added))
    monkeypatch.setattr(PluginDefinition, "can_register_operator", lambda definition, name: True)
    yield operator("tag_few_faces")
    del sys.modules[added[0].__module__]


def test_an_operator_from_the_documents_is_all_that_an_operator_needs(dataset, tag_few_faces, capsys):
    dataset[:1].set_values("frames_without_face", [100])
    strict = form(tag_few_faces, dataset, params={"share": 1})

    result = tag_few_faces(dataset, share=0.9).result
    [*_, (_, said)] = in_app(tag_few_faces, dataset, tag="seldom")

    assert (strict["share"]["view"]["label"], strict["share"]["default"]) == ("Least share of frames with a face", 0.5)
    assert "single frame" in strict["strict"]["view"]["description"]
    assert result == {"tagged": 1, "message": "1 video tagged"}
    assert said == {"message": "1 video tagged", "variant": "success"}
    assert dataset.match_tags(["few faces", "seldom"], all=True).values("id") == [dataset.first().id]
    with pytest.raises(ParameterError, match=r"^share is 90: give a number from 0 to 1$"):
        tag_few_faces(dataset, share=90)
    help(tag_few_faces)
    assert "share: float = 0.5, tag: str = 'few faces', delegate: bool = False" in capsys.readouterr().out


def test_what_a_notebook_has_by_default_is_what_the_form_offers(dataset):
    for cls in (one for one in OPERATORS if one.on_dataset):
        offered = form(cls(), dataset)
        for one in parameters_of(cls.parameters).values():
            if isinstance(one.default, Stated):
                assert offered.get(one.name, {}).get("default", one.default()) == one.default()


def test_the_form_reads_no_rows_of_a_file_that_would_hold_up_the_server(tmp_path):
    folder = write_metadata(tmp_path / "set", row(1))
    with (folder / "metadata.jsonl").open("ab") as file:
        file.truncate(2**30)

    properties = form(operator("import_interviews"), None, params={"folder": {"absolute_path": str(folder)}})

    assert properties["preview"]["view"]["description"] == (
        "metadata.jsonl has 1,074 MB: what it holds is seen once it is imported"
    )
    assert "dataset_name" in properties
    (folder / "metadata.jsonl").unlink()
    os.mkfifo(folder / "metadata.jsonl")
    refused = form(operator("import_interviews"), None, params={"folder": {"absolute_path": str(folder)}})
    assert "it is a pipe or a device, not a file" in refused["refusal"]["view"]["description"]
