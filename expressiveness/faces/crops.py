"""Cut a face out of a frame as the 48x48 gray crop that the networks take."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from expressiveness.errors import ConfigError
from expressiveness.faces.face import Face
from expressiveness.types import Pixels

CROP_SIZE = 48
PADDING = 0.1
"""Of the face's width, added on every side; the notebook's."""

LEFT_EYE, RIGHT_EYE = 1, 0  # rows of Face.keypoints, named from the person's own view


def face_crop(rgb: Pixels, face: Face, *, align: bool = False) -> Pixels:
    """Cut out a face, padded, in gray and resized to 48x48.

    Args:
        rgb: the frame, shape (height, width, 3).
        face: found in this frame.
        align: turn the frame first, so that the eyes lie level.

    Returns:
        Gray levels, shape (48, 48), uint8; all 0 where the box is outside the frame.

    Raises:
        ConfigError: a face without keypoints cannot be turned.
    """
    import cv2

    if align:
        rgb = _levelled(rgb, face)
    left, top, right, bottom = padded_box(face.box, width=rgb.shape[1], height=rgb.shape[0])
    if left >= right or top >= bottom:
        return np.zeros((CROP_SIZE, CROP_SIZE), dtype=np.uint8)
    gray = cv2.cvtColor(rgb[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, (CROP_SIZE, CROP_SIZE)), dtype=np.uint8)


def padded_box(box: tuple[float, float, float, float], *, width: int, height: int) -> tuple[int, int, int, int]:
    """Pad a face's box by a tenth of its width on every side, and clip it to the frame.

    Args:
        box: x, y, width, height as shares of the frame.
        width: of the frame, in pixels.
        height: of the frame, in pixels.

    Returns:
        Left, top, right, bottom in pixels; right and bottom are exclusive. Lengths are cut to whole pixels before the
        padding is added, as in the notebook; unlike there, a side that is clipped does not push out the one opposite.
    """
    left, top = int(box[0] * width), int(box[1] * height)
    face_width, face_height = int(box[2] * width), int(box[3] * height)
    padding = int(PADDING * face_width)
    return (
        max(0, left - padding),
        max(0, top - padding),
        min(width, left + face_width + padding),
        min(height, top + face_height + padding),
    )


def roll_degrees(keypoints: npt.NDArray[np.float32], *, width: int, height: int) -> float:
    """How far a head is tilted: the angle of the line through the eyes in the picture, clockwise positive."""
    across, down = (keypoints[LEFT_EYE] - keypoints[RIGHT_EYE]) * (width, height)
    return math.degrees(math.atan2(down, across))


def _levelled(rgb: Pixels, face: Face) -> Pixels:
    """Turn the frame around the middle of the face's box until the eyes lie level."""
    import cv2

    if face.keypoints is None:
        raise ConfigError("this detector does not say where the eyes are, so faces cannot be turned; leave out align")
    height, width = rgb.shape[:2]
    x, y, box_width, box_height = face.box
    middle = ((x + box_width / 2) * width, (y + box_height / 2) * height)
    turn = cv2.getRotationMatrix2D(middle, roll_degrees(face.keypoints, width=width, height=height), 1.0)
    return np.asarray(cv2.warpAffine(rgb, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)
