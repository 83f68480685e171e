"""The rows of the benchmark: each predicts every video, from trivial baselines to our model.

A row is a function of `Material`. It learns only from people of the other folds, unless it is marked as leaky: such a
row shows how much leakage is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field
from sklearn.model_selection import KFold

from expressiveness.data import (
    CATEGORIES,
    DEFAULT_TARGET,
    Interview,
    NamedNeutrals,
    Split,
    Thresholds,
    participant_folds,
)
from expressiveness.errors import StoreError
from expressiveness.evaluation.benchmark_defaults import BOOTSTRAP_DRAWS, DEFAULT_FOLDS
from expressiveness.faces import FaceStore
from expressiveness.models import (
    DEFAULT_EPOCHS,
    DEFAULT_SEED,
    MODELS,
    FramePredictions,
    JudgesFaces,
    TrainingConfig,
    calibrate,
    predict_interviews,
    train,
)
from expressiveness.movement import Measure, Movement, MovementStore, expressiveness_of, load_movements
from expressiveness.settings import Seed, only_what_was_chosen, settings
from expressiveness.types import Failure, Floats, Ints


@settings
class BenchmarkConfig:
    """The settings of a benchmark."""

    target: str = DEFAULT_TARGET
    thresholds: Thresholds = field(default_factory=Thresholds)
    folds: Annotated[int, Field(ge=2)] = DEFAULT_FOLDS
    epochs: Annotated[int, Field(ge=1)] = DEFAULT_EPOCHS  # maximum, for the notebook's network
    draws: Annotated[int, Field(ge=1)] = BOOTSTRAP_DRAWS  # bootstrap samples of people
    seed: Seed = DEFAULT_SEED
    rows: tuple[str, ...] | None = None  # keys of `all_rows`; all if None

    def __repr__(self) -> str:
        return only_what_was_chosen(self)


@dataclass(frozen=True, eq=False)
class Material:
    """The k videos that every row is judged on."""

    interviews: tuple[Interview, ...]  # k
    fold: Ints  # (k,) the fold in which the video's person is held out
    score: Floats  # (k,)
    category: Ints  # (k,) into CATEGORIES
    movements: tuple[Movement, ...]  # k
    store: FaceStore
    config: BenchmarkConfig
    passed_over: tuple[Failure, ...]  # videos with too little of a face
    neutrals: NamedNeutrals | None = None  # the neutral stretches that a user named

    @property
    def participant(self) -> npt.NDArray[np.str_]:
        """The person in each video, shape (k,)."""
        return np.array([interview.participant for interview in self.interviews])

    def folds(self) -> list[tuple[Ints, Ints]]:
        """The training rows and the held-out rows of each fold."""
        return [(np.flatnonzero(self.fold != f), np.flatnonzero(self.fold == f)) for f in range(self.config.folds)]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A row's predictions for the k videos."""

    score: Floats  # (k,) NaN if there is none
    category: Ints  # (k,)
    probabilities: npt.NDArray[np.float32] | None = None  # (k, 3) of the categories, if it has any
    frames: tuple[FramePredictions | None, ...] | None = None  # k, if it judges frames


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    predict: Callable[[Material], Predictions]
    leaky: bool = False
    attribute: str | None = None  # the row needs this attribute of interviews


def gather(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: BenchmarkConfig,
    *,
    neutrals: NamedNeutrals | None = None,
) -> Material:
    """Collect the videos with stored faces and enough movement, and split their people into folds.

    Raises:
        TrainingError: there are fewer people than folds.
    """
    found = load_movements(interviews, MovementStore.beside(store))
    kept: list[Interview] = []
    movements: list[Movement] = []
    passed_over = []
    for interview in interviews:
        movement = found[interview.id]
        if isinstance(movement, Movement) and (reason := _lacks_faces(interview, store)) is None:
            kept.append(interview)
            movements.append(movement)
        else:
            passed_over.append(Failure(interview.id, movement if isinstance(movement, str) else str(reason)))
    people = participant_folds(kept, folds=config.folds, target=config.target, seed=config.seed)
    fold_of = {person: fold for fold, members in enumerate(people) for person in members}
    scores = np.array([interview.scores[config.target] for interview in kept])
    return Material(
        interviews=tuple(kept),
        fold=np.array([fold_of[interview.participant] for interview in kept]),
        score=scores,
        category=np.array([config.thresholds.index(score) for score in scores]),
        movements=tuple(movements),
        store=store,
        config=config,
        passed_over=tuple(passed_over),
        neutrals=neutrals,
    )


def _lacks_faces(interview: Interview, store: FaceStore) -> str | None:
    try:
        return None if len(store.load(interview)) else "no face was found in it"
    except StoreError as error:
        return str(error)


def _majority(material: Material) -> Predictions:
    """Always answer the most frequent category of the training people."""
    category = np.zeros(len(material.score), dtype=np.int64)
    for known, test in material.folds():
        category[test] = np.bincount(material.category[known], minlength=len(CATEGORIES)).argmax()
    return Predictions(np.zeros(len(category)), category)


def _duration(material: Material) -> Predictions:
    """The mean score of short, medium and long answers, without looking at any pixel."""
    durations = np.array([interview.attributes.get("duration", "") for interview in material.interviews])
    scores = np.zeros(len(durations))
    for known, test in material.folds():
        for duration in set(durations):
            same = known[durations[known] == duration]
            scores[test[durations[test] == duration]] = material.score[same if len(same) else known].mean()
    return _by_score(material, scores)


def _identity(material: Material) -> Predictions:
    """The mean score of the same person's other videos under a split by clip: only who it is."""
    people, scores = material.participant, np.zeros(len(material.score))
    dealing = KFold(material.config.folds, shuffle=True, random_state=material.config.seed)
    for known, test in dealing.split(scores):
        for row in test:
            own = known[people[known] == people[row]]
            scores[row] = material.score[own if len(own) else known].mean()
    return _by_score(material, scores)


def _pixels(material: Material) -> Predictions:
    """The variance of the face crops' pixels over the video."""
    crops = [material.store.load(interview).primary().crop for interview in material.interviews]
    return _calibrated(material, np.log([np.sqrt(crop.var(axis=0).mean()) + 1.0 for crop in crops]))


def _measure(measure: Measure) -> Callable[[Material], Predictions]:
    def predict(material: Material) -> Predictions:
        values = [expressiveness_of(movement, measure) or 0.0 for movement in material.movements]
        return _calibrated(material, np.log(np.array(values) + 1e-3))

    return predict


def _notebook_leaky(material: Material) -> Predictions:
    """The notebook unchanged: single crops, split by frame, judged on its own test frames."""
    from expressiveness.models import assemble, faces_of, rows_by_frame

    config = _config(material, TrainingConfig.notebook())
    model = train(material.interviews, material.store, config)
    data = assemble(material.interviews, material.store, config)
    faces = faces_of(data.clips("train", "validation", "test"), "single")
    _, _, test = rows_by_frame(faces, config)
    judge: JudgesFaces = model.able_to("single faces")
    probabilities = judge.probabilities(faces.crop[test], np.zeros(faces.crop.shape[1:], dtype=np.float32))
    means = np.full((len(material.interviews), len(CATEGORIES)), np.nan)
    rows = {interview.id: row for row, interview in enumerate(material.interviews)}
    owner = np.array([rows[id] for id in faces.interview_ids])[faces.interview_index[test]]
    for video in np.unique(owner):
        means[video] = probabilities[owner == video].mean(axis=0)
    known = np.isfinite(means[:, 0])
    category = np.where(known, np.nan_to_num(means).argmax(axis=1), 0)
    return Predictions(means @ model.category_scores, category, means.astype(np.float32))


def _model(name: str, **options: Any) -> Callable[[Material], Predictions]:
    """A model of any family, trained on the other folds."""

    def predict(material: Material) -> Predictions:
        config = _config(material, TrainingConfig(model=name, options=options))
        frames: list[FramePredictions | None] = [None] * len(material.interviews)
        for fold, (_, test) in enumerate(material.folds()):
            split = split_of_fold(material, fold)
            model = train(material.interviews, material.store, config, split=split, neutrals=material.neutrals)
            judged = [material.interviews[row] for row in test]
            outcomes = predict_interviews(model, judged, material.store, neutrals=material.neutrals)
            for row, outcome in zip(test, outcomes, strict=True):
                frames[row] = outcome.value
        return _of_frames(frames)

    return predict


ROWS = {
    "majority": Row("majority class", _majority),
    "duration": Row("duration category only", _duration, attribute="duration"),
    "identity": Row("identity: the person's mean score under a split by clip", _identity, leaky=True),
    "pixels": Row("pixel variance of crops", _pixels),
    "e_mean": Row("blendshapes E_mean", _measure("mean")),
    "e_velocity": Row("blendshapes E_vel", _measure("velocity")),
    "e_p90": Row("blendshapes E_p90", _measure("p90")),
    "e_std": Row("blendshapes E_std", _measure("std")),
    "displacement": Row("displacement from the median face (OpenWillis)", _measure("displacement")),
    "notebook_leaky": Row("notebook's CNN, notebook's split by frame", _notebook_leaky, leaky=True),
    "notebook": Row("notebook's CNN, single crops", _model("notebook_cnn", face_input="single")),
    "deviation": Row("notebook's CNN, deviations from the mean face", _model("notebook_cnn")),
    "movement": Row("movement, the default: video by movement, frame by intensity", _model("movement")),
}
"""From the weakest baseline to our model."""


def all_rows() -> dict[str, Row]:
    """Our rows, and one for each model added by another package or a script."""
    others = [name for name in MODELS if name not in ("notebook_cnn", "movement")]
    return {**ROWS, **{name: Row(f"model: {name}", _model(name)) for name in others}}


def split_of_fold(material: Material, fold: int) -> Split:
    """The split of a fold: its people are the test set, those of the next fold validate, the rest train."""
    validating = (fold + 1) % material.config.folds

    def ids(rows: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(material.interviews[row].id for row in np.flatnonzero(rows))

    held_out, next_fold = material.fold == fold, material.fold == validating
    return Split(train=ids(~held_out & ~next_fold), validation=ids(next_fold), test=ids(held_out))


def _config(material: Material, config: TrainingConfig) -> TrainingConfig:
    wanted, options = material.config, config.options
    if hasattr(options, "epochs"):
        options = replace(options, epochs=wanted.epochs)
    return replace(config, target=wanted.target, thresholds=wanted.thresholds, seed=wanted.seed, options=options)


def _by_score(material: Material, scores: Floats) -> Predictions:
    return Predictions(scores, np.array([material.config.thresholds.index(score) for score in scores]))


def _calibrated(material: Material, values: Floats) -> Predictions:
    """A fixed measure; only its calibration is learned, from the other folds."""
    scores, probabilities = np.zeros(len(values)), np.zeros((len(values), len(CATEGORIES)), dtype=np.float32)
    for known, test in material.folds():
        calibration = calibrate(values[known], material.score[known], material.category[known])
        scores[test] = calibration.score(values[test])
        probabilities[test] = calibration.probabilities(values[test])
    return replace(_by_score(material, scores), probabilities=probabilities)


def _of_frames(frames: Sequence[FramePredictions | None]) -> Predictions:
    """The predictions for videos, with those for their frames."""
    said = [None if one is None or one.category is None else one for one in frames]
    nothing = np.full(len(CATEGORIES), np.nan)
    return Predictions(
        score=np.array([np.nan if one is None else one.score for one in said], dtype=np.float64),
        category=np.array([0 if one is None else CATEGORIES.index(one.category or "") for one in said]),
        probabilities=np.array([nothing if one is None else one.video_probabilities for one in said], dtype=np.float32),
        frames=tuple(said),
    )
