"""What is written for other tools is what is known of a study, and what they have decided comes back as it was."""

import json
from html import unescape
from xml.etree import ElementTree as Xml

import numpy as np
import pandas as pd
import pytest
import webvtt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pympi.Elan import Eaf

from expressiveness.data import (
    BALANCED,
    CATEGORIES,
    EXPRESSIVE,
    RESERVED,
    CategoryRule,
    Curation,
    FaceDecision,
    InterviewDecision,
    Thresholds,
)
from expressiveness.exchange import STUDY_EXPORTS, export_study, read_decisions
from expressiveness.models import FramePredictions
from tests.interviews import interview
from tests.media import write_grey_ramp

FRAMES, RATE = 50, 25
SAID = "[00:00 - 00:01] [softly] Hello there.\n[00:01 - 00:02] I <like> it."
KEEPS_DECISIONS = {"elan": ".eaf", "boris": ".boris", "cvat": ".xml"}
RULE = CategoryRule("facial_expression", Thresholds())


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two interviews; the second one's id and video have blanks."""
    folder = tmp_path_factory.mktemp("study")
    first = interview(1, video=write_grey_ramp(folder / "one.mp4", FRAMES, RATE), score=0.5)
    first.attributes["transcript"] = SAID
    second = interview(2, video=write_grey_ramp(folder / "the other one.mp4", FRAMES, RATE), person="Ada L.", score=-1)
    object.__setattr__(second, "id", "the other")
    return [first, second]


def predicted(categories, *, every=5):
    """Predictions on every fifth frame, one for each given category; None where no face was found."""
    judged = [(1 + every * place, name) for place, name in enumerate(categories) if name]
    numbers = np.array([number for number, _ in judged], dtype=np.int32)
    probabilities = np.eye(3, dtype=np.float32)[[CATEGORIES.index(name) for _, name in judged]] * 0.9 + 0.03
    return FramePredictions(
        frame_number=numbers,
        probabilities=probabilities,
        seconds=(numbers - 1) / RATE,
        box=np.tile(np.array([0.25, 0.25, 0.5, 0.5], np.float32), (len(judged), 1)),
        frames_without_face=len(categories) - len(judged),
        category=EXPRESSIVE,
        score=0.4,
        confidence=0.8,
    )


PREDICTED = {"0001": predicted([RESERVED, RESERVED, None, EXPRESSIVE, EXPRESSIVE, BALANCED] + [RESERVED] * 4)}
RUNS = [(0.0, 0.4, RESERVED), (0.6, 1.0, EXPRESSIVE), (1.0, 1.2, BALANCED), (1.2, 2.0, RESERVED)]
"""Of `PREDICTED`, in seconds: frames 11 to 15 showed no face."""

DECIDED = Curation(
    (
        *(FaceDecision("0001", number, EXPRESSIVE, decided_by="Ada") for number in (1, 2, 3, 10)),
        FaceDecision("0001", 4, RESERVED, excluded=True, decided_by="Ada"),
        FaceDecision("0001", 3, excluded=True, decided_by="Bob"),
        FaceDecision("the other", FRAMES, BALANCED, decided_by="Ada"),
    ),
    (InterviewDecision("0001", BALANCED, decided_by="Ada"), InterviewDecision("the other", excluded=True)),
)


def exported(study, folder, format, curation=DECIDED):
    export_study(study, folder, format, rule=RULE, predictions=PREDICTED, curation=curation)
    return folder


def as_sets(curation):
    """Decisions in any order, without when they were taken, which only we keep."""
    return {tuple(sorted(map(repr, part))) for part in (curation.faces, curation.interviews)}


def seconds(time):
    return time.in_seconds() + time.milliseconds / 1000


def within_a_frame(found, expected):
    assert [text for *_, text in found] == [text for *_, text in expected]
    assert np.allclose([span[:2] for span in found], [span[:2] for span in expected], atol=1 / RATE)


@pytest.mark.parametrize(("format", "ending"), KEEPS_DECISIONS.items())
def test_decisions_come_back_as_they_were(study, tmp_path, format, ending):
    folder = exported(study, tmp_path / "out", format)

    read = read_decisions(sorted(folder.glob(f"*{ending}")), study)

    assert as_sets(read.curation()) == as_sets(DECIDED)
    assert read.problems == ()
    assert as_sets(read.curation("Bob")) == as_sets(Curation((DECIDED.faces[5],)))


OUTCOMES = st.tuples(st.sampled_from([*CATEGORIES, None]), st.booleans()).filter(any)
CODERS = st.sampled_from(["Ada", "Bob Ö. & Co", "prediction", ""])


@pytest.mark.parametrize(("format", "ending"), KEEPS_DECISIONS.items())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    faces=st.dictionaries(st.tuples(CODERS, st.integers(1, FRAMES)), OUTCOMES, max_size=12),
    wholes=st.dictionaries(CODERS, OUTCOMES, max_size=2),
)
def test_any_decisions_come_back(study, tmp_path, format, ending, faces, wholes):
    curation = Curation(
        tuple(FaceDecision("0001", number, *said, decided_by=who) for (who, number), said in faces.items()),
        tuple(InterviewDecision("0001", *said, decided_by=who) for who, said in wholes.items()),
    )
    folder = exported(study, tmp_path / format, format, curation)

    assert as_sets(read_decisions(sorted(folder.glob(f"*{ending}")), study).curation()) == as_sets(curation)


def test_elan_has_a_tier_for_prediction_truth_coders_and_transcript(study, tmp_path):
    document = Eaf(str(exported(study, tmp_path / "out", "elan") / "0001.eaf"))

    tiers = {name: document.get_annotation_data_for_tier(name) for name in document.get_tier_names()}
    assert {"prediction", "coder Ada", "coder Bob", "transcript", "truth, whole video"} <= set(tiers)
    within_a_frame([(start / 1000, end / 1000, text) for start, end, text in tiers["prediction"]], RUNS)
    assert tiers["truth, whole video"] == [(0, 2000, EXPRESSIVE)]
    assert tiers["transcript"] == [(0, 1000, "[softly] Hello there."), (1000, 2000, "I <like> it.")]
    assert document.media_descriptors[0]["RELATIVE_MEDIA_URL"] == "./one.mp4"
    assert set(document.get_tier_ids_for_linguistic_type("category")) == set(tiers) - {"transcript"}


def test_boris_has_an_observation_for_each_source(study, tmp_path):
    project = json.loads((exported(study, tmp_path / "out", "boris") / "study.boris").read_text())

    observation = project["observations"]["0001 prediction"]
    events = [(seconds, code) for seconds, _, code, _, _ in observation["events"]]
    starts_and_stops = zip(events[::2], events[1::2], strict=True)
    within_a_frame([(start, end, code) for (start, code), (end, _) in starts_and_stops], RUNS)
    assert {code for _, code in events} <= {one["code"] for one in project["behaviors_conf"].values()}
    assert observation["media_info"]["fps"] == {str(study[0].video): RATE}


def test_subtitles_are_read_by_their_library(study, tmp_path):
    folder = exported(study, tmp_path / "out", "webvtt")

    cues = webvtt.read(folder / "0001.prediction.vtt")
    within_a_frame([(seconds(cue.start_time), seconds(cue.end_time), cue.text) for cue in cues], RUNS)
    assert [unescape(cue.text) for cue in webvtt.read(folder / "0001.transcript.vtt")] == [
        "[softly] Hello there.",
        "I <like> it.",
    ]


def test_cvat_has_the_face_on_each_judged_frame_and_outside_where_there_is_none(study, tmp_path):
    folder = exported(study, tmp_path / "out", "cvat", Curation())
    root = Xml.parse(folder / "0001.xml").getroot()

    boxes = root.findall("track[@source='auto']/box")
    shown = {
        int(box.get("frame")): box.find("attribute[@name='category']").text
        for box in boxes
        if box.get("outside") == "0"
    }
    assert {frame: shown[frame] for frame in PREDICTED["0001"].frame_number - 1}
    assert [int(box.get("frame")) for box in boxes if box.get("outside") == "1"] == [10]
    assert boxes[0].get("xtl") == "16.00"  # a quarter of 64 pixels
    assert root.findtext("meta/task/size") == str(FRAMES)
    assert json.loads((folder / "labels.json").read_text())[0]["attributes"][0]["values"][1:] == list(CATEGORIES)


def test_what_a_coder_corrects_in_cvat_is_theirs_and_the_rest_of_the_model_is_not(study, tmp_path):
    file = exported(study, tmp_path / "out", "cvat", Curation()) / "0001.xml"
    tree = Xml.parse(file)
    corrected = tree.findall("track/box")[0]
    corrected.set("source", "manual")
    corrected.find("attribute[@name='category']").text = EXPRESSIVE
    Xml.SubElement(Xml.SubElement(tree.find("meta/task"), "assignee"), "username").text = "cy"
    tree.write(tmp_path / "0001.xml")

    read = read_decisions([tmp_path / "0001.xml"], study)

    assert [(one.coder, one.category) for one in read.decisions] == [("cy", EXPRESSIVE)]


def test_label_studio_gets_tasks_with_pre_annotations(study, tmp_path):
    folder = exported(study, tmp_path / "out", "label-studio")
    task = json.loads((folder / "tasks.json").read_text())[0]
    controls = {one.get("name") for one in Xml.parse(folder / "interface.xml").getroot()}

    regions = task["predictions"][0]["result"]
    assert {region["from_name"] for region in regions} | {region["to_name"] for region in regions} <= controls
    frames = [(*one["value"]["ranges"][0].values(), *one["value"]["timelinelabels"]) for one in regions[:-1]]
    within_a_frame([((first - 1) / RATE, last / RATE, text) for first, last, text in frames], RUNS)
    assert regions[-1]["value"] == {"choices": [EXPRESSIVE]}
    assert task["meta"]["coders"] == ["Ada", "Bob"]


def test_tables_are_as_their_dictionary_says(study, tmp_path):
    folder = exported(study, tmp_path / "out", "tables")
    package = json.loads((folder / "datapackage.json").read_text())

    types = {"string": str, "integer": "Int64", "number": float, "boolean": bool}
    tables = {}
    for resource in package["resources"]:
        schema = resource["schema"]
        dtype = {one["name"]: types[one["type"]] for one in schema["fields"]}
        table = tables[resource["name"]] = pd.read_csv(folder / resource["path"], dtype=dtype)
        assert list(table) == list(dtype) == list(pd.read_parquet(folder / f"{resource['name']}.parquet"))
        assert all(one["description"] for one in schema["fields"])
        for one in schema["fields"]:
            allowed = one.get("constraints", {}).get("enum")
            assert allowed is None or set(table[one["name"]].dropna()) <= set(allowed)
        if key := schema.get("primaryKey"):
            assert not table.duplicated(key).any()
    assert tables["frames"]["category"].tolist() == [CATEGORIES[k] for k in PREDICTED["0001"].category_index]
    assert tables["videos"]["true_category"].tolist() == [EXPRESSIVE, RESERVED]
    decided = tables["decisions"].set_index(["interview", "coder"]).loc[("0001", "Ada")]
    assert decided["unit"].tolist() == ["video", "stretch", "frame", "frame"]
    assert decided["end"].tolist() == [2.0, 0.12, 0.16, 0.4]


def test_a_video_that_cannot_be_read_costs_only_itself(study, tmp_path):
    missing = interview(9, video=tmp_path / "none.mp4")

    result = export_study([*study, missing], tmp_path / "out", "tables")

    assert result.videos == 2
    assert [failure.id for failure in result.failures] == ["0009"]


def test_every_format_is_written_without_predictions_scores_or_decisions(study, tmp_path):
    for format in STUDY_EXPORTS:
        assert export_study(study[1:], tmp_path / format, format).videos == 1
