"""Face tables and predictions as frame labels, written in bulk.

Building label objects costs several times what MongoDB takes to store them, so labels are written as the plain
documents that those objects would become; a test holds the two equal. Labels go in chunks of videos, so memory stays
bounded and the App shows the first ones after seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fiftyone as fo
import numpy as np
from bson import ObjectId

from expressiveness.categories import CATEGORIES
from expressiveness.faces import FaceTable
from expressiveness.prediction import FramePredictions

from .fields import CONFIDENT, FACE_LABEL, FACES, FRAMES_LOOKED_AT, FRAMES_WITHOUT_FACE, UNCERTAIN, RunFields

Document = dict[str, Any]

CHUNK = 16
"""Videos whose labels are written at once."""


def write_faces(dataset: fo.Dataset, tables: Mapping[str, FaceTable], categories: Mapping[str, str]) -> None:
    """Write the faces of some videos as frame labels, in place of those that stand there.

    What a person decided about a face stays, also on a frame that is no longer looked at: looking at it again, as other
    settings may, brings the decision back into effect.

    Args:
        dataset: with its fields declared.
        tables: by sample id.
        categories: of each sample's video, which its primary faces take on.
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
    """Write a run's predictions of some videos, in place of its earlier ones, and count the frames that are wrong.

    Args:
        dataset: with the run's fields declared.
        fields: of the run.
        predictions: by sample id.
        truth: what each prediction is held against, by sample id.
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
        fields.score: {key: value.score for key, value in predictions.items()},
        fields.accuracy: {key: accuracy(value, truth[key]) for key, value in predictions.items()},
    }
    for name, values in by_field.items():
        dataset.set_values(name, values, key_field="id")
    return sum(not face["detections"][0]["correct"] for frames in documents.values() for face in frames.values())


class Truth:
    """The category of a video, and of the frames where a person decided otherwise."""

    def __init__(self, video: str, frames: Mapping[int, str] | None = None) -> None:
        self.video = video
        self.frames = frames or {}

    def of_frame(self, number: int) -> str:
        """The category that holds for a frame's primary face."""
        return self.frames.get(number, self.video)


def stretches(predictions: FramePredictions, truth: Truth) -> list[Document]:
    """Sum a video's frames up as stretches of time with one predicted category and one true one.

    Only the sampled frames are judged; each one's category is taken to hold until the next sample, face or no face.

    Returns:
        The labels of a `fo.TemporalDetections`, as MongoDB stores them: `support` in frames, both ends included;
        `confidence`, the mean; `judged`, how many frames that is over, and how many of them are `confident` and
        `uncertain`.
    """
    numbers = predictions.frame_number
    gaps = np.diff(numbers, append=numbers[-1:] + 1)  # nothing is known past the last one
    step = int(np.median(gaps[:-1])) if len(gaps) > 1 else 1
    held = np.where(gaps < 2 * step, gaps, step)
    ranked = np.sort(predictions.probabilities, axis=1)
    rows = zip(
        numbers.tolist(),
        (numbers + held - 1).tolist(),
        predictions.category_index.tolist(),
        ranked[:, -1].tolist(),
        (ranked[:, -1] - ranked[:, -2]).tolist(),
        strict=True,
    )
    found: list[Document] = []
    for first, last, index, confidence, margin in rows:
        stretch = _stretch(CATEGORIES[index], truth.of_frame(first), [first, last], confidence, margin)
        if not found or not _extended(found[-1], stretch):
            found.append(stretch)
    return found


def _stretch(label: str, truth: str, support: list[int], confidence: float, margin: float) -> Document:
    """A stretch of one judged frame."""
    return {
        "_id": ObjectId(),
        "_cls": "TemporalDetection",
        "tags": [],
        "label": label,
        "support": support,
        "confidence": confidence,
        "truth": truth,
        "correct": label == truth,
        "judged": 1,
        "confident": int(confidence >= CONFIDENT),
        "uncertain": int(margin <= UNCERTAIN),
    }


def _extended(stretch: Document, following: Document) -> bool:
    """Take a frame's stretch into the one before, if it goes on from there."""
    goes_on = stretch["support"][1] == following["support"][0] - 1
    if not goes_on or (stretch["label"], stretch["truth"]) != (following["label"], following["truth"]):
        return False
    stretch["support"][1] = following["support"][1]
    for count in ("judged", "confident", "uncertain"):
        stretch[count] += following[count]
    stretch["confidence"] += (following["confidence"] - stretch["confidence"]) / stretch["judged"]
    return True


def temporal(detections: list[Document]) -> Document:
    """Stretches as the label that holds them."""
    return {"_cls": "TemporalDetections", "detections": detections}


def _face_documents(
    table: FaceTable, category: str, decided: Mapping[tuple[int, int], Document]
) -> dict[int, Document]:
    """The labels of each frame number, as MongoDB stores them."""
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
    rows = zip(
        predictions.frame_number.tolist(), predictions.box.tolist(), predictions.probabilities.tolist(), strict=True
    )
    for number, box, probabilities in rows:
        second, first = sorted(probabilities)[-2:]
        label = CATEGORIES[probabilities.index(first)]
        face = _detection(label, box, first, index=0)
        face.update(
            truth=truth.of_frame(number),
            correct=label == truth.of_frame(number),
            margin=first - second,
            probabilities=probabilities,
        )
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


def accuracy(predictions: FramePredictions, truth: Truth) -> float | None:
    """The share of a video's frames that were classified right; None where none shows a face."""
    if not len(predictions.frame_number):
        return None
    right = [
        CATEGORIES[index] == truth.of_frame(number)
        for number, index in zip(predictions.frame_number.tolist(), predictions.category_index.tolist(), strict=True)
    ]
    return float(np.mean(right))


_KEPT = ("category", "recorded", "decided_by", "decided_at", "tags")


def _decisions(view: fo.DatasetView) -> dict[str, dict[tuple[int, int], Document]]:
    """The faces of some videos on which people decided, by sample id, frame number and face index."""
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
