"""After an interview was forgotten, its id, its sample and its video are nowhere in the database or on the disk."""

import gzip
import json
import zlib

import fiftyone as fo
import fiftyone.brain as fob
import numpy as np
import pytest
from bson import json_util
from gridfs import GridFS
from pymongo import MongoClient

from expressiveness.cli import main
from expressiveness.data import EXPRESSIVE
from expressiveness.models import TrainingConfig, load_model
from fiftyone_plugin.api import predict, train_model
from fiftyone_plugin.curation import curate, curation_of, undo_curation
from fiftyone_plugin.dataset import model_folder
from fiftyone_plugin.review import as_clips, save_review_views, wrong

pytestmark = pytest.mark.usefixtures("without_leftovers")


@pytest.fixture
def elsewhere(mongodb):
    """What the database holds of other datasets, which may have an interview of the same id."""
    return set(documents())


@pytest.fixture
def used(moving, tmp_path):
    """A dataset with which everything was done; and the ids of an interview that its run was trained on."""
    run = train_model(moving, TrainingConfig(model="movement"))
    predict(moving, run)
    save_review_views(moving, run)
    moving.save_view("mistakes as clips", as_clips(moving, wrong(run)))
    chosen = load_model(model_folder(moving, run)).split.train[0]
    video = moving.match({"interview_id": chosen})
    curate(video, "category", by="ann", category=EXPRESSIVE)
    curate(moving.limit(3), "exclude", by="ben")
    fob.compute_similarity(moving, embeddings=np.eye(len(moving)), brain_key="likeness", backend="sklearn")
    picture = tmp_path / "frames" / chosen / "000006.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a face")
    return moving, run, chosen, video.first()


def documents():
    """Every document of the database as JSON, and every file in it as text."""
    with MongoClient(fo.config.database_uri) as client:
        database = client[fo.config.database_name]
        for name in database.list_collection_names():
            if not name.startswith("fs."):
                yield from (f"{name}: {json_util.dumps(document)}" for document in database[name].find())
        yield from (f"file: {decompressed(file.read())}" for file in GridFS(database).find())


def decompressed(content):
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            return unpack(content).decode()
        except (OSError, zlib.error):
            continue
    return content.decode(errors="replace")


def traces(folder, *words):
    """What in the database or among the files of a folder holds one of some words."""
    for document in documents():
        if any(word in document for word in words):
            yield document
    for file in folder.rglob("*"):
        if any(
            word.strip('"') in file.name or (file.is_file() and word.encode() in file.read_bytes()) for word in words
        ):
            yield file


def test_nothing_of_a_forgotten_interview_is_left(elsewhere, used, tmp_path, capsys):
    dataset, run, id, sample = used
    words = (f'"{id}"', sample.id, sample.filepath)
    video = tmp_path / sample.filepath.rpartition("/")[2]
    before = len(dataset)
    assert len(list(traces(tmp_path, *words))) > 10

    assert main(["forget", id, "--dataset", dataset.name, "--json", str(tmp_path / "forgotten.json")]) == 0

    report = json.loads((tmp_path / "forgotten.json").read_text())
    (tmp_path / "forgotten.json").unlink()
    video.unlink()  # as the user was told to
    del report["yours"]  # other tests' deleted datasets, for one
    assert report == {
        "video": str(video), "datasets": [dataset.name], "frames": 6, "tables": 2, "pictures": 1, "documents": 1,
        "indexes": ["likeness"], "deleted": [], "learned": [run]
    }  # fmt: skip
    assert f"Yours to delete: {video}, and its row in the folder's table" in capsys.readouterr().out
    assert [trace for trace in traces(tmp_path, *words) if trace not in elsewhere] == []
    dataset.reload()
    assert len(dataset) == before - 1


def test_the_others_keep_everything_and_can_be_worked_on(used):
    dataset, run, id, _ = used
    others = dataset.match({"interview_id": {"$ne": id}})
    labels = others.count(f"frames.{run}.detections")
    decided = len(curation_of(others))

    assert main(["forget", id, "--dataset", dataset.name]) == 0

    dataset.reload()
    assert dataset.count(f"frames.{run}.detections") == labels
    assert len(curation_of(dataset)) == decided
    undo_curation(dataset)
    assert len(curation_of(dataset)) < decided
    assert predict(dataset, run).videos == len(dataset)


def test_an_interview_that_is_nowhere_is_said_to_be_nowhere(moving, capsys):
    assert main(["forget", "9999", "--dataset", moving.name]) == 1

    assert "nothing of 9999 was found" in capsys.readouterr().err
