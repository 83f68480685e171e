"""Train a model of any family. The test set is never used."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from expressiveness.data import Curation, Interview, NamedNeutrals, Split
from expressiveness.errors import ConfigError, OutputError, TrainingError, reason
from expressiveness.faces import FaceStore
from expressiveness.models.conformal import ConformalSets, HeldOut
from expressiveness.models.families import MODELS
from expressiveness.models.trained_model import TrainedModel
from expressiveness.models.training import TrainingConfig, assemble
from expressiveness.types import Progress

logger = logging.getLogger(__name__)


def train(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: TrainingConfig | None = None,
    *,
    split: Split | None = None,
    curation: Curation | None = None,
    neutrals: NamedNeutrals | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    log_folder: Path | None = None,
) -> TrainedModel:
    """Train a model: of movement, unless `config` names another.

    Args:
        interviews: whose stored faces to learn from; those without faces are skipped and counted.
        store: holds their faces.
        config: the defaults if None. The same seed gives the same model.
        split: the training, validation and test sets; made from `config` if None.
        curation: what people decided about faces and interviews. It affects training only: decisions about people in
            the test set are ignored, and test labels always come from the scores.
        neutrals: the neutral stretches that a user named; other people's neutral faces are found over all their clips.
        workers: processes that read movement not stored yet; None for one per core.
        progress: called during reading and training; an exception from it stops the training.
        log_folder: for TensorBoard, if the model learns in epochs.

    Raises:
        ConfigError: there is a `log_folder`, but the model has no epochs to log.
        TrainingError: too few people, no faces, or a set without faces.
        OutputError: `log_folder` cannot be created.
    """
    config = config or TrainingConfig()
    if log_folder:
        _make_log_folder(log_folder, config.model)
    data = assemble(
        interviews,
        store,
        config,
        split=split,
        curation=curation,
        neutrals=neutrals,
        workers=workers,
        progress=progress,
    )
    logger.info("training %s on %s", config.model, data.split)
    model = MODELS[config.model](config.options).fit(data, progress=progress, log_folder=log_folder)
    return TrainedModel(
        model=model,
        config=config,
        extraction=store.config,
        thresholds=data.thresholds,
        category_scores=data.category_scores,
        split=data.split,
        history=dict(model.history),
        data=data.record(),
        sets=_promised(getattr(model, "held_out", None)),
    )


def _promised(held_out: HeldOut | None) -> ConformalSets | None:
    """Calibrate prediction sets on people the model has not learned from; None if there are too few."""
    if held_out is None:
        return None
    try:
        return ConformalSets.calibrated(held_out.probabilities, held_out.category, held_out.participants)
    except TrainingError as error:
        logger.info("no prediction sets: %s", error)
        return None


def _make_log_folder(folder: Path, model: str) -> None:
    if "log" not in MODELS[model].can:
        raise ConfigError(f"the model {model} has no epochs to log for TensorBoard; train it without a log")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write the log {folder} ({reason(error)}); choose another folder") from error
