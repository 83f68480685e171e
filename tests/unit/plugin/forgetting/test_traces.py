"""Where a document mentions an interview, and what it is without it."""

import json

import fiftyone.core.utils as fou
import numpy as np
import pytest
from bson import ObjectId

from fiftyone_plugin.forgetting.traces import InseparableError, Traces, ids_in

SAMPLE, OTHER = "6b0964b3b7790b568117dc0a", "6b0964b3b7790b568117dc13"
traces = Traces([SAMPLE], ["0082", "/videos/vid_0082.mp4"], ["82"])


@pytest.mark.parametrize(
    "value",
    [
        "0082",
        "no face in 0082: dark",
        "82",
        {"file": "/videos/vid_0082.mp4"},
        {"0082": 1},
        [[{"a": ObjectId(SAMPLE)}]],
        f"sample {SAMPLE} of the view",
        json.dumps({"kwargs": [["sample_ids", [SAMPLE]]]}),
        json.dumps({"name": "\u00e9t\u00e9", "path": "/videos/vid_0082.mp4"}),
        {"ids": fou.serialize_numpy_array(np.array([OTHER, SAMPLE]), ascii=True)},
    ],
)
def test_it_is_seen_wherever_it_is(value):
    assert traces.are_in(value)


@pytest.mark.parametrize(
    "value",
    [
        "10082",
        "0.0082",
        "82 of 82 videos",
        82,
        OTHER,
        "vid_00821.mp4",
        "[0.0082, 82]",
        ["7"],
        None,
        "eJust a word",
        "{",
    ],
)
def test_what_only_looks_like_it_is_not(value):
    assert not traces.are_in(value)


def test_lists_and_mappings_lose_it_and_keep_the_rest():
    document = {"chosen": [SAMPLE, OTHER], "by id": {"0082": 1, "0083": 2}, "name": "mine"}
    stage = json.dumps({"_cls": "Select", "kwargs": [["sample_ids", [SAMPLE, OTHER]], ["ordered", False]]})
    match = json.dumps({"_cls": "Match", "kwargs": [["filter", {"interview_id": {"$in": ["0082", "0083"]}}]]})

    kept = traces.taken_out_of({**document, "view_stages": [stage, match]})

    assert (kept["chosen"], kept["by id"], kept["name"]) == ([OTHER], {"0083": 2}, "mine")
    assert [json.loads(one)["kwargs"][0][1] for one in kept["view_stages"]] == [
        [OTHER],
        {"interview_id": {"$in": ["0083"]}},
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"interview_id": "0082"},
        {"$eq": ["$interview_id", "0082"]},
        {"_cls": "Select", "kwargs": [["sample_ids", SAMPLE], ["ordered", False]]},
        [json.dumps({"_cls": "Match", "kwargs": [["filter", {"interview_id": "0082"}]]})],
        "what is said of 0082",
    ],
)
def test_what_would_mean_something_else_without_it_is_inseparable(value):
    with pytest.raises(InseparableError):
        traces.taken_out_of(value)


def test_the_ids_in_a_document_are_its_own_and_its_labels():
    frame, label = ObjectId(), ObjectId()
    document = {"_id": frame, "_sample_id": ObjectId(), "faces": {"detections": [{"_id": label}]}}

    assert set(ids_in(document)) == {str(frame), str(label)}
