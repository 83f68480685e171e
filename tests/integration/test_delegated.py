"""Operators left to delegated workers: real `fiftyone delegated launch`, as people run them on servers."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.delegated import DelegatedOperationService

from fiftyone_plugin.curation import curation_of
from fiftyone_plugin.dataset import list_runs
from tests.services import stop, tail

PLUGIN = "@expressiveness/interviews"
WAIT_SECONDS = 120


@pytest.fixture(scope="module")
def worker(mongodb, tmp_path_factory):
    """One worker for every test here; gives its log."""
    with launched(tmp_path_factory.mktemp("worker")) as log:
        yield log


@contextmanager
def launched(home):
    """Run a worker with the tests' settings while the block runs; gives its log, which names each operation it runs."""
    log = home / "worker.log"
    command = shutil.which("fiftyone", path=str(Path(sys.executable).parent)) or "fiftyone"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [command, "delegated", "launch"],
            env={**os.environ, "HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield log
        finally:
            stop(process)


def wait_until_it_serves(log):
    deadline = time.monotonic() + WAIT_SECONDS
    while "service running" not in log.read_text():
        assert time.monotonic() < deadline, tail(log)
        time.sleep(0.2)


def operations(log):
    """The ids of the operations that a worker has begun, in order."""
    return re.findall(r"Running operation (\w+)", log.read_text())


def finished(execution, log):
    """Wait until the worker is done with what was queued; return what it left in the queue's document."""
    assert execution.delegated, execution.error_message
    service = DelegatedOperationService()
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        document = service.get(execution.result["id"])
        if document.run_state in ("completed", "failed"):
            return document
        time.sleep(0.2)
    pytest.fail(f"The worker did not finish:\n{tail(log)}")


def run(worker, name, *arguments, **keywords):
    """Delegate an operator; return its result and the progress it reported last."""
    document = finished(foo.get_operator(f"{PLUGIN}/{name}")(*arguments, **keywords, delegate=True), worker)
    assert document.run_state == "completed", document.result.error_message
    return document.result.result, document.status


def test_the_day_of_work_can_be_delegated(worker, sample_interviews, dataset_name, tmp_path):
    from fiftyone_plugin.api import set_work_folder

    imported, _ = run(worker, "import_interviews", sample_interviews, dataset_name=dataset_name)
    dataset = fo.load_dataset(dataset_name)
    set_work_folder(dataset, tmp_path)
    found, progress = run(worker, "detect_faces", dataset, workers=2)
    _, training = run(worker, "train_model", dataset, run="delegated", model="notebook_cnn", epochs=1)
    predicted, _ = run(worker, "predict", dataset, run="delegated")
    reviewed, _ = run(worker, "review_errors", dataset, run="delegated")

    dataset.reload()
    assert imported["added"] == found["videos"]["succeeded"] == predicted["videos"] == len(dataset) == 12
    assert progress.progress == 1
    assert progress.label == "12 of 12 videos"
    assert training.label == "4 of 4 videos judged"
    assert list_runs(dataset) == ["delegated"]
    assert reviewed["view"] in dataset.list_saved_views()


def test_the_pipeline_is_one_entry_of_the_queue(worker, dataset):
    result, progress = run(worker, "run_pipeline", dataset, run="whole", epochs=1)

    dataset.reload()
    assert list_runs(dataset) == ["first", "whole"]
    assert dataset.count("frames.whole.detections") == dataset.count("frames.faces.detections")
    assert len(result["steps"]) == 4
    assert progress.label.startswith("Step 4 of 4, reviewing")


def test_curation_export_and_embeddings_can_be_delegated(worker, dataset, tmp_path):
    run(worker, "curate", dataset[:2], "exclude", "ann")
    excluded = len(curation_of(dataset))
    exported, _ = run(worker, "export_curated", dataset, str(tmp_path / "out"))
    run(worker, "undo_curation", dataset)
    embedded, _ = run(worker, "compute_embeddings", dataset, run="first", map="none", similarity=False)

    assert excluded == dataset[:2].count("frames.faces.detections") == exported["excluded_faces"]
    assert len(curation_of(dataset)) == 0
    assert embedded["videos"] == len(dataset)


def test_suspicious_labels_can_be_looked_for_by_a_worker(worker, moving):
    found, progress = run(worker, "find_suspicious_labels", moving)

    moving.reload()
    assert found["videos"] == moving.count("suspicion") == 32
    assert progress.label == "movement of 32 of 32 videos read"
    assert found["view"] in moving.list_saved_views()


def test_a_failure_is_one_sentence_in_the_queue(worker, dataset):
    document = finished(foo.get_operator(f"{PLUGIN}/predict")(dataset, run="none", delegate=True), worker)

    assert document.run_state == "failed"
    assert f"{dataset.name} has no run 'none' (runs: first)" in document.result.error


@pytest.fixture
def datasets(sample_interviews, dataset_name, tmp_path):
    """Three datasets of four interviews each, in which no face was looked for."""
    from fiftyone_plugin.api import import_interviews, set_work_folder

    found = []
    for number in range(3):
        import_interviews(sample_interviews, f"{dataset_name}-{number}", limit=4)
        found.append(fo.load_dataset(f"{dataset_name}-{number}"))
        set_work_folder(found[-1], tmp_path / f"work-{number}")
    yield found
    for dataset in found:
        dataset.delete()


def test_two_workers_share_the_queue_and_each_operation_is_run_once(worker, datasets, tmp_path_factory):
    with launched(tmp_path_factory.mktemp("second")) as second:
        for log in (worker, second):
            wait_until_it_serves(log)
        earlier = operations(worker)
        detect = foo.get_operator(f"{PLUGIN}/detect_faces")
        queued = [detect(dataset, workers=1, delegate=True) for dataset in datasets]
        ended = [finished(execution, worker) for execution in queued]
        first_ran, second_ran = operations(worker)[len(earlier) :], operations(second)

    assert first_ran
    assert second_ran
    assert sorted(first_ran + second_ran) == sorted(str(document.id) for document in ended)
    for document, dataset in zip(ended, datasets, strict=True):
        dataset.reload()
        assert document.result.result["videos"] == {"succeeded": 4, "skipped": 0, "failed": 0}
        assert dataset.count("frames.faces.detections") == document.result.result["faces"] > 0
