"""Hold predictions that stand in a dataset against what people have decided since.

A run's labels carry the truth that they were held against and whether they are right; a decision changes both, and with
them what the review shows as mistakes. What a run predicted stays as it is, and so do its figures on held-out people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import fiftyone as fo
import numpy as np

from expressiveness.data import CATEGORIES
from expressiveness.models import FramePredictions

from ..dataset import measure_of
from ..fields import RunFields, runs_with_fields
from ..truth import Truth, accuracy, stretches, temporal
from .read import truths_of


def judge_again(dataset: fo.Dataset, sample_ids: Sequence[str]) -> None:
    """Bring `truth` and `correct` of every run's labels up to date, and what is summed up from them."""
    view = dataset.select(list(sample_ids))
    for run in runs_with_fields(dataset):
        _judge(view, RunFields(run), truths_of(view, *measure_of(dataset, run)))


@dataclass(frozen=True, slots=True)
class _Standing:
    """A run's prediction for one frame, as it stands in a dataset."""

    frame_number: int
    frame_id: str
    label_id: str
    label: str
    truth: str
    probabilities: list[float]


def _judge(view: fo.DatasetView, fields: RunFields, truths: Mapping[str, Truth]) -> None:
    dataset = view._root_dataset
    standing = {key: frames for key, frames in _standing(view, fields).items() if frames}
    truth, correct = [], []
    for key, frames in standing.items():
        for frame in frames:
            if (true := truths[key].of_frame(frame.frame_number)) != frame.truth:
                where = {"frame_id": frame.frame_id, "label_id": frame.label_id}
                truth.append({**where, "value": true})
                correct.append({**where, "value": frame.label == true})
    if truth:
        dataset.set_label_values(f"frames.{fields.faces}.detections.truth", truth)
        dataset.set_label_values(f"frames.{fields.faces}.detections.correct", correct)
    predictions = {key: _predictions(frames) for key, frames in standing.items()}
    labels = dict(zip(*view.values(["id", f"{fields.video}.label"]), strict=True))
    summed_up = {
        f"{fields.video}.truth": {key: truths[key].video for key in standing},
        f"{fields.video}.correct": {key: labels[key] == truths[key].video for key in standing},
        fields.accuracy: {key: accuracy(value, truths[key]) for key, value in predictions.items()},
    }
    for name, values in summed_up.items():
        dataset.set_values(name, values, key_field="id")
    anew = {key: temporal(stretches(value, truths[key])) for key, value in predictions.items()}
    dataset.set_values(fields.stretches, anew, key_field="id", validate=False, expand_schema=False)


def _standing(view: fo.DatasetView, fields: RunFields) -> dict[str, list[_Standing]]:
    names = [f"frames.{fields.faces}.detections.{name}" for name in ("id", "label", "truth", "probabilities")]
    standing: dict[str, list[_Standing]] = {}
    for sample_id, *frames in zip(*view.values(["id", "frames.frame_number", "frames.id", *names]), strict=True):
        standing[sample_id] = [
            _Standing(number, frame_id, *face)
            for number, frame_id, *columns in zip(*frames, strict=True)
            for face in zip(*(column or [] for column in columns), strict=True)
        ]
    return standing


def _predictions(frames: Sequence[_Standing]) -> FramePredictions:
    """What stands in the dataset, as far as it is needed to sum it up."""
    return FramePredictions(
        frame_number=np.array([frame.frame_number for frame in frames], dtype=np.int32),
        seconds=np.zeros(len(frames)),
        box=np.zeros((len(frames), 4), dtype=np.float32),
        probabilities=np.array([frame.probabilities for frame in frames], dtype=np.float32).reshape(
            -1, len(CATEGORIES)
        ),
        frames_without_face=0,
        category=None,
        score=None,
        confidence=None,
    )
