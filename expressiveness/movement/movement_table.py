"""How one video's face moves, as a table: blendshapes, landmarks and head rotation at 10 Hz.

Movement is judged by changes over time, so the time steps must be equal: every video is read at `RATE`, whatever its
frame rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from expressiveness._io import Columns, check_columns, check_values
from expressiveness.errors import ConfigError
from expressiveness.wording import counted

if TYPE_CHECKING:
    import pandas as pd

RATE = 10.0
"""Frames per second."""

BLENDSHAPES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""The columns of `Movement.blendshapes`, as the landmarker names them."""

LANDMARKS = 69
"""Every seventh of the landmarker's 478: enough to cover every part of the face, in a seventh of the space."""

LEAST_DETECTION_RATE = 0.5
LEAST_SIZE = 32.0
"""Width of the face in pixels; in a smaller face, noise and compression look like movement."""
LEAST_FRAMES = 10
"""Frames with a face, one second; less says nothing about how a face moves."""

Vector = npt.NDArray[np.float32]
_COLUMNS: Columns = {
    "frame_number": (np.int32, ()),
    "seconds": (np.float64, ()),
    "blendshapes": (np.float32, (len(BLENDSHAPES),)),
    "landmarks": (np.float32, (LANDMARKS, 3)),
    "rotation": (np.float32, (3,)),
    "size": (np.float32, ()),
}
_FRAME_COLUMNS: Columns = {"sampled_number": (np.int32, ()), "sampled_seconds": (np.float64, ())}


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """The movement of one video's face: a row for each of the n frames with a face, out of m sampled frames."""

    frame_number: npt.NDArray[np.int32]  # (n,) from 1
    seconds: npt.NDArray[np.float64]  # (n,) from the first frame
    blendshapes: npt.NDArray[np.float32]  # (n, 52) 0 to 1, in the order of BLENDSHAPES
    landmarks: npt.NDArray[np.float32]  # (n, 69, 3) in pixels: right, down, and away from the camera
    rotation: npt.NDArray[np.float32]  # (n, 3) of the head in degrees: pitch, yaw, roll
    size: npt.NDArray[np.float32]  # (n,) the face's width in pixels
    sampled_number: npt.NDArray[np.int32]  # (m,) every sampled frame
    sampled_seconds: npt.NDArray[np.float64]  # (m,)

    def __post_init__(self) -> None:
        check_columns(self, _COLUMNS, len(self.frame_number), noun="movement")
        check_columns(self, _FRAME_COLUMNS, len(self.sampled_number), noun="movement")
        check_values(self, noun="movement")
        if (np.diff(self.frame_number) == 0).any():
            raise ConfigError("movement: frame_number lists a frame twice")

    def __len__(self) -> int:
        return len(self.frame_number)

    def __repr__(self) -> str:
        return f"Movement(a face on {len(self):,} of {counted(len(self.sampled_number), 'frame')} at {RATE:g} Hz)"

    def to_pandas(self) -> pd.DataFrame:
        """A row for each frame with a face: its time, the blendshapes, the head's rotation and the face's width."""
        import pandas as pd

        return pd.DataFrame(
            {
                "frame_number": self.frame_number,
                "seconds": self.seconds,
                **dict(zip(BLENDSHAPES, self.blendshapes.T, strict=True)),
                **dict(zip(("pitch", "yaw", "roll"), self.rotation.T, strict=True)),
                "size": self.size,
            }
        )

    def select(self, rows: npt.NDArray[Any]) -> Movement:
        """Keep some of the frames with a face, as if the others had not been sampled; `rows` is a mask, shape (n,)."""
        looked_at = ~np.isin(self.sampled_number, self.frame_number[~rows])
        return Movement(
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
            **{name: getattr(self, name)[looked_at] for name in _FRAME_COLUMNS},
        )

    @property
    def detection_rate(self) -> float:
        """The share of the sampled frames that show a face, 0 to 1."""
        return len(self) / max(1, len(self.sampled_number))

    @property
    def doubt(self) -> str | None:
        """Why this face should not be judged; None if enough of it is visible."""
        if len(self) < LEAST_FRAMES:
            return f"a face on {len(self)} frames at {RATE:g} Hz, {LEAST_FRAMES} are needed"
        if self.detection_rate < LEAST_DETECTION_RATE:
            return f"a face on {self.detection_rate:.0%} of the frames, {LEAST_DETECTION_RATE:.0%} are needed"
        if (size := float(np.median(self.size))) < LEAST_SIZE:
            return f"the face is {size:.0f} pixels wide, {LEAST_SIZE:.0f} are needed"
        return None


def movement_of(rows: Sequence[tuple[Any, ...]], sampled: Sequence[tuple[int, float]]) -> Movement:
    """Build the table from rows (number, seconds, blendshapes, landmarks, rotation, size) and all sampled frames."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for specs, values in ((_COLUMNS, rows), (_FRAME_COLUMNS, sampled)):
        by_column = list(zip(*values, strict=True)) or [()] * len(specs)
        for (name, (dtype, shape)), column in zip(specs.items(), by_column, strict=True):
            columns[name] = np.array(column, dtype=dtype).reshape(len(values), *shape)
    return Movement(**columns)
