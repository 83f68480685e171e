"""What is known of a run is its model's record: it is kept once, and all of the plugin reads it by `record_of`."""

import json

import pytest

from expressiveness.data import EXPRESSIVE
from expressiveness.errors import ModelError
from fiftyone_plugin.curation import curate
from fiftyone_plugin.dataset import (
    keep_record,
    load_run,
    measure_of,
    model_folder,
    record_of,
    register_run,
    require_embedders,
    run_split,
)


def test_a_run_keeps_its_models_record_and_beside_it_only_where_the_model_is_and_whose_split_it_has(dataset):
    config, results = dataset.get_run_info("first").config, dataset.load_run_results("first")

    assert record_of(dataset, "first") == json.loads(json.dumps(load_run(dataset, "first").record()))
    assert set(config.serialize()) - {"cls", "method", "type"} == {"model_folder", "split_of"}
    assert set(results.serialize()) - {"cls"} == {"record"}


def test_whatever_is_asked_of_a_run_is_read_from_its_record(dataset):
    record = record_of(dataset, "first")
    config = {**record["config"], "target": "openness", "model": "movement"}
    split = {"train": ["8"], "validation": ["9"], "test": ["7"]}

    keep_record(dataset, "first", {**record, "config": config, "thresholds": {"low": 1, "high": 2}, "split": split})

    score, thresholds = measure_of(dataset, "first")
    assert (score, thresholds.low, thresholds.high) == ("openness", 1, 2)
    assert run_split(dataset, "first").test == ("7",)
    with pytest.raises(ModelError, match="no run of one"):
        require_embedders(dataset)


def test_a_run_whose_models_folder_is_gone_is_still_known_and_judged_again(dataset, tmp_path):
    video = dataset.match({"first_video.truth": {"$ne": EXPRESSIVE}}).first()
    before = record_of(dataset, "first")
    register_run(dataset, "first", before, tmp_path / "gone")

    curate(dataset.select(video.id), "category", category=EXPRESSIVE, by="ann", level="videos")

    dataset.reload()
    assert dataset[video.id].first_video.truth == EXPRESSIVE
    assert record_of(dataset, "first") == before
    with pytest.raises(ModelError, match=r"no model in .*gone"):
        load_run(dataset, "first")


def test_a_run_without_a_record_has_that_of_its_models_folder(dataset):
    folder = model_folder(dataset, "first")
    dataset.register_run("earlier", dataset.init_run(method="expressiveness", model_folder=str(folder)))

    assert record_of(dataset, "earlier") == record_of(dataset, "first")


def test_a_run_that_is_not_there_is_named_with_those_that_are(dataset):
    with pytest.raises(ModelError, match=r"has no run 'second' \(runs: first\)"):
        record_of(dataset, "second")
