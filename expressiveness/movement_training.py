"""Train the model of movement, by the rules of the network's training: same split, same curation, same record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness.categories import CATEGORIES, Thresholds
from expressiveness.curation import Curation
from expressiveness.errors import StoreError, TrainingError
from expressiveness.extraction import FaceStore
from expressiveness.faces import FaceTable
from expressiveness.interviews import Interview
from expressiveness.labels import Decisions
from expressiveness.models import TrainedModel, TrainingConfig
from expressiveness.movement import Movement, MovementStore, extract_movements
from expressiveness.movement_model import Floats, Ints, features_of, fit_movement_model
from expressiveness.objective import objective_of
from expressiveness.splits import Split
from expressiveness.stores import Failure

LEAST_INTERVIEWS = 10


@dataclass(frozen=True, slots=True, eq=False)
class LabelledMovements:
    """k interviews with enough of a face to learn from."""

    interviews: tuple[Interview, ...]  # k
    features: Floats  # (k, 28) by `features_of`
    score: Floats  # (k,) where a person corrected the category, a typical score of that
    category: Ints  # (k,) into CATEGORIES
    passed_over: tuple[Failure, ...]
    excluded: int  # faces left out by a person
    corrected: int  # faces whose category a person changed

    def rows_of(self, ids: Sequence[str]) -> Ints:
        """Which of the interviews have one of these ids."""
        wanted = set(ids)
        return np.flatnonzero([interview.id in wanted for interview in self.interviews])


def train_movement(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: TrainingConfig,
    *,
    split: Split | None = None,
    curation: Curation | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TrainedModel:
    """Learn from how faces move; movement that is not stored yet is read from the videos and stored beside the faces.

    There is nothing to validate while it learns, so the validation people are learned from, too.

    Args:
        interviews: to learn from; those without enough of a face are passed over and counted.
        store: of their faces.
        config: its target, thresholds, shares and seed count.
        split: who trains and tests; made from `config` if None.
        curation: what people decided, as in `training.train`. An interview counts as what most of its faces count as.
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


def label_movements(
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    target: str,
    thresholds: Thresholds,
    category_scores: tuple[float, float, float],
    curation: Curation | None = None,
) -> LabelledMovements:
    """Read the stored movement of interviews, and what each is to count as.

    Args:
        interviews: whose movement to read.
        store: of the faces that it lies beside.
        target: the score to learn.
        thresholds: where the category changes.
        category_scores: what an interview's score counts as where a person corrected its category.
        curation: what people decided.
    """
    decisions, movements = Decisions(curation or Curation()), MovementStore.beside(store)
    kept, features, scores, categories, passed_over = [], [], [], [], []
    for interview in interviews:
        weak = thresholds.index(interview.scores[target])
        category = weak
        try:
            movement = movements.load(interview)
            if curation and len(curation.about({interview.id})):
                faces = store.load(interview).primary()
                wanted = decisions.categories(interview.id, faces.frame_number, weak)
                movement = _without(movement, faces, wanted < 0)
                category = int(np.bincount(wanted[wanted >= 0], minlength=len(CATEGORIES)).argmax())
        except StoreError as error:
            passed_over.append(Failure(interview.id, str(error)))
            continue
        if movement.doubt:
            passed_over.append(Failure(interview.id, movement.doubt))
            continue
        kept.append(interview)
        features.append(features_of(movement))
        scores.append(interview.scores[target] if category == weak else category_scores[category])
        categories.append(category)
    return LabelledMovements(
        interviews=tuple(kept),
        features=np.array(features),
        score=np.array(scores),
        category=np.array(categories, dtype=np.int64),
        passed_over=tuple(passed_over),
        excluded=decisions.excluded,
        corrected=decisions.corrected,
    )


def _without(movement: Movement, faces: FaceTable, excluded: npt.NDArray[np.bool_]) -> Movement:
    """The movement without the frames that are nearest to an excluded face."""
    if not len(faces) or not excluded.any():
        return movement
    nearest = np.abs(movement.seconds[:, np.newaxis] - faces.seconds).argmin(axis=1)
    return movement.select(~excluded[nearest])


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
