"""Frame labels of faces: our plain documents against FiftyOne's label objects, with documents equal."""

from __future__ import annotations

import fiftyone as fo
from bson import ObjectId

from benchmarks.speed.faces import face_table
from benchmarks.speed.rows import Row, seconds
from expressiveness.data import RESERVED
from fiftyone_plugin.curation import CHUNK
from fiftyone_plugin.fields import FACES, declare_interview_fields
from fiftyone_plugin.labels import write_faces

VIDEOS, FRAMES, TURNS = 3 * CHUNK, 156, 5


def turns(_clip, _folder):
    table = face_table(FRAMES)
    fo.config.show_progress_bars = False
    for _ in range(TURNS):
        objects, documents = _empty("objects"), _empty("documents")
        yield seconds(_write_objects, objects, table), seconds(_write_documents, documents, table)
        assert _stored(objects) == _stored(documents)
        objects.delete()
        documents.delete()


def _empty(name):
    dataset = fo.Dataset(f"speed-{name}", overwrite=True)
    declare_interview_fields(dataset)
    dataset.add_samples(
        [fo.Sample(filepath=f"/{number}.mp4", interview_id=f"{number:04}") for number in range(VIDEOS)], progress=False
    )
    return dataset


def _write_objects(dataset, table):
    """What a user of FiftyOne writes: an object a label, in chunks of videos as ours."""
    ids = dataset.values("id")
    for start in range(0, VIDEOS, CHUNK):
        labels = {sample_id: _label_objects(table) for sample_id in ids[start : start + CHUNK]}
        dataset.set_values(f"frames.{FACES}", labels, key_field="id")


def _label_objects(table):
    person = fo.Instance()
    rows = zip(table.frame_number.tolist(), table.box.tolist(), table.score.tolist(), strict=True)
    undecided = {"category": RESERVED, "recorded": RESERVED, "decided_by": None, "decided_at": None}
    return {
        number: fo.Detections(
            detections=[
                fo.Detection(
                    label="face", bounding_box=box, confidence=score, index=0, instance=person, **undecided
                )
            ]
        )
        for number, box, score in rows
    }  # fmt: skip


def _write_documents(dataset, table):
    ids = dataset.values("id")
    for start in range(0, VIDEOS, CHUNK):
        chunk = ids[start : start + CHUNK]
        write_faces(dataset, dict.fromkeys(chunk, table), dict.fromkeys(chunk, RESERVED))


def _stored(dataset):
    """Every frame's document, without what is new on each write: ids and times."""
    return [_without_ids(document) for document in dataset._frame_collection.find().sort([("_id", 1)])]


def _without_ids(value):
    if isinstance(value, dict):
        kept = {name: _without_ids(item) for name, item in value.items() if not isinstance(item, ObjectId)}
        return {name: item for name, item in kept.items() if name not in ("created_at", "last_modified_at")}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


ROW = Row(
    what=f"frame labels of {VIDEOS} videos, {FRAMES} frames each, one face a frame; documents compared after each turn",
    ways=("set_values with label objects", "write_faces"),
    bound=">=",
    target=5.0,
    turns=turns,
)
