"""A detected face."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""x, y, width, height relative to the frame's width and height; may extend past the frame."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face detected in a frame; coordinates are relative to the frame's width and height."""

    box: Box
    score: float  # the detector's confidence, 0 to 1
    # (6, 2): right eye, left eye, nose tip, mouth, right and left ear tragion; None if the detector has no keypoints
    keypoints: npt.NDArray[np.float32] | None = None

    def __repr__(self) -> str:
        x, y, width, height = self.box
        return f"Face(at {x:.2f}, {y:.2f}, {width:.2f} wide, {height:.2f} high, score {self.score:.2f})"

    @property
    def area(self) -> float:
        """The box's area as a share of the frame."""
        return self.box[2] * self.box[3]


def largest_first(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Sort faces by size; the interviewee usually sits closest to the camera."""
    return tuple(sorted(faces, key=lambda face: (face.area, face.score), reverse=True))
