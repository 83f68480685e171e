"""After a whole day's work, one interview is forgotten: the whole database and every file are searched for it.

Its id and its video's name are such as nothing else holds, so that whatever still does is found.
"""

import base64
import json
import re
import shutil
import zlib
from io import BytesIO

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import numpy as np
import pytest
from bson import json_util
from fiftyone.operators.store import ExecutionStore
from gridfs import GridFS
from pymongo import MongoClient

from expressiveness.cli import main
from expressiveness.data import EXPRESSIVE
from expressiveness.faces import FaceStore
from expressiveness.models import TrainingConfig, train
from fiftyone_plugin.api import detect_faces, interviews_of, predict
from fiftyone_plugin.curation import curate
from fiftyone_plugin.dataset import PICTURES, load_run, work_folder, work_folders
from fiftyone_plugin.review import as_clips, as_faces, as_videos, confused, save_review_views
from fiftyone_plugin.steps import (
    compute_embeddings,
    export_curated,
    find_suspicious_labels,
    import_interviews,
    train_model,
)
from tests.integration.test_forgetting import decompressed

ID, STEM = "forget-me-7f3a", "forget_me_7f3a"
NETWORK, MOVEMENT = "faces_1", "movement_1"


@pytest.fixture(scope="module")
def interviews(tmp_path_factory):
    """Sample interviews of 8 people, one of which has an id and a video that nothing else is called."""
    from expressiveness.samples import render_sample_interviews

    folder = tmp_path_factory.mktemp("day") / "interviews"
    render_sample_interviews(folder, participants=8, clips_per_participant=2, seconds=1.0)
    lines = (folder / "metadata.jsonl").read_text().splitlines()
    row = json.loads(lines[4])
    (folder / row["file_name"]).rename(folder / "videos" / f"{ID}.mp4")
    lines[4] = json.dumps({**row, "id": ID, "file_name": f"videos/{ID}.mp4"})
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def worked_on(interviews, mongodb):
    """A dataset with which everything was done, its views of the interview still open; deleted after the tests."""
    names = ["day", "day-renamed", "day-clone", "day-clips", "day-again", "day-gone", "day-others"]
    yield work_through(interviews, *names)
    for name in names:
        if fo.dataset_exists(name):
            fo.delete_dataset(name)


def work_through(interviews, name, renamed, clone, clips_name, again, gone, others):
    folder = interviews.parent
    import_interviews(interviews, name)
    dataset = fo.load_dataset(name)
    detect_faces(dataset)
    dataset.name = renamed
    train_model(dataset, TrainingConfig(model="notebook_cnn", options={"epochs": 1}), run=NETWORK)
    train_model(dataset, TrainingConfig(model="movement"), run=MOVEMENT)
    for run in (NETWORK, MOVEMENT):
        predict(dataset, run)
    find_suspicious_labels(dataset)
    video = dataset.match({"interview_id": ID})
    sample = video.first()
    curate(video, "category", by="ann", category=EXPRESSIVE, level="videos")
    curate(dataset.limit(6), "exclude", by="ben")
    dataset.save()
    predict(dataset, NETWORK)

    save_review_views(dataset, NETWORK)
    truth, label = (sample := dataset[sample.id])[f"{NETWORK}_video"]["truth"], sample[f"{NETWORK}_video"].label
    search = confused(NETWORK, truth, frame_label(sample) or label)
    clips = as_clips(dataset, search)
    faces = as_faces(dataset, search, folder=work_folder(dataset) / PICTURES).view
    open_views = [as_videos(dataset, search), clips, faces, dataset.to_frames(sample_frames=False)]
    dataset.save_view("mistakes as clips", clips)
    dataset.save_view("faces to look at", faces)
    dataset.save_view("my choice", dataset.select([sample.id, dataset.first().id]))
    dataset.save_view("by number", dataset.match({"interview_id": {"$in": [ID, "0001"]}}))
    dataset.save_view("the one", dataset.match({"interview_id": ID}))
    clips.clone(clips_name, persistent=True)

    compute_embeddings(dataset, NETWORK)
    fob.compute_similarity(dataset, embeddings=np.eye(len(dataset)), brain_key="likeness", backend="sklearn")
    dataset.evaluate_classifications(f"{NETWORK}_video", gt_field="category", eval_key="judged")
    export_curated(dataset, folder / "export", videos=True)
    log(dataset, folder / "tensorboard")

    foo.get_operator("@expressiveness/interviews/predict")(video, run=NETWORK, delegate=True)
    foo.get_operator("@expressiveness/interviews/predict")(dataset.select([sample.id]), run=NETWORK, delegate=True)
    store = ExecutionStore.create("panel", dataset_id=dataset._doc.id)
    store.set("chosen", {"samples": [sample.id, dataset.first().id]})
    store.set("shown", {"sample": sample.id})
    panel = fo.Panel(type="Samples", pinned=True, state={"selected": [sample.id]})
    dataset.save_workspace("side by side", fo.Space(children=[panel]))
    config = dataset.init_run(method="somebody's", note=f"looked at {ID}")
    dataset.register_run("notes", config)
    results = dataset.init_run_results("notes")
    results.packed = base64.b64encode(zlib.compress(saved(np.array([sample.id])))).decode()
    dataset.save_run_results("notes", results)
    dataset.info["to be shown"] = [ID, "0001"]
    dataset.save()

    dataset.clone(clone, persistent=True)
    import_interviews(interviews, again)
    import_interviews(interviews, gone)
    detect_faces(fo.load_dataset(gone))
    fo.delete_dataset(gone)
    other = interviews.parent / "other-study"
    shutil.copytree(interviews, other)
    import_interviews(other, others)

    dataset.reload()
    dataset.info["remark"] = f"{ID} asked twice"
    dataset.save()
    first = dataset.first()
    dataset.add_sample_field("looks_like", fo.StringField)
    first["looks_like"] = ID
    first.save()
    return dataset, sample.id, open_views


def frame_label(sample):
    """What the run takes the last face of a video for."""
    labels = [face.label for frame in sample.frames.values() if frame[NETWORK] for face in frame[NETWORK].detections]
    return labels[-1] if labels else None


def saved(array):
    buffer = BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def log(dataset, folder):
    """Train once more, with a log for TensorBoard."""
    train(
        interviews_of(dataset),
        FaceStore(work_folder(dataset) / "faces"),
        TrainingConfig(model="notebook_cnn", options={"epochs": 1}),
        log_folder=folder,
    )


def database():
    """Yield every document and file of the database, by where it is, as text in which nothing is packed."""
    with MongoClient(fo.config.database_uri) as client:
        found = client[fo.config.database_name]
        for name in sorted(found.list_collection_names()):
            if name != "fs.chunks":
                yield from ((name, unpacked(json_util.dumps(document))) for document in found[name].find())
        yield from (("GridFS", unpacked(decompressed(file.read()))) for file in GridFS(found).find())


def unpacked(text):
    """A text, with what its packed arrays hold."""
    packed = re.findall(r"eJ[A-Za-z0-9+/=]{20,}", text)
    return text + "".join(str(array(word)) for word in packed)


def array(word):
    try:
        return np.load(BytesIO(zlib.decompress(base64.b64decode(word)))).tolist()
    except (ValueError, zlib.error, EOFError):
        return ""


def in_database(*words):
    return [(where, text) for where, text in database() if any(word in text for word in words)]


def on_disk(folders, *words):
    """The files and folders that are called one of some words, or hold one."""
    paths = [path for folder in folders for path in folder.rglob("*")]
    return [path for path in paths if any(holds(path, word) for word in words)]


def holds(path, word):
    if word in str(path):
        return True
    if not path.is_file():
        return False
    content = path.read_bytes()
    if path.suffix == ".npz":
        with np.load(path) as table:
            return any(word in str(table[name].tolist()) for name in table.files if table[name].dtype.kind in "USO")
    return word.encode() in content


def counted(found, folders, words):
    """What there is of the interview, by kind."""
    files = on_disk(folders, *words)
    return {
        "documents": sum(where != "GridFS" for where, _ in found),
        "collections": len({where for where, _ in found}),
        "GridFS files": sum(where == "GridFS" for where, _ in found),
        "tables": sum(file.suffix == ".npz" for file in files),
        "pictures": sum(file.suffix == ".jpg" for file in files),
        "files in all": sum(file.is_file() for file in files),
    }


def test_nothing_is_left_but_what_the_report_names(worked_on, interviews, capsys):
    dataset, sample, open_views = worked_on
    folders = [interviews.parent, work_folders()]
    for view in open_views:
        assert sample in [*view.values("id"), *(view.values("sample_id") if view._is_generated else [])]
    again = fo.load_dataset("day-again").match({"interview_id": ID}).first().id
    words = (ID, STEM, sample, again, *(frame.id for frame in dataset[sample].frames.values()))
    of_others = [text for where, text in in_database(ID) if "other-study" in text]
    before = counted(in_database(*words), folders, words)
    others = len(dataset) - 1, dataset.match({"interview_id": {"$ne": ID}}).count(f"frames.{NETWORK}.detections")

    assert main(["forget", ID, "--dataset", dataset.name, "--json", str(interviews / "forgotten.json")]) == 0

    report = json.loads((interviews / "forgotten.json").read_text())
    said = capsys.readouterr().out
    (interviews / "forgotten.json").unlink()
    found = in_database(*words)
    after = counted(found, folders, words)
    print(f"\nbefore {before}\nafter  {after}\n{said}")
    assert min(before.values()) > 0
    assert before["collections"] > 12

    left = [(where, text) for where, text in found if text not in of_others]
    assert {where.split(".")[0] for where, _ in left} == {"datasets", "samples"}
    assert len(left) == 2
    assert "what the dataset day-renamed says of it under info" in report["yours"]
    assert "other samples of the dataset day-renamed, in looks_like" in report["yours"]
    assert any("other-study" in what and "has another video" in what for what in report["yours"])

    yours = [interviews / "videos" / f"{ID}.mp4", interviews / "metadata.jsonl"]
    named = [interviews.parent / "export", interviews.parent / "other-study"]
    for path in on_disk(folders, *words):
        assert path in yours or any(path.is_relative_to(folder) for folder in named), path
    assert report["video"] == str(yours[0])
    assert f"the export {named[0]}" in report["yours"]
    assert all(str(path) in said for path in (yours[0], named[0]))
    assert "its row in the folder's table" in said

    assert report["datasets"] == ["day-again", "day-clone", "day-renamed"]
    assert {"likeness", f"{NETWORK}_map", "notes"} <= set(report["indexes"])
    assert "saved view the one" in report["deleted"]
    assert report["tables"] == 2 + 2 + 1  # of the dataset, its clone, and the dataset that is gone
    assert report["pictures"] > 0
    assert set(report["learned"]) <= {NETWORK, MOVEMENT}

    dataset.reload()
    assert (len(dataset), dataset.count(f"frames.{NETWORK}.detections")) == others
    views = {name: dataset.load_saved_view(name) for name in dataset.list_saved_views()}
    assert "the one" not in views
    assert views["my choice"].values("interview_id") == [dataset.first()["interview_id"]]
    assert views["by number"].values("interview_id") == ["0001"]
    for view in [*views.values(), *open_views]:
        assert sample not in [*view.values("id"), *(view.values("sample_id") if view._is_generated else [])]
    for view in open_views:
        view.reload()
        assert len(view) >= 0
    assert load_run(dataset, NETWORK).split.train
    assert predict(dataset, NETWORK).videos == len(dataset)
    assert detect_faces(dataset).skipped == len(dataset)


def test_forgetting_again_or_what_nobody_knows_changes_nothing(worked_on, capsys):
    dataset, _, _ = worked_on
    before = saved_things()

    for id in (ID, "nobody-knows-me", "100", "Frames"):
        assert main(["forget", id, "--dataset", dataset.name]) == 1
        assert f"nothing of {id} was found" in capsys.readouterr().err
    assert saved_things() == before


def saved_things():
    """The database but for when each dataset was opened last."""
    return [(where, text) for where, text in database() if where != "datasets"]
