"""Update the correctness of predictions after decisions.

A run's labels store the true category and whether the prediction is correct. A decision can change both, and thus which
mistakes the review shows. The predictions and the run's held-out metrics stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import fiftyone as fo
import numpy as np

from expressiveness.data import CATEGORIES
from expressiveness.models import JudgedFrames

from ..dataset import info_of, keep_info, measure_of
from ..fields import RunFields, runs_with_fields, verdict_of
from ..truth import Truth, accuracy, stretches, temporal
from .frame_writing import FrameWriter, writing_frames
from .read import truths_of

FramesAgainst = Literal["face", "video"]
"""The truth for frames without a decision: "face" is the video's score, shifted by what the face does in the frame if
the model knows that, so that a calm moment in a lively answer is correct as calm; "video" is the video's category."""


def judge_again(dataset: fo.Dataset, sample_ids: Sequence[str]) -> None:
    """Update `truth` and `correct` of every run's labels, and the summaries derived from them."""
    view = dataset.select(list(sample_ids))
    with writing_frames(view) as frames:
        for run in runs_with_fields(dataset):
            _judge(view, frames, RunFields(run), truths_for(view, run))


def truths_for(samples: fo.Dataset | fo.DatasetView, run: str) -> dict[str, Truth]:
    """What a run's predictions are compared with, by sample id, in the reading chosen when it predicted."""
    dataset = samples._root_dataset
    truths = truths_of(samples, *measure_of(dataset, run))
    if frames_against(dataset, run) == "video":
        return {key: truth.by_video_alone() for key, truth in truths.items()}
    return truths


def frames_against(dataset: fo.Dataset, run: str) -> FramesAgainst:
    """What the frames of a run's predictions are compared with."""
    return "video" if info_of(dataset).get("frames_against", {}).get(run) == "video" else "face"


def keep_frames_against(dataset: fo.Dataset, run: str, against: FramesAgainst) -> None:
    """Remember what the frames of a run's predictions are compared with."""
    if frames_against(dataset, run) != against:
        keep_info(dataset, frames_against={**info_of(dataset).get("frames_against", {}), run: against})


@dataclass(frozen=True, slots=True)
class _Standing:
    """A run's prediction for one frame, as stored in the dataset."""

    frame_number: int
    frame_id: str
    label_id: str
    label: str
    truth: str
    probabilities: list[float]
    offset: float | None


def _judge(view: fo.DatasetView, writer: FrameWriter, fields: RunFields, truths: Mapping[str, Truth]) -> None:
    dataset = view._root_dataset
    standing = {key: frames for key, frames in _standing(view, fields).items() if frames}
    truth, correct = [], []
    verdicts: dict[str, dict[int, str | None]] = {}
    with_verdict = _with_verdict(view, fields)
    for key, frames in standing.items():
        for frame in frames:
            if (true := truths[key].of_frame(frame.frame_number, frame.offset)) != frame.truth:
                where = {"frame_id": frame.frame_id, "label_id": frame.label_id}
                truth.append({**where, "value": true})
                correct.append({**where, "value": frame.label == true})
                if frame.frame_id in with_verdict:
                    verdicts.setdefault(key, {})[frame.frame_number] = verdict_of(true, frame.label)
    if truth:
        writer.of_labels(f"{fields.faces}.detections.truth", truth)
        writer.of_labels(f"{fields.faces}.detections.correct", correct)
    writer.of_frames(fields.verdict, verdicts)
    predictions = {key: _judged(frames) for key, frames in standing.items()}
    labels = dict(zip(*view.values(["id", f"{fields.video}.label"]), strict=True))
    summed_up: dict[str, dict[str, Any]] = {
        f"{fields.video}.truth": {key: truths[key].video for key in standing},
        f"{fields.video}.correct": {key: labels[key] == truths[key].video for key in standing},
        fields.accuracy: {key: accuracy(value, truths[key]) for key, value in predictions.items()},
    }
    if dataset.has_sample_field(fields.verdict):
        summed_up[fields.verdict] = {key: verdict_of(truths[key].video, labels[key]) for key in standing}
    for name, values in summed_up.items():
        dataset.set_values(name, values, key_field="id")
    anew = {key: temporal(stretches(value, truths[key])) for key, value in predictions.items()}
    dataset.set_values(fields.stretches, anew, key_field="id", validate=False, expand_schema=False)


def _with_verdict(view: fo.DatasetView, fields: RunFields) -> set[str]:
    """The ids of the frames that have a verdict: those that were shown as faces."""
    if not view._root_dataset.has_frame_field(fields.verdict):
        return set()
    ids, verdicts = view.values(["frames.id", f"frames.{fields.verdict}"], unwind=True)
    return {id for id, verdict in zip(ids, verdicts, strict=True) if verdict}


def _standing(view: fo.DatasetView, fields: RunFields) -> dict[str, list[_Standing]]:
    known = ["id", "label", "truth", "probabilities"]
    if view._root_dataset.has_frame_field(f"{fields.faces}.detections.offset"):  # not written by earlier versions
        known.append("offset")
    names = [f"frames.{fields.faces}.detections.{name}" for name in known]
    standing: dict[str, list[_Standing]] = {}
    for sample_id, *frames in zip(*view.values(["id", "frames.frame_number", "frames.id", *names]), strict=True):
        standing[sample_id] = [
            _Standing(number, frame_id, *face, *[None] * ("offset" not in known))
            for number, frame_id, *columns in zip(*frames, strict=True)
            for face in zip(*(column or [] for column in columns), strict=True)
        ]
    return standing


def _judged(frames: Sequence[_Standing]) -> JudgedFrames:
    offsets = [frame.offset for frame in frames]
    return JudgedFrames(
        frame_number=np.array([frame.frame_number for frame in frames], dtype=np.int32),
        probabilities=np.array([frame.probabilities for frame in frames], dtype=np.float32).reshape(
            -1, len(CATEGORIES)
        ),
        offsets=None if None in offsets else np.array(offsets, dtype=np.float32),
    )
