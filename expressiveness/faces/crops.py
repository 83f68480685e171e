"""Cut faces out of frames as 48x48 grayscale crops, the input of the networks."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from expressiveness.errors import ConfigError
from expressiveness.faces.face import Face
from expressiveness.types import Pixels

CROP_SIZE = 48
PADDING = 0.1
"""Share of the face's width added on every side, as in the notebook."""

LEFT_EYE, RIGHT_EYE = 1, 0  # rows of Face.keypoints, left and right as seen by the person


def face_crop(rgb: Pixels, face: Face, *, align: bool = False) -> Pixels:
    """Cut out a face, padded, converted to grayscale and resized to 48x48.

    Args:
        rgb: the frame, shape (height, width, 3).
        face: detected in this frame.
        align: rotate the frame first so that the eyes are level.

    Returns:
        Shape (48, 48), uint8; all 0 if the box is outside the frame.

    Raises:
        ConfigError: `align` is set and the face has no keypoints.
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
        box: x, y, width, height relative to the frame.
        width: of the frame, in pixels.
        height: of the frame, in pixels.

    Returns:
        Left, top, right, bottom in pixels; right and bottom are exclusive. Sizes are truncated to whole pixels before
        padding, as in the notebook; unlike there, clipping one side does not move the opposite one.
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
    """The head's roll in the image, from the line through the eyes; clockwise is positive."""
    across, down = (keypoints[LEFT_EYE] - keypoints[RIGHT_EYE]) * (width, height)
    return math.degrees(math.atan2(down, across))


def _levelled(rgb: Pixels, face: Face) -> Pixels:
    """Rotate the frame around the center of the face so that the eyes are level."""
    import cv2

    if face.keypoints is None:
        raise ConfigError("this detector does not say where the eyes are, so faces cannot be turned; leave out align")
    height, width = rgb.shape[:2]
    x, y, box_width, box_height = face.box
    middle = ((x + box_width / 2) * width, (y + box_height / 2) * height)
    turn = cv2.getRotationMatrix2D(middle, roll_degrees(face.keypoints, width=width, height=height), 1.0)
    return np.asarray(cv2.warpAffine(rgb, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)
