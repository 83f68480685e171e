"""Tests here have a real MongoDB."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _database(mongodb: str) -> None:
    """Start it for every test of this folder, so that none has to ask."""


@pytest.fixture
def without_leftovers(mongodb: str) -> Iterator[None]:
    """Before and after the test, no folder of a dataset that was deleted is there."""
    from fiftyone_plugin.forgetting import leftovers

    for folder in leftovers():
        shutil.rmtree(folder)
    yield
    for folder in leftovers():
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def reviewable(
    sample_interviews: Path, sample_faces: Path, mongodb: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a dataset of 12 sample interviews with faces and one run, `first`. Read it; `dataset` is a copy."""
    import fiftyone as fo

    from expressiveness.models import TrainingConfig
    from fiftyone_plugin.api import detect_faces, import_interviews, predict, set_work_folder, train_model

    name = "reviewable"
    import_interviews(sample_interviews, name)
    dataset = fo.load_dataset(name)
    work = tmp_path_factory.mktemp("reviewable") / "work"
    shutil.copytree(sample_faces, work / "faces")
    set_work_folder(dataset, work)
    detect_faces(dataset)  # all are stored
    predict(dataset, train_model(dataset, TrainingConfig(model="notebook_cnn", options={"epochs": 1}), run="first"))
    yield name
    fo.delete_dataset(name)


@pytest.fixture
def dataset(reviewable: str, dataset_name: str, tmp_path: Path):
    """A copy of `reviewable` that a test may change, with files of its own."""
    import fiftyone as fo

    from fiftyone_plugin.api import set_work_folder, work_folder

    source = fo.load_dataset(reviewable)
    shutil.copytree(work_folder(source) / "faces", tmp_path / "work" / "faces")
    copy = source.clone(dataset_name, persistent=True)
    set_work_folder(copy, tmp_path / "work")
    return copy


@pytest.fixture
def moving(dataset_name: str, tmp_path: Path):
    """32 interviews of 8 people whose faces and movement are stored, the movement as their scores say."""
    from dataclasses import asdict

    import fiftyone as fo

    from expressiveness.data import Thresholds
    from fiftyone_plugin import fields
    from fiftyone_plugin.api import detect_faces, set_work_folder
    from fiftyone_plugin.dataset import keep_info
    from tests.movements import stored_interviews

    interviews, _ = stored_interviews(tmp_path)
    dataset = fo.Dataset(dataset_name, persistent=True)
    fields.declare_interview_fields(dataset)
    dataset.add_samples(
        fo.Sample(
            filepath=str(one.video),
            interview_id=one.id,
            participant=one.participant,
            category=fo.Classification(label=Thresholds().category(one.scores["facial_expression"])),
            **one.scores,
            **one.attributes,
        )
        for one in interviews
    )
    keep_info(dataset, target="facial_expression", thresholds=asdict(Thresholds()))
    set_work_folder(dataset, tmp_path)
    detect_faces(dataset)  # all are stored, so no video is opened
    return dataset
