"""The faces of one video as a table, and its file format.

Extraction produces a `FaceTable`; training, prediction and the App read it. It also lists the sampled frames, to tell
"no face" from "not sampled". On disk it is a NumPy archive without pickled objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from expressiveness._io import MAY_BE_NAN, Columns, check_columns, check_values, load_table, place, save_table
from expressiveness.errors import ConfigError
from expressiveness.faces.crops import CROP_SIZE
from expressiveness.faces.face import Face
from expressiveness.faces.tracks import lasting_people, people_of
from expressiveness.types import Pixels
from expressiveness.wording import counted

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
"""Version of the file format; newer ones are refused."""

_COLUMNS: Columns = {
    "frame_number": (np.int32, ()),
    "seconds": (np.float64, ()),
    "box": (np.float32, (4,)),
    "score": (np.float32, ()),
    "keypoints": (np.float32, (6, 2)),
    "face_index": (np.int32, ()),
    "crop": (np.uint8, (CROP_SIZE, CROP_SIZE)),
}
_FRAME_COLUMNS: Columns = {
    "sampled_number": (np.int32, ()),
    "sampled_seconds": (np.float64, ()),
}


@dataclass(frozen=True, slots=True, eq=False)
class FaceTable:
    """The faces of one video, one row per face in frame order: n faces on m sampled frames."""

    frame_number: npt.NDArray[np.int32]  # (n,) from 1
    seconds: npt.NDArray[np.float64]  # (n,) from the first frame
    box: npt.NDArray[np.float32]  # (n, 4) x, y, width, height relative to the frame
    score: npt.NDArray[np.float32]  # (n,) the detector's confidence, 0 to 1
    # (n, 6, 2) relative to the frame; NaN if the detector has no keypoints
    keypoints: npt.NDArray[np.float32] = field(metadata={MAY_BE_NAN: True})
    face_index: npt.NDArray[np.int32]  # (n,) whose face it is: 0 for the interviewee, see `tracks`
    crop: npt.NDArray[np.uint8]  # (n, 48, 48) gray
    sampled_number: npt.NDArray[np.int32]  # (m,) every sampled frame, from 1
    sampled_seconds: npt.NDArray[np.float64]  # (m,)

    def __post_init__(self) -> None:
        check_columns(self, _COLUMNS, len(self.frame_number), noun="faces")
        check_columns(self, _FRAME_COLUMNS, len(self.sampled_number), noun="faces")
        check_values(self, noun="faces")
        if (self.face_index < 0).any() or _repeats(self.frame_number, self.face_index):
            raise ConfigError("faces: face_index is negative, or one face is there twice")

    def __len__(self) -> int:
        return len(self.frame_number)

    def __repr__(self) -> str:
        with_face, looked_at = len(np.unique(self.frame_number)), len(self.sampled_number)
        return f"FaceTable({counted(len(self), 'face')} on {with_face:,} of {counted(looked_at, 'frame')})"

    def to_pandas(self) -> pd.DataFrame:
        """One row per face: frame number, time, person, box and score."""
        import pandas as pd

        return pd.DataFrame(
            {
                "frame_number": self.frame_number,
                "seconds": self.seconds,
                "face_index": self.face_index,
                **dict(zip(("x", "y", "width", "height"), self.box.T, strict=True)),
                "score": self.score,
            }
        )

    @property
    def is_primary(self) -> npt.NDArray[np.bool_]:
        """Which rows are faces of the interviewee, shape (n,)."""
        return np.equal(self.face_index, 0)

    @property
    def people(self) -> int:
        """How many people appear on at least a fifth of the frames with a face."""
        return lasting_people(self.frame_number, self.face_index)

    @property
    def detection_rate(self) -> float:
        """The share of sampled frames that show a face, 0 to 1."""
        return len(np.unique(self.frame_number)) / max(1, len(self.sampled_number))

    def select(self, rows: npt.NDArray[Any]) -> FaceTable:
        """Keep some of the faces and all sampled frames; `rows` is a mask or index array, shape (n,)."""
        return FaceTable(
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
            **{name: getattr(self, name) for name in _FRAME_COLUMNS},
        )

    def with_interviewee(self, person: int) -> FaceTable:
        """The same faces, with another person as the interviewee.

        Args:
            person: the `face_index` of that person's faces; 0 changes nothing.

        Raises:
            ConfigError: there is no such person.
        """
        if person not in self.face_index:
            raise ConfigError(f"there is no person {person} in this video, only {self.face_index.max(initial=-1) + 1}")
        swapped = np.where(self.face_index == person, 0, np.where(self.is_primary, person, self.face_index))
        return replace(self, face_index=swapped.astype(np.int32))

    def primary(self) -> FaceTable:
        """The interviewee's faces, at most one per frame."""
        return self.select(self.is_primary)


_NO_KEYPOINTS = np.full((6, 2), np.nan, dtype=np.float32)


class FaceTableBuilder:
    """Collects a video's faces frame by frame."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._sampled: list[tuple[int, float]] = []
        self.frames_with_a_face = 0

    def add(self, number: int, seconds: float, faces: Iterable[tuple[Face, Pixels]]) -> None:
        """Add a sampled frame, with its faces and their crops."""
        before = len(self._rows)
        self._sampled.append((number, seconds))
        for order, (face, crop) in enumerate(faces):
            keypoints = _NO_KEYPOINTS if face.keypoints is None else face.keypoints
            self._rows.append((number, seconds, face.box, face.score, keypoints, order, crop))
        self.frames_with_a_face += len(self._rows) > before

    def build(self) -> FaceTable:
        """Build the table, assigning faces to people."""
        columns = _arrays(_COLUMNS, self._rows)
        people = people_of(columns["frame_number"], columns["seconds"], columns["box"])
        order = np.lexsort((people, columns["frame_number"]))
        faces = {name: column[order] for name, column in {**columns, "face_index": people}.items()}
        return FaceTable(**faces, **_arrays(_FRAME_COLUMNS, self._sampled))


def _arrays(columns: Columns, rows: Sequence[tuple[Any, ...]]) -> dict[str, npt.NDArray[Any]]:
    """Convert rows to named columns."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return {
        name: np.array(column, dtype=dtype).reshape(len(rows), *shape)
        for (name, (dtype, shape)), column in zip(columns.items(), values, strict=True)
    }


def _repeats(frame_number: npt.NDArray[np.int32], face_index: npt.NDArray[np.int32]) -> bool:
    """Whether a frame has two faces with the same index."""
    places = np.column_stack([frame_number, face_index])
    return len(np.unique(places, axis=0)) < len(places)


def save_faces(table: FaceTable, path: Path | str) -> None:
    """Write a table atomically; equal tables give identical files.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    save_table(table, place(path), format=FORMAT)


def load_faces(path: Path | str) -> FaceTable:
    """Read a table.

    Raises:
        StoreError: the file is missing, damaged, too large, or of a newer format.
    """
    return load_table(FaceTable, place(path), format=FORMAT, noun="faces")
