"""From a video's faces to the probabilities of each frame, and from those to the video's category and score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from expressiveness._io import check_output_file, output_file
from expressiveness.data import CATEGORIES, Interview
from expressiveness.errors import ModelError, OutputError, StoreError, VideoError
from expressiveness.faces import ExtractionConfig, FaceStore, FaceTable, extract_faces
from expressiveness.models.movement_model import MovementModel, features_of
from expressiveness.models.preprocessing import network_input, reference_face
from expressiveness.models.trained_model import TrainedModel
from expressiveness.movement import Movement, MovementStore, read_movement
from expressiveness.parallel import Outcome, run
from expressiveness.video import MAX_PIXELS, Shortfall, all_read


@dataclass(frozen=True, slots=True, eq=False)
class FramePredictions:
    """What a model says of one video: n frames with a face, and the whole."""

    frame_number: npt.NDArray[np.int32]  # (n,) from 1
    seconds: npt.NDArray[np.float64]  # (n,)
    box: npt.NDArray[np.float32]  # (n, 4) of the primary face, as shares of the frame
    probabilities: npt.NDArray[np.float32]  # (n, 3) in the order of CATEGORIES
    frames_without_face: int
    category: str | None  # None where no frame shows a face
    score: float | None  # expected, in the units of the target
    confidence: float | None  # the category's mean probability, 0 to 1
    doubt: str | None = None  # why nothing is said of a video that does show a face
    cut_short: Shortfall | None = None  # where not all of the video could be read

    @property
    def category_index(self) -> npt.NDArray[np.int64]:
        """Each frame's category, (n,) into CATEGORIES."""
        return np.asarray(self.probabilities.argmax(axis=1))


def predict_faces(model: TrainedModel, faces: FaceTable, movement: Movement | None = None) -> FramePredictions:
    """Classify a video from its stored faces, and its movement if it is a model of that.

    A frame's category is the most probable one of its primary face. The video's probabilities are the mean over its
    frames; its score is what they expect, each category counting as its typical score in the training set.

    A model of movement judges the video as a whole, and says nothing where there is not enough of a face. Its category
    is the one of its score, which keeps the categories as frequent as they are where labels are noisy and the most
    probable category would hardly ever be the middle one. A frame's probabilities are those of a video that always
    moves as much.

    Raises:
        ModelError: a model of movement was not given the movement.
    """
    if model.movement:
        return _from_movement(model, model.movement, faces, movement)
    face_input = model.config.face_input
    primary = faces.primary()
    crops = network_input(primary.crop, reference_face(primary, face_input), face_input)
    return _summed_up(model, faces, primary, model.probabilities(crops))


def predict_interviews(
    model: TrainedModel, interviews: Sequence[Interview], store: FaceStore
) -> Iterator[Outcome[Interview, FramePredictions]]:
    """Classify interviews from their stored faces, one by one; one without stored faces yields the reason.

    Movement that a model needs and that is not stored yet is read from the video, and stored beside the faces.
    """
    movements = MovementStore.beside(store)
    for interview in interviews:
        try:
            faces = store.load(interview)
            movement = movements.load_or_read(interview) if model.movement else None
            yield Outcome(interview, predict_faces(model, faces, movement))
        except (StoreError, VideoError) as error:
            yield Outcome(interview, None, str(error))


def predict_videos(
    model: TrainedModel, videos: Sequence[Path], *, workers: int | None = None, max_pixels: int = MAX_PIXELS
) -> Iterator[Outcome[Path, FramePredictions]]:
    """Find the faces of any videos as the model was trained on them, and classify them as they come.

    Args:
        model: the trained model; its extraction settings are used.
        videos: files; one that cannot be read yields the reason.
        workers: processes that find faces; None for one a core.
        max_pixels: the most that a picture may have.
    """
    with_movement = model.movement is not None
    jobs = [_Job(video, model.extraction, with_movement, max_pixels) for video in videos]
    for outcome in run(_extract, jobs, workers=workers):
        if outcome.value is None:
            yield Outcome(outcome.item.video, None, outcome.error)
        else:
            faces, movement, cut_short = outcome.value
            predictions = replace(predict_faces(model, faces, movement), cut_short=cut_short)
            yield Outcome(outcome.item.video, predictions)


def as_record(video: Path, predictions: FramePredictions) -> dict[str, Any]:
    """One video's predictions as JSON holds them."""
    return {
        "file": str(video),
        "category": predictions.category,
        "score": predictions.score,
        "confidence": predictions.confidence,
        "cut_short": predictions.cut_short and predictions.cut_short.as_dict(),
        "frames": [
            {
                "frame_number": int(number),
                "time": round(float(seconds), 6),
                "box": [round(float(value), 6) for value in box],
                "probabilities": [round(float(value), 6) for value in probabilities],
            }
            for number, seconds, box, probabilities in zip(
                predictions.frame_number,
                predictions.seconds,
                predictions.box,
                predictions.probabilities,
                strict=True,
            )
        ],
    }


def frame_table(predictions: Sequence[tuple[Path, FramePredictions]]) -> pd.DataFrame:
    """Every frame of several videos as rows: file, the video's category and score, and what the frame shows."""
    rows = [
        {
            "file": str(video),
            "video_category": whole.category,
            "video_score": whole.score,
            "frame_number": number,
            "seconds": seconds,
            **dict(zip(("x", "y", "width", "height"), box, strict=True)),
            **dict(zip(CATEGORIES, probabilities, strict=True)),
        }
        for video, whole in predictions
        for number, seconds, box, probabilities in zip(
            whole.frame_number, whole.seconds, whole.box, whole.probabilities, strict=True
        )
    ]
    return pd.DataFrame(rows)


TABLE_ENDINGS = (".csv", ".parquet", ".json")


def check_table(file: Path | None, *, overwrite: bool = False) -> None:
    """Find out, before the work begins, whether a table can be written to a file; None where none is asked for.

    Raises:
        OutputError: its ending is not known, it cannot be written, or is there and `overwrite` is not set.
    """
    if file and file.suffix not in TABLE_ENDINGS:
        raise OutputError(f"{file}: a table can be .csv, .parquet or .json")
    check_output_file(file, overwrite=overwrite)


def write_table(table: pd.DataFrame, file: Path, *, overwrite: bool = False) -> None:
    """Write a table in the format that the file's ending names: .csv, .parquet or .json (a list of rows).

    Raises:
        OutputError: as `check_table`.
    """
    check_table(file, overwrite=overwrite)
    with output_file(file, overwrite=overwrite) as unfinished:
        if file.suffix == ".csv":
            _without_formulas(table).to_csv(unfinished, index=False)
        elif file.suffix == ".parquet":
            table.to_parquet(unfinished, index=False)
        else:
            table.to_json(unfinished, orient="records", indent=2)


def _without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Quote text that a spreadsheet would run: a file may well be called `=cmd.mp4`."""
    text = table.select_dtypes(["object", "string"]).columns
    return table.assign(**{name: table[name].str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True) for name in text})


@dataclass(frozen=True, slots=True)
class _Job:
    video: Path
    config: ExtractionConfig
    with_movement: bool
    max_pixels: int


def _extract(job: _Job) -> tuple[FaceTable, Movement | None, Shortfall | None]:
    faces = extract_faces(job.video, job.config, max_pixels=job.max_pixels)
    movement = read_movement(job.video, max_pixels=job.max_pixels) if job.with_movement else None
    return faces, movement, all_read(job.video, job.config.sampling, faces.sampled_number.tolist())


def _from_movement(
    trained: TrainedModel, model: MovementModel, faces: FaceTable, movement: Movement | None
) -> FramePredictions:
    if movement is None:
        raise ModelError("this model judges movement: give predict_faces the video's movement (movement.read_movement)")
    primary = faces.primary()
    if movement.doubt or not len(primary):
        return _nothing_said(faces, movement.doubt if len(primary) else None)
    frame_levels = np.interp(primary.seconds, movement.seconds, model.frame_levels(movement))
    level = model.levels(features_of(movement)[np.newaxis])
    score = float(model.calibration.score(level)[0])
    category = trained.thresholds.index(score)
    return FramePredictions(
        frame_number=primary.frame_number,
        seconds=primary.seconds,
        box=primary.box,
        probabilities=model.calibration.probabilities(frame_levels),
        frames_without_face=len(faces.sampled_number) - len(primary),
        category=CATEGORIES[category],
        score=score,
        confidence=float(model.calibration.probabilities(level)[0, category]),
    )


def _nothing_said(faces: FaceTable, doubt: str | None) -> FramePredictions:
    none = faces.select(np.zeros(len(faces), dtype=bool))
    return FramePredictions(
        frame_number=none.frame_number,
        seconds=none.seconds,
        box=none.box,
        probabilities=np.zeros((0, len(CATEGORIES)), dtype=np.float32),
        frames_without_face=len(faces.sampled_number) - int(faces.is_primary.sum()),
        category=None,
        score=None,
        confidence=None,
        doubt=doubt,
    )


def _summed_up(
    model: TrainedModel, faces: FaceTable, primary: FaceTable, probabilities: npt.NDArray[np.float32]
) -> FramePredictions:
    mean = probabilities.mean(axis=0, dtype=np.float64) if len(primary) else None
    return FramePredictions(
        frame_number=primary.frame_number,
        seconds=primary.seconds,
        box=primary.box,
        probabilities=probabilities,
        frames_without_face=len(faces.sampled_number) - len(primary),
        category=None if mean is None else CATEGORIES[int(mean.argmax())],
        score=None if mean is None else float(mean @ model.category_scores),
        confidence=None if mean is None else float(mean.max()),
    )
