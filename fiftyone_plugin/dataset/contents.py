"""Read the contents of a dataset, and check the prerequisites of each step."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo

from expressiveness.data import TARGETS, CategoryRule, Interview, NamedNeutrals, Thresholds
from expressiveness.errors import InterviewError, ModelError, TrainingError
from expressiveness.registry import what_else

from .. import fields
from .dataset_info import imported_measure, info_of
from .runs import list_runs, runs_able_to


def interviews_of(samples: fo.Dataset | fo.DatasetView) -> list[Interview]:
    """The interviews behind some samples.

    Raises:
        InterviewError: the dataset was not imported as interviews.
    """
    require_interviews(samples)
    known = fields.InterviewFields.of(samples._root_dataset)
    scores, attributes = known.scores, known.attributes
    names = [fields.INTERVIEW_ID, "filepath", fields.PARTICIPANT, *scores.values(), *attributes.values()]
    return [
        Interview(
            id=id,
            video=Path(video),
            participant=participant or "",
            scores={name: value for name, value in zip(scores, rest, strict=False) if value is not None},
            attributes={
                name: value for name, value in zip(attributes, rest[len(scores) :], strict=True) if value is not None
            },
        )
        for id, video, participant, *rest in zip(*samples.values(names), strict=True)
    ]


def named_neutrals(dataset: fo.Dataset) -> NamedNeutrals | None:
    """The neutral faces that a user named in `neutral.csv` of the imported folder; None where there is none.

    Raises:
        InterviewError: the file cannot be read, or a column is missing.
    """
    folder = info_of(dataset).get("folder")
    return NamedNeutrals.beside(folder, interviews_of(dataset)) if folder else None


def rule_of(
    dataset: fo.Dataset, target: str | None = None, *, low: float | None = None, high: float | None = None
) -> CategoryRule:
    """The category rule for a score of a dataset.

    Args:
        dataset: of interviews.
        target: the score; the imported one if None.
        low: scores below it are Reserved. If None, as imported, or the lower tertile of a score on another scale.
        high: scores above it are Expressive, likewise.

    Raises:
        TrainingError: there is no such score.
    """
    imported, usual = imported_measure(dataset)
    target = target or imported
    known = fields.InterviewFields.of(dataset)
    if target not in known.scores:
        raise TrainingError(f"{dataset.name} has no score {target!r}; {what_else(target, known.scores)}")
    if target != imported and set(known.scores) - set(TARGETS):  # RecruitView's all share one scale
        usual = Thresholds.from_tertiles([score for score in dataset.values(known.scores[target]) if score is not None])
    return CategoryRule(target, Thresholds(usual.low if low is None else low, usual.high if high is None else high))


def sample_ids_of(samples: fo.Dataset | fo.DatasetView) -> dict[str, str]:
    """Sample ids by interview id."""
    return dict(zip(*samples.values([fields.INTERVIEW_ID, "id"]), strict=True))


def require_interviews(samples: fo.Dataset | fo.DatasetView) -> None:
    """Check that a dataset holds interviews.

    Raises:
        InterviewError: it does not.
    """
    if not samples.has_sample_field(fields.INTERVIEW_ID):
        raise InterviewError(f"{samples._root_dataset.name} holds no interviews; run Import interviews first")


def require_faces(samples: fo.Dataset | fo.DatasetView) -> None:
    """Check that face detection was run on every video.

    Raises:
        InterviewError: the dataset holds no interviews.
        TrainingError: some videos were not processed yet.
    """
    require_interviews(samples)
    without = len(samples.exists(fields.FRAMES_LOOKED_AT, False))
    if without:
        videos = "videos have" if without > 1 else "video has"
        raise TrainingError(f"Detect faces first: {without} {videos} no faces yet.")


def require_runs(dataset: fo.Dataset) -> list[str]:
    """The names of a dataset's runs, oldest first.

    Raises:
        ModelError: there is none.
    """
    if not (runs := list_runs(dataset)):
        raise ModelError(f"Train a model first: {dataset.name} has no run yet.")
    return runs


def require_embedders(dataset: fo.Dataset) -> list[str]:
    """The names of a dataset's runs whose model can compute embeddings, oldest first.

    Raises:
        ModelError: there is none.
    """
    if not (runs := runs_able_to(dataset, "embeddings")):
        raise ModelError(f"Train a network first: {dataset.name} has no run of one yet.")
    return runs


def require_predictions(dataset: fo.Dataset) -> list[str]:
    """The names of the runs with predictions in a dataset, oldest first.

    Raises:
        ModelError: there is none.
    """
    written = set(fields.runs_with_fields(dataset))
    if not (runs := [run for run in require_runs(dataset) if run in written]):
        raise ModelError(f"Predict first: no run has classified the faces of {dataset.name} yet.")
    return runs
