"""A face that was found on a frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""x, y, width, height as shares of the frame's width and height; may reach past the frame."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face found in a frame; coordinates are shares of the frame's width and height."""

    box: Box
    score: float  # the detector's confidence, 0 to 1
    # (6, 2): right eye, left eye, nose tip, mouth, right and left ear tragion; None from a detector that finds none
    keypoints: npt.NDArray[np.float32] | None = None

    def __repr__(self) -> str:
        x, y, width, height = self.box
        return f"Face(at {x:.2f}, {y:.2f}, {width:.2f} wide, {height:.2f} high, score {self.score:.2f})"

    @property
    def area(self) -> float:
        """The box's share of the frame."""
        return self.box[2] * self.box[3]


def largest_first(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Faces in the order of their size; in an interview the person interviewed sits nearest to the camera."""
    return tuple(sorted(faces, key=lambda face: (face.area, face.score), reverse=True))
