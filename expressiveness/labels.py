"""Face tables and scores joined: the faces that a network learns from or is judged on.

Only the primary face of a frame is labelled: the category belongs to the person interviewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from expressiveness.categories import CATEGORIES, Thresholds
from expressiveness.curation import Curation
from expressiveness.errors import StoreError, TrainingError
from expressiveness.extraction import FaceStore
from expressiveness.faces import FaceTable
from expressiveness.interviews import Interview
from expressiveness.stores import Failure

FaceInput = Literal["deviation", "single"]
"""What a network sees of a face: its deviation from the mean face of its clip, or the crop alone (the notebook's).

A single crop shows who somebody is more than what the face does, and hardly transfers to people not seen in training.
"""

INPUT_UNIT = {"deviation": 25.5, "single": 255.0}
"""Gray levels that a network is given as 1. Deviations are a tenth of what crops are: 15 is typical on moving faces."""


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


def reference_face(faces: FaceTable, face_input: FaceInput) -> npt.NDArray[np.float32]:
    """What is taken from each of a clip's crops before a network sees them, shape (48, 48), in gray levels."""
    primary = faces.crop[faces.is_primary]
    if face_input == "single" or not len(primary):
        return np.zeros(faces.crop.shape[1:], dtype=np.float32)
    return np.asarray(primary.mean(axis=0, dtype=np.float32))


def network_input(
    crop: npt.NDArray[np.uint8], reference: npt.NDArray[np.float32], face_input: FaceInput
) -> npt.NDArray[np.float32]:
    """What a network is given of crops of shape (n, 48, 48): (n, 48, 48, 1), in the unit of `INPUT_UNIT`."""
    deviations: npt.NDArray[np.float32] = (crop.astype(np.float32) - reference) / np.float32(INPUT_UNIT[face_input])
    return deviations[..., np.newaxis]


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


class Decisions:
    """Looks up what people decided, and counts what was used."""

    def __init__(self, curation: Curation) -> None:
        self._faces = {(decision.interview, decision.frame_number): decision for decision in curation.faces}
        self._interviews = {decision.interview: decision for decision in curation.interviews}
        self.excluded = 0
        self.corrected = 0

    def categories(self, interview_id: str, frame_numbers: npt.NDArray[np.int32], weak: int) -> npt.NDArray[np.int32]:
        """The category of each frame's primary face, given the one of the score; -1 where it is excluded.

        Args:
            interview_id: whose frames they are.
            frame_numbers: shape (n,), from 1.
            weak: the category that the interview's score gives, an index into `CATEGORIES`.

        Returns:
            Indices into `CATEGORIES`, shape (n,).
        """
        wanted = np.full(len(frame_numbers), weak, dtype=np.int32)
        if whole := self._interviews.get(interview_id):
            wanted[:] = -1 if whole.excluded else self._index(whole.category, weak)
        for row, number in enumerate(frame_numbers.tolist()):
            if decision := self._faces.get((interview_id, number)):
                wanted[row] = -1 if decision.excluded else self._index(decision.category, int(wanted[row]))
        self.excluded += int((wanted < 0).sum())
        self.corrected += int(((wanted >= 0) & (wanted != weak)).sum())
        return wanted

    @staticmethod
    def _index(category: str | None, otherwise: int) -> int:
        return otherwise if category is None else CATEGORIES.index(category)
