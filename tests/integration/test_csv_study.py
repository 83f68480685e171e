"""A study in a CSV, through the App's operators: what the form shows, what the dataset holds, what comes out again."""

import json
import shutil

import fiftyone as fo
import pytest

from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED, Thresholds, read_interviews
from expressiveness.errors import InterviewError, TrainingError
from fiftyone_plugin import fields
from fiftyone_plugin.api import import_interviews, interviews_of
from fiftyone_plugin.curation import truths_of
from fiftyone_plugin.dataset import imported_measure, info_of, keep_info, rule_of
from fiftyone_plugin.steps.importer import Interviews
from tests.integration.test_operators import form, operator
from tests.interviews import row, write_metadata, write_portrait_video

TABLE = """clip;who;warmth;tags;2nd site
1.mp4;Ada;0,5;a;Bonn
2.mp4;Ada;1;b;
3.mp4;Bob;-1;c;Bonn
4.mp4;Cy;x;d;Bonn
5.mp4;Cy;7;e;Bonn
"""
COLUMNS = "video=clip,participant=who,score=warmth"


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    return [write_portrait_video(folder / f"{number}.mp4", frames=4) for number in (1, 2, 3)]


@pytest.fixture
def study(tmp_path, videos):
    """Three interviews, one whose rating is no number, and one without its video."""
    for video in videos:
        shutil.copyfile(video, tmp_path / video.name)
    (tmp_path / "ratings.csv").write_text(TABLE)
    return tmp_path


def test_the_form_shows_what_the_columns_are_taken_as_and_offers_the_scores(study):
    before = fo.list_datasets()

    guessed = form(operator("import_interviews"), None, params={"folder": {"absolute_path": str(study)}})
    said = form(
        operator("import_interviews"), None, params={"folder": {"absolute_path": str(study)}, "columns": COLUMNS}
    )

    assert "which column names the participant" in guessed["refusal"]["view"]["description"]
    assert "columns" in guessed, "where it is said"
    assert "3 interviews" not in said["preview"]["view"]["description"]
    assert "4 interviews of 3 participants; 1 video missing" in said["preview"]["view"]["description"]
    assert "video: clip; participant: who; scores: warmth" in said["preview"]["view"]["description"]
    assert "line 5 (id 4): warmth is no finite number" in said["bad_rows"]["view"]["description"]
    assert [choice["value"] for choice in said["reader"]["view"]["choices"]] == ["csv"]
    assert [choice["value"] for choice in said["target"]["view"]["choices"]] == ["warmth"]
    assert said["low"]["view"]["description"] == "0.5 if empty"
    assert fo.list_datasets() == before


def test_the_form_says_what_is_hardly_right_before_anything_is_imported(tmp_path):
    rows = [row(n, user_no=f"{n % 3}{'.0' * (n % 2)}", facial_expression=float(1 + n % 7)) for n in range(1, 13)]
    folder = {"folder": {"absolute_path": str(write_metadata(tmp_path, *rows))}}

    before = form(operator("import_interviews"), None, params=folder)
    after = form(operator("import_interviews"), None, params={**folder, "low": 3.0, "high": 5.0})

    assert "3 participants are written in several ways" in before["doubt_0"]["view"]["description"]
    assert "All 12 interviews are Expressive" in before["doubt_1"]["view"]["description"]
    assert "set Reserved below and Expressive above (--low and --high)" in before["doubt_1"]["view"]["description"]
    assert "doubt_1" not in after, "the thresholds are of the scores' scale"


def test_the_operator_imports_scores_and_attributes_as_fields(study, dataset_name):
    operator("import_interviews")(str(study), dataset_name=dataset_name, columns=COLUMNS)
    dataset = fo.load_dataset(dataset_name)

    assert dataset.values("interview_id") == ["1", "2", "3"]
    assert dataset.values("warmth") == [0.5, 1.0, -1.0]
    assert dataset.values("tags_") == ["a", "b", "c"], "FiftyOne has tags of its own"
    assert dataset.values("column_2nd_site") == ["Bonn", None, "Bonn"]
    assert not dataset.has_sample_field("facial_expression"), "a study with one score has one"
    groups = {group.name: group.paths for group in dataset.app_config.sidebar_groups}
    assert groups["scores"] == ["warmth"]
    assert groups["interview"] == ["interview_id", "participant", "tags_", "column_2nd_site"]
    assert "gives the category" in dataset.get_field("warmth").description
    assert info_of(dataset)["reader"] == "csv"
    assert imported_measure(dataset)[0] == "warmth"
    assert interviews_of(dataset)[0].attributes == {"tags": "a", "2nd site": "Bonn"}
    truths = truths_of(dataset, "warmth", Thresholds(0, 0.7))
    assert [truths[id].video for id in dataset.values("id")] == [BALANCED, EXPRESSIVE, RESERVED]


def test_importing_again_updates_and_brings_new_columns(study, dataset_name):
    import_interviews(study, dataset_name, columns=COLUMNS)
    (study / "ratings.csv").write_text("clip;who;warmth;calm\n1.mp4;Ada;0,75;3\n2.mp4;Ada;2;4\n")

    report = import_interviews(
        study, dataset_name, columns="video=clip,participant=who,score=warmth,score=calm,target=warmth"
    )

    dataset = fo.load_dataset(dataset_name)
    assert (report.added, report.updated) == (0, 2)
    assert dataset.values("warmth") == [0.75, 2.0, -1.0]
    assert dataset.values("calm") == [3.0, 4.0, None]
    assert interviews_of(dataset)[2].scores == {"warmth": -1.0}
    with pytest.raises(InterviewError, match="1 interview has no score calm"):
        truths_of(dataset, "calm", Thresholds(0, 1))


def test_the_dataset_type_reads_a_study_as_the_operator_does(study):
    dataset = fo.Dataset.from_dir(dataset_dir=str(study), dataset_type=Interviews, columns=COLUMNS)

    assert dataset.values("warmth") == [0.5, 1.0, -1.0]
    assert info_of(dataset)["scores"] == {"warmth": "warmth"}


def test_forms_offer_the_scores_that_the_dataset_has_with_thresholds_of_their_own(study, dataset_name):
    (study / "ratings.csv").write_text("video,person,warmth,calm\n1.mp4,A,1,10\n2.mp4,B,2,20\n3.mp4,C,3,40\n")
    import_interviews(study, dataset_name, target="warmth", thresholds=Thresholds(1.5, 2.5))
    dataset = fo.load_dataset(dataset_name)

    pipeline = form(operator("run_pipeline"), dataset)

    assert [choice["value"] for choice in pipeline["target"]["view"]["choices"]] == ["warmth", "calm"]
    assert pipeline["target"]["default"] == "warmth"
    assert rule_of(dataset).thresholds == Thresholds(1.5, 2.5)
    assert rule_of(dataset, "calm").thresholds.low == pytest.approx(16.67, abs=0.01)
    with pytest.raises(TrainingError, match="choose from warmth, calm"):
        rule_of(dataset, "facial_expression")


def test_an_export_of_a_study_is_a_study_again(study, dataset_name):
    import_interviews(study, dataset_name, columns=COLUMNS)
    dataset = fo.load_dataset(dataset_name)
    out = study.parent / f"{study.name}-out"

    for _ in range(2):  # the second replaces the first
        operator("export_curated")(dataset, str(out), faces=False, videos=True)
    [exported] = [path.parent for path in out.rglob("interviews.csv")]
    found = read_interviews(exported, strict=True)

    assert not (exported / "metadata.jsonl").exists()
    assert [(one.id, one.participant, one.scores, one.attributes) for one in found] == [
        (one.id, one.participant, one.scores, one.attributes) for one in interviews_of(dataset)
    ]
    assert found.rule.target == "warmth"
    assert found.rule.thresholds == imported_measure(dataset)[1]
    assert json.loads((exported / "columns.json").read_text())["participant"] == "participant"


def test_a_dataset_from_before_there_were_readers_still_works(tmp_path, videos, dataset_name):
    (tmp_path / "videos").mkdir()
    shutil.copyfile(videos[0], tmp_path / "videos" / "vid_0001.mp4")
    write_metadata(tmp_path, row(1, facial_expression=0.5))
    import_interviews(tmp_path, dataset_name)
    dataset = fo.load_dataset(dataset_name)
    before = interviews_of(dataset)
    info = {name: info_of(dataset)[name] for name in ("folder", "target", "thresholds")}
    dataset.info["expressiveness"] = info  # all that was kept then
    dataset.save()
    dataset.reload()

    assert interviews_of(dataset) == before
    assert import_interviews(tmp_path, dataset_name).updated == 1
    assert fields.InterviewFields.of(dataset) == fields.RECRUITVIEW
    keep_info(dataset, target="openness")
    assert rule_of(dataset).target == "openness"
