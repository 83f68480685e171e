"""Labels are written as plain documents: the same that FiftyOne's own label objects would become."""

from dataclasses import asdict
from pathlib import Path

import fiftyone as fo
import numpy as np
import pytest
from bson import ObjectId

from expressiveness.data import CATEGORIES, RESERVED, Thresholds
from expressiveness.models import FramePredictions
from fiftyone_plugin.dataset import register_run
from fiftyone_plugin.fields import RunFields, declare_interview_fields, declare_run_fields
from fiftyone_plugin.labels import write_faces, write_predictions
from fiftyone_plugin.panels.timeline.video_series import video_series
from fiftyone_plugin.truth import Truth
from tests.face_tables import BOX, face_table

FACES = face_table((1, 0), (1, 1), (3, 0), looked_at=(1, 2, 3))
PROBABILITIES = [0.625, 0.25, 0.125]  # all of them exact in float32


def without_ids(value):
    """A stored document without ids and times, which are new on every write."""
    if isinstance(value, dict):
        kept = {name: without_ids(item) for name, item in value.items() if not isinstance(item, ObjectId)}
        return {name: item for name, item in kept.items() if name not in ("created_at", "last_modified_at")}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def stored_frames(dataset):
    return [without_ids(document) for document in dataset._frame_collection.find().sort("frame_number", 1)]


def empty_copy(name):
    dataset = fo.Dataset(name)
    declare_interview_fields(dataset)
    declare_run_fields(dataset, "run")
    dataset.add_sample(fo.Sample(filepath="/videos/1.mp4", interview_id="0001"))
    return dataset


@pytest.fixture
def two_datasets(dataset_name):
    """Two datasets of one video without faces: one to write documents to, one to write objects to."""
    names = [f"{dataset_name}-documents", f"{dataset_name}-objects"]
    yield [empty_copy(name) for name in names]
    for name in names:
        fo.delete_dataset(name)


def face(index, instance, **attributes):
    return fo.Detection(
        label="face", bounding_box=list(BOX), confidence=0.75, index=index, instance=instance, **attributes
    )


def test_faces_are_stored_as_label_objects_would_be(two_datasets):
    documents, objects = two_datasets
    undecided = {"category": RESERVED, "recorded": RESERVED, "decided_by": None, "decided_at": None}

    write_faces(documents, {documents.first().id: FACES}, {documents.first().id: RESERVED})
    first, second = fo.Instance(), fo.Instance()
    labels = {
        1: fo.Detections(detections=[face(0, first, **undecided), face(1, second)]),
        3: fo.Detections(detections=[face(0, first, **undecided)]),
    }
    objects.set_values("frames.faces", {objects.first().id: labels}, key_field="id")

    assert stored_frames(documents) == stored_frames(objects)
    assert documents.first().frames_looked_at == 3
    assert documents.first().frames_without_face == 1


def test_the_faces_of_a_video_with_one_place_in_the_order_share_an_instance(two_datasets):
    dataset, _ = two_datasets
    write_faces(dataset, {dataset.first().id: FACES}, {dataset.first().id: RESERVED})

    [[[first, second], [again]]] = dataset.values("frames.faces.detections.instance.id")
    assert first == again
    assert first != second


def test_predictions_are_stored_as_label_objects_would_be(two_datasets):
    documents, objects = two_datasets
    predictions = FramePredictions(
        frame_number=np.array([2], dtype=np.int32),
        seconds=np.zeros(1),
        box=np.array([BOX], dtype=np.float32),
        probabilities=np.array([PROBABILITIES], dtype=np.float32),
        frames_without_face=2,
        category=CATEGORIES[0],
        score=-0.5,
        confidence=0.625,
    )

    sample_id = documents.first().id
    wrong = write_predictions(documents, RunFields("run"), {sample_id: predictions}, {sample_id: Truth(CATEGORIES[1])})
    label = fo.Detection(
        label=CATEGORIES[0],
        bounding_box=list(BOX),
        confidence=0.625,
        index=0,
        truth=CATEGORIES[1],
        correct=False,
        margin=0.375,
        probabilities=PROBABILITIES,
        shares="Reserved 62%, Balanced 25%, Expressive 12%",
    )
    objects.set_values("frames.run", {objects.first().id: {2: fo.Detections(detections=[label])}}, key_field="id")

    assert wrong == 1
    assert stored_frames(documents) == stored_frames(objects)


def test_stretches_are_stored_as_label_objects_would_be(two_datasets):
    documents, objects = two_datasets
    predictions = FramePredictions(
        frame_number=np.array([1, 6], dtype=np.int32),
        seconds=np.zeros(2),
        box=np.array([BOX] * 2, dtype=np.float32),
        probabilities=np.array([PROBABILITIES] * 2, dtype=np.float32),
        frames_without_face=0,
        category=CATEGORIES[0],
        score=-0.5,
        confidence=0.625,
    )

    sample_id = documents.first().id
    write_predictions(documents, RunFields("run"), {sample_id: predictions}, {sample_id: Truth(CATEGORIES[0])})
    [written] = documents._sample_collection.distinct("run_stretches")
    [values] = without_ids(written)["detections"]
    label = fo.TemporalDetection(**{name: value for name, value in values.items() if name != "_cls"})
    objects.set_values("run_stretches", [fo.TemporalDetections(detections=[label])])
    [built] = objects._sample_collection.distinct("run_stretches")

    assert (values["label"], values["support"], values["correct"]) == (CATEGORIES[0], [1, 6], True)
    assert without_ids(written) == without_ids(built)


def test_detecting_again_duplicates_nothing_and_predicting_again_neither(dataset):
    from fiftyone_plugin.api import detect_faces, predict

    before = stored_frames(dataset)

    report = detect_faces(dataset)
    predict(dataset, "first")

    assert report.as_dict()["videos"] == {"succeeded": 0, "skipped": len(dataset), "failed": 0}
    assert stored_frames(dataset) == before


def test_a_frame_is_compared_with_its_videos_score_moved_by_what_the_face_does_in_it(two_datasets):
    dataset, _ = two_datasets
    predictions = FramePredictions(
        frame_number=np.array([1, 6, 11], dtype=np.int32),
        seconds=np.zeros(3),
        box=np.array([BOX] * 3, dtype=np.float32),
        probabilities=np.array([PROBABILITIES] * 3, dtype=np.float32),  # Reserved on all of them
        offsets=np.array([-1, 0, 1], dtype=np.float32),
        frames_without_face=0,
        category=CATEGORIES[0],
        score=-0.5,
        confidence=0.625,
    )
    sample_id = dataset.first().id

    moved = Truth(CATEGORIES[1], {11: CATEGORIES[0]}, score=0.0, thresholds=Thresholds())
    wrong = write_predictions(dataset, RunFields("run"), {sample_id: predictions}, {sample_id: moved})

    [frames] = dataset.values("frames.run.detections.truth")
    assert [truth for [truth] in frames] == [CATEGORIES[0], CATEGORIES[1], CATEGORIES[0]]  # the last by a person
    assert wrong == 1
    assert dataset.first().run_accuracy == pytest.approx(2 / 3)
    [[first, second, third]] = dataset.values("run_stretches.detections.correct")
    assert (first, second, third) == (True, False, True)
    record = {"config": {"model": "movement", "target": "facial_expression"}, "thresholds": asdict(Thresholds())}
    register_run(dataset, "run", record, Path("no folder"))
    series = video_series(dataset, sample_id, "run")
    assert (series["scores"], series["thresholds"]) == ([-1.5, -0.5, 0.5], [-0.3, 0.3])
    assert series["model"] == "movement + frame intensity"
