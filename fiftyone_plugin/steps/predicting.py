"""Classify the faces of a dataset's interviews with a run's model, and write the predictions as labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import fiftyone as fo

from expressiveness.models import FramePredictions, predict_interviews
from expressiveness.types import Failure, Progress

from .. import fields
from ..curation import CHUNK, FramesAgainst, FrameWriter, keep_frames_against, truths_for, writing_frames
from ..dataset import (
    alone_on_dataset,
    check_run_name,
    face_store,
    interviews_of,
    load_run,
    named_neutrals,
    require_faces,
    run_split,
    sample_ids_of,
)
from ..fields import RunFields
from ..truth import Truth


@dataclass(slots=True)
class PredictionReport:
    """The result of a prediction."""

    run: str
    videos: int = 0
    frames: int = 0
    wrong_frames: int = 0
    failures: list[Failure] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


@alone_on_dataset("predicting")
def predict(
    samples: fo.Dataset | fo.DatasetView,
    run: str,
    *,
    frames_against: FramesAgainst = "face",
    progress: Progress | None = None,
) -> PredictionReport:
    """Classify every stored face with a run's model, and write the labels video by video.

    A movement model skips videos that show too little of a face; the report lists them.

    Each label also says whether it is correct, according to decisions or else the score. This is for the review, and is
    updated with new decisions, unlike the run's metrics, see `evaluate`.

    Args:
        samples: a dataset of interviews with faces, or a view of one.
        run: whose model classifies.
        frames_against: the truth for frames without a decision. "face": the video's score, shifted by what the face
        does in the frame if the model knows that, so that a calm moment in a lively answer is correct as calm;
        "video": the video's category for all frames.
        progress: called with the number of videos done and the total.

    Raises:
        ModelError: there is no such run, or its name conflicts with another field.
        TrainingError: no faces were detected yet.
    """
    dataset = samples._root_dataset
    model = load_run(dataset, check_run_name(dataset, run))
    require_faces(samples)
    run_fields = fields.declare_run_fields(dataset, run)
    interviews, sample_ids = interviews_of(samples), sample_ids_of(samples)
    store = face_store(dataset, model.extraction)
    keep_frames_against(dataset, run, frames_against)
    truths = truths_for(samples, run)
    split = run_split(dataset, run)  # written first, so that a run that was stopped can be reviewed as far as it got
    dataset.set_values(run_fields.split, {sample_ids[i.id]: split.set_of(i.id) for i in interviews}, key_field="id")
    neutrals = named_neutrals(dataset)
    report = PredictionReport(run)
    done: dict[str, FramePredictions] = {}
    with writing_frames(samples) as frames:
        judged = predict_interviews(model, interviews, store, everything=interviews_of(dataset), neutrals=neutrals)
        for number, outcome in enumerate(judged, start=1):
            if outcome.value is None:
                report.failures.append(Failure(outcome.item.id, outcome.error or ""))
            else:
                done[sample_ids[outcome.item.id]] = outcome.value
                if outcome.value.doubt:
                    report.failures.append(Failure(outcome.item.id, outcome.value.doubt))
            if len(done) == CHUNK or number == len(interviews):
                _write_chunk(frames, run_fields, done, truths, report)
            if progress:
                progress(number, len(interviews))
    return report


def _write_chunk(
    frames: FrameWriter,
    run_fields: RunFields,
    done: dict[str, FramePredictions],
    truths: Mapping[str, Truth],
    report: PredictionReport,
) -> None:
    if not done:
        return
    wrong = frames.predictions(run_fields, done, truths)
    report.videos += len(done)
    report.frames += sum(len(predictions.frame_number) for predictions in done.values())
    report.wrong_frames += wrong
    done.clear()
