"""Labelled faces to train on. Their crops stay on disk, so memory does not grow with them, and are read batch by batch.

Neighbouring faces of a clip are nearly the same, so an epoch takes a few of each clip: see `drawn_rows`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile, gettempdir
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from expressiveness.errors import OutputError, TrainingError, reason
from expressiveness.faces import CROP_SIZE
from expressiveness.models.cnn.preprocessing import FaceInput, reference_face
from expressiveness.models.training import LabelledClip
from expressiveness.wording import counted

Rows = npt.NDArray[np.integer[Any]]
FaceBatch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.int8]]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFaces:
    """n faces of k interviews, those of one interview after those of another; the two large arrays are mapped files."""

    interview_ids: tuple[str, ...]  # k
    crop: npt.NDArray[np.uint8]  # (n, 48, 48)
    reference: npt.NDArray[np.float32]  # (k, 48, 48) subtracted from each crop: the clip's mean face, or 0
    interview_index: npt.NDArray[np.int32]  # (n,) into interview_ids
    category: npt.NDArray[np.int8]  # (n,) into CATEGORIES

    def __len__(self) -> int:
        return len(self.crop)

    def __repr__(self) -> str:
        return f"LabelledFaces({counted(len(self), 'face')} of {counted(len(self.interview_ids), 'interview')})"

    def batch(self, rows: Rows) -> FaceBatch:
        """Read some faces: crops (b, 48, 48), what is subtracted from each (b, 48, 48), and categories (b,)."""
        crop, reference = np.asarray(self.crop[rows]), np.asarray(self.reference[self.interview_index[rows]])
        for array in (self.crop, self.reference):
            _let_go(array)
        return crop, reference, self.category[rows]


def faces_of(clips: Iterable[LabelledClip], face_input: FaceInput) -> LabelledFaces:
    """Collect the faces of clips, except those excluded in review, in temporary files that are gone with this process.

    Raises:
        TrainingError: there are none.
        OutputError: the folder for temporary files is full.
    """
    ids: list[str] = []
    categories: list[npt.NDArray[np.int8]] = []
    with ExitStack() as files:
        crops, references = (files.enter_context(TemporaryFile()) for _ in range(2))
        for clip in clips:
            rows = clip.face_category >= 0
            ids.append(clip.interview.id)
            categories.append(clip.face_category[rows].astype(np.int8))
            _write(crops, clip.faces.crop[rows])
            _write(references, reference_face(clip.faces, face_input))
        if not ids:
            raise TrainingError("none of the interviews has a face; extract faces first (expressiveness extract)")
        category = np.concatenate(categories)
        return LabelledFaces(
            interview_ids=tuple(ids),
            crop=np.memmap(crops, np.uint8, "r", shape=(len(category), CROP_SIZE, CROP_SIZE)),
            reference=np.memmap(references, np.float32, "r", shape=(len(ids), CROP_SIZE, CROP_SIZE)),
            interview_index=np.repeat(np.arange(len(ids), dtype=np.int32), [len(one) for one in categories]),
            category=category,
        )


def drawn_rows(faces: LabelledFaces, rows: Rows, most: int | None, random: np.random.Generator | None) -> Rows:
    """Choose at most so many faces of each interview.

    Args:
        faces: of all interviews.
        rows: of `faces` to choose from, ascending.
        most: of an interview; all if None.
        random: draws a face of each of `most` equal stretches of the interview; the middle ones if None.
    """
    if most is None:
        return rows
    starts = np.flatnonzero(np.diff(faces.interview_index[rows], prepend=-1))
    chosen = []
    for own in np.split(rows, starts[1:]):
        if len(own) > most:
            within = random.random(most) if random else 0.5
            own = own[((np.arange(most) + within) * len(own) / most).astype(int)]
        chosen.append(own)
    return np.concatenate(chosen)


def _write(file: BinaryIO, array: npt.NDArray[np.generic]) -> None:
    try:
        file.write(np.ascontiguousarray(array).data)
        file.flush()
    except OSError as error:
        raise OutputError(
            f"cannot write faces to the temporary folder {gettempdir()} ({reason(error)}); free some space there, or "
            "name another folder in TMPDIR"
        ) from error


def _let_go(array: npt.NDArray[np.generic]) -> None:
    """Take the pages of a mapped file out of this process's memory; they stay in the system's cache."""
    file: Any = array.base
    if isinstance(file, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        file.madvise(mmap.MADV_DONTNEED)
