"""Write face tables and predictions as frame labels, in bulk.

Creating label objects takes several times longer than storing them in MongoDB, so labels are written as the documents
those objects would become; a test compares the two. Labels are written for a few videos at a time, which bounds memory
and lets the App show the first ones within seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import fiftyone as fo
import numpy as np
from bson import ObjectId

from expressiveness.data import CATEGORIES, short_name
from expressiveness.faces import FaceTable
from expressiveness.models import FramePredictions

from .fields import FACE_LABEL, FACES, FRAMES_LOOKED_AT, FRAMES_WITHOUT_FACE, RunFields, verdict_of
from .truth import Document, Truth, accuracy, stretches, temporal

_SHORT = [short_name(name) for name in CATEGORIES]


def write_faces(dataset: fo.Dataset, tables: Mapping[str, FaceTable], categories: Mapping[str, str]) -> None:
    """Write the faces of some videos as frame labels, replacing existing ones.

    Decisions about faces are kept, even on frames that are no longer sampled; they take effect again if the frame is
    sampled later.

    Args:
        dataset: with the fields of faces declared.
        tables: by sample id.
        categories: of each video, by sample id; the initial category of its primary faces.
    """
    view = dataset.select(list(tables))
    decisions = _decisions(view)
    view.clear_frame_field(FACES)
    dataset.set_values(
        f"frames.{FACES}",
        {
            sample_id: _face_documents(table, categories[sample_id], decisions.get(sample_id, {}))
            for sample_id, table in tables.items()
        },
        key_field="id",
        validate=False,
        expand_schema=False,
    )
    dataset.set_values(
        FRAMES_LOOKED_AT, {key: len(table.sampled_number) for key, table in tables.items()}, key_field="id"
    )
    dataset.set_values(
        FRAMES_WITHOUT_FACE,
        {key: len(table.sampled_number) - len(np.unique(table.frame_number)) for key, table in tables.items()},
        key_field="id",
    )


def write_predictions(
    dataset: fo.Dataset, fields: RunFields, predictions: Mapping[str, FramePredictions], truth: Mapping[str, Truth]
) -> int:
    """Write a run's predictions for some videos, replacing earlier ones, and count the wrong frames.

    Args:
        dataset: with the run's fields declared.
        fields: the run's.
        predictions: by sample id.
        truth: to compare with, by sample id.
    """
    documents = {key: _prediction_documents(value, truth[key]) for key, value in predictions.items()}
    dataset.select(list(predictions)).clear_frame_field(fields.faces)
    dataset.set_values(
        f"frames.{fields.faces}",
        documents,
        key_field="id",
        validate=False,
        expand_schema=False,
    )
    dataset.set_values(
        fields.stretches,
        {key: temporal(stretches(value, truth[key])) for key, value in predictions.items()},
        key_field="id",
        validate=False,
        expand_schema=False,
    )
    by_field = {
        fields.video: {key: _video_label(value, truth[key]) for key, value in predictions.items()},
        fields.verdict: {key: verdict_of(truth[key].video, value.category) for key, value in predictions.items()},
        fields.score: {key: value.score for key, value in predictions.items()},
        fields.accuracy: {key: accuracy(value, truth[key]) for key, value in predictions.items()},
    }
    for name, values in by_field.items():
        dataset.set_values(name, values, key_field="id")
    return sum(not face["detections"][0]["correct"] for frames in documents.values() for face in frames.values())


def _face_documents(
    table: FaceTable, category: str, decided: Mapping[tuple[int, int], Document]
) -> dict[int, Document]:
    """The labels by frame number, as MongoDB documents."""
    documents: dict[int, list[Document]] = {}
    instances: dict[int, Document] = {}
    rows = zip(
        table.frame_number.tolist(), table.face_index.tolist(), table.box.tolist(), table.score.tolist(), strict=True
    )
    found = {(number, index): (box, score) for number, index, box, score in rows}
    missing = {key: (face["bounding_box"], face["confidence"]) for key, face in decided.items() if key not in found}
    for (number, index), (box, score) in {**found, **missing}.items():
        face = _detection(FACE_LABEL, box, score, index=index)
        face["instance"] = instances.setdefault(index, {"_id": ObjectId(), "_cls": "Instance"})
        if index == 0:
            face |= {"category": category, "recorded": category, "decided_by": None, "decided_at": None}
        face |= {name: value for name, value in decided.get((number, index), {}).items() if name in _KEPT}
        documents.setdefault(number, []).append(face)
    return {number: _detections(faces) for number, faces in documents.items()}


def _prediction_documents(predictions: FramePredictions, truth: Truth) -> dict[int, Document]:
    documents = {}
    count = len(predictions.frame_number)
    rows = zip(
        predictions.frame_number.tolist(),
        predictions.box.tolist(),
        predictions.probabilities.tolist(),
        [None] * count if predictions.offsets is None else predictions.offsets.tolist(),
        truth.of_frames(predictions),
        strict=True,
    )
    for number, box, probabilities, offset, true in rows:
        second, first = sorted(probabilities)[-2:]
        label = CATEGORIES[probabilities.index(first)]
        face = _detection(label, box, first, index=0)
        face.update(
            truth=true,
            correct=label == true,
            margin=first - second,
            probabilities=probabilities,
            shares=", ".join(f"{name} {share:.0%}" for name, share in zip(_SHORT, probabilities, strict=True)),
        )
        if offset is not None:
            face["offset"] = offset
        documents[number] = _detections([face])
    return documents


def _detection(label: str, box: list[float], confidence: float, *, index: int) -> Document:
    return {
        "_id": ObjectId(),
        "_cls": "Detection",
        "attributes": {},
        "tags": [],
        "label": label,
        "bounding_box": box,
        "confidence": confidence,
        "index": index,
    }


def _detections(detections: list[Document]) -> Document:
    return {"_cls": "Detections", "detections": detections}


def _video_label(predictions: FramePredictions, truth: Truth) -> fo.Classification | None:
    if predictions.category is None:
        return None
    return fo.Classification(
        label=predictions.category,
        confidence=predictions.confidence,
        truth=truth.video,
        correct=predictions.category == truth.video,
    )


_KEPT = ("category", "recorded", "decided_by", "decided_at", "tags")


def _decisions(view: fo.DatasetView) -> dict[str, dict[tuple[int, int], Document]]:
    """The faces with decisions, by sample id, then by frame number and face index."""
    names = ("index", "bounding_box", "confidence", *_KEPT)
    columns = ["frames.frame_number", *(f"frames.{FACES}.detections.{name}" for name in names)]
    decided: dict[str, dict[tuple[int, int], Document]] = {}
    for sample_id, *frames in zip(*view.values(["id", *columns]), strict=True):
        for number, *faces in zip(*frames, strict=True):
            for values in zip(*(column or [] for column in faces), strict=True):
                face = dict(zip(names, values, strict=True))
                if face["decided_at"] or face["tags"]:
                    decided.setdefault(sample_id, {})[number, face["index"]] = face
    return decided
