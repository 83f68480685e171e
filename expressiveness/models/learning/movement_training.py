"""Train the model of movement, by the rules of the network's training: same split, same curation, same record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expressiveness.data import CATEGORIES, Curation, Interview, Split
from expressiveness.errors import TrainingError
from expressiveness.faces import FaceStore
from expressiveness.models.learning.labelled import LabelledMovements, label_movements
from expressiveness.models.learning.objective import objective_of
from expressiveness.models.movement_model import fit_movement_model
from expressiveness.models.trained_model import TrainedModel
from expressiveness.models.training_config import TrainingConfig
from expressiveness.movement import MovementStore, extract_movements
from expressiveness.types import Progress

LEAST_INTERVIEWS = 10


def train_movement(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: TrainingConfig,
    *,
    split: Split | None = None,
    curation: Curation | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> TrainedModel:
    """Learn from how faces move; movement that is not stored yet is read from the videos and stored beside the faces.

    There is nothing to validate while it learns, so the validation people are learned from, too.

    Args:
        interviews: to learn from; those without enough of a face are passed over and counted.
        store: of their faces.
        config: its target, thresholds, shares and seed count.
        split: who trains and tests; made from `config` if None.
        curation: what people decided, as in `train`. An interview counts as what most of its faces count as.
        workers: processes that read movement; None for one a core.
        progress: called with how many videos have been read.

    Raises:
        TrainingError: too few people or faces.
    """
    objective = objective_of(interviews, config, split)
    learned_from = {*objective.split.train, *objective.split.validation}
    chosen = [interview for interview in interviews if interview.id in learned_from]
    # Those of the test, too: they are judged next, and here all cores read them.
    extract_movements(interviews, MovementStore.beside(store), workers=workers, progress=progress)
    data = label_movements(
        chosen,
        store,
        target=config.target,
        thresholds=objective.thresholds,
        category_scores=objective.category_scores,
        curation=curation.about(learned_from) if curation else None,
    )
    if len(data.interviews) < LEAST_INTERVIEWS:
        raise TrainingError(
            f"{len(data.interviews)} interviews show enough of a face to learn movement from, {LEAST_INTERVIEWS} are "
            "needed; add interviews"
        )
    people = [interview.participant for interview in data.interviews]
    return TrainedModel(
        network=None,
        config=config,
        extraction=store.config,
        thresholds=objective.thresholds,
        category_scores=objective.category_scores,
        split=objective.split,
        history={},
        data=_data_record(data, objective.split),
        movement=fit_movement_model(data.features, data.score, data.category, people, seed=config.seed),
    )


def _data_record(data: LabelledMovements, split: Split) -> dict[str, Any]:
    rows = {name: data.rows_of(getattr(split, name)) for name in ("train", "validation")}
    return {
        "interviews": len(data.interviews),
        "participants": {
            name: len({data.interviews[row].participant for row in members}) for name, members in rows.items()
        },
        "videos": {name: len(members) for name, members in rows.items()},
        "train_videos_by_category": {
            name: int((data.category[rows["train"]] == index).sum()) for index, name in enumerate(CATEGORIES)
        },
        "passed_over": {failure.id: failure.reason for failure in data.passed_over},
        "excluded_faces": data.excluded,
        "corrected_faces": data.corrected,
    }
