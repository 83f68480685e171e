"""Tables and scores joined: the faces and the movements that a model learns from or is judged on.

Only the primary face of a frame is labelled: the category belongs to the person interviewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expressiveness.data import CATEGORIES, Curation, Decisions, Interview, Thresholds
from expressiveness.errors import StoreError, TrainingError
from expressiveness.faces import FaceStore, FaceTable
from expressiveness.models.movement_model import features_of
from expressiveness.models.preprocessing import FaceInput, reference_face
from expressiveness.movement import Movement, MovementStore
from expressiveness.types import Failure, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFaces:
    """n faces of k interviews."""

    interviews: tuple[Interview, ...]  # k
    crop: npt.NDArray[np.uint8]  # (n, 48, 48)
    reference: npt.NDArray[np.float32]  # (k, 48, 48) what is taken from each crop: the clip's mean face, or 0
    interview_index: npt.NDArray[np.int32]  # (n,) into interviews
    category: npt.NDArray[np.int32]  # (n,) into CATEGORIES
    passed_over: tuple[Failure, ...]  # interviews without faces
    excluded: int  # faces left out by a person
    corrected: int  # faces whose category a person changed

    def __len__(self) -> int:
        return len(self.crop)


def label_faces(
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    target: str,
    thresholds: Thresholds,
    face_input: FaceInput = "deviation",
    curation: Curation | None = None,
) -> LabelledFaces:
    """Read the faces of interviews and give each its category.

    Raises:
        TrainingError: none of the interviews has a face in the store.
    """
    decisions = Decisions(curation or Curation())
    crops, references, indices, categories = [], [], [], []
    kept: list[Interview] = []
    passed_over: list[Failure] = []
    for interview in interviews:
        try:
            faces = store.load(interview).primary()
        except StoreError as error:
            passed_over.append(Failure(interview.id, str(error)))
            continue
        if not len(faces):
            passed_over.append(Failure(interview.id, "no face was found in it"))
            continue
        weak = thresholds.index(interview.scores[target])
        wanted = decisions.categories(interview.id, faces.frame_number, weak)
        crops.append(faces.crop[wanted >= 0])
        categories.append(wanted[wanted >= 0])
        indices.append(np.full(int((wanted >= 0).sum()), len(kept)))
        references.append(reference_face(faces, face_input))
        kept.append(interview)
    if not sum(map(len, crops)):
        raise TrainingError(
            f"none of {len(interviews)} interviews has a face; extract faces first (expressiveness extract)"
        )
    return LabelledFaces(
        interviews=tuple(kept),
        crop=np.concatenate(crops),
        reference=np.stack(references),
        interview_index=np.concatenate(indices).astype(np.int32),
        category=np.concatenate(categories).astype(np.int32),
        passed_over=tuple(passed_over),
        excluded=decisions.excluded,
        corrected=decisions.corrected,
    )


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
