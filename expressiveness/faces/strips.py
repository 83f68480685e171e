"""The faces of a video side by side, to see at a glance what it shows when."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from expressiveness.faces.crops import CROP_SIZE
from expressiveness.faces.face_table import FaceTable
from expressiveness.wording import counted

MOST = 600
"""The most faces in a strip: JPEG pictures are at most 65,535 pixels wide."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceStrip:
    """The interviewee's face at regular times."""

    frame_numbers: tuple[int, ...]  # from 1
    seconds: tuple[float, ...]
    jpeg: bytes  # the gray crops in one row, each 48 pixels square

    def __repr__(self) -> str:
        return f"FaceStrip({counted(len(self.seconds), 'face')})"


def face_strip(faces: FaceTable, *, every: float = 1.0) -> FaceStrip | None:
    """Choose the first face of the interviewee in each second, from the stored crops; None if there is no face.

    Args:
        faces: of a video.
        every: seconds; longer in a video so long that there would be more than `MOST` faces.
    """
    primary = faces.primary()
    if not len(primary):
        return None
    every = max(every, float(primary.seconds[-1]) / (MOST - 1))
    _, first = np.unique((primary.seconds / every).astype(np.int64), return_index=True)
    chosen = primary.select(first)
    picture = chosen.crop.transpose(1, 0, 2).reshape(CROP_SIZE, -1)
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return FaceStrip(tuple(chosen.frame_number.tolist()), tuple(chosen.seconds.tolist()), jpeg.tobytes())
