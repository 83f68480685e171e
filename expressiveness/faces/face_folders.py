"""Write stored faces as images in one folder per category, the layout that Keras, torchvision and FiftyOne read.

FOLDER/
├── Reserved Expression/
│   └── 0082_000016.png   the primary face of interview 0082 on frame 16, 48x48, gray
├── Balanced Expression/
└── Expressive/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from expressiveness._io import file_stem, place
from expressiveness.data import CATEGORIES, Curation, Decisions, Interview, Thresholds
from expressiveness.errors import StoreError
from expressiveness.faces.face_store import FaceStore
from expressiveness.types import Failure, Progress


@dataclass(frozen=True, slots=True)
class FaceFolders:
    """The result of `put_faces`."""

    faces: dict[str, int]  # by category
    excluded: int  # faces excluded by a reviewer
    corrected: int  # faces whose category a reviewer changed
    failures: tuple[Failure, ...]  # interviews without stored faces


def put_faces(
    interviews: Sequence[Interview],
    store: FaceStore,
    folder: Path | str,
    *,
    target: str,
    thresholds: Thresholds,
    curation: Curation,
    progress: Progress | None = None,
) -> FaceFolders:
    """Write the primary faces of interviews as images, sorted by category.

    Args:
        interviews: whose stored faces to write.
        store: holds them.
        folder: without images so far.
        target: the score that gives the category.
        thresholds: between the categories.
        curation: decisions: corrected faces go to their corrected category, excluded ones are left out.
        progress: called with the number of interviews done.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = place(folder)
    decisions = Decisions(curation)
    written: Counter[str] = Counter(dict.fromkeys(CATEGORIES, 0))
    failures: list[Failure] = []
    for category in CATEGORIES:
        (folder / category).mkdir(parents=True, exist_ok=True)
    for number, interview in enumerate(interviews, start=1):
        try:
            faces = store.load(interview).primary()
        except StoreError as error:
            failures.append(Failure(interview.id, str(error)))
            continue
        wanted = decisions.categories(interview.id, faces.frame_number, thresholds.index(interview.scores[target]))
        for row in np.flatnonzero(wanted >= 0):
            category = CATEGORIES[wanted[row]]
            name = f"{file_stem(interview.id)}_{faces.frame_number[row]:06}.png"
            (folder / category / name).write_bytes(_png(faces.crop[row]))
            written[category] += 1
        if progress:
            progress(number, len(interviews))
    return FaceFolders(dict(written), decisions.excluded, decisions.corrected, tuple(failures))


def _png(crop: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    import cv2

    return cv2.imencode(".png", crop)[1].tobytes()
