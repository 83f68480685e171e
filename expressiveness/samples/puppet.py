"""Animate a portrait: one `Pose` in, one frame out.

A frame is drawn in three steps. First, creases, lids and jaw are drawn on the portrait's canvas. Then smooth
displacement fields apply the gestures and the head motion. Last, the person is composited over the room.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from expressiveness.samples.face_parts import CREASES, Creases, Eyelid, Mouth
from expressiveness.samples.pictures import Floats, pixel_centres, warped
from expressiveness.samples.portraits import EYES, Portrait
from expressiveness.samples.warps import GESTURES, gesture_fields, motion_fields
from expressiveness.types import Pixels

GRID = 4
"""Pixels between nodes of a displacement field; fields are smooth, so a coarse grid is enough."""

SOLVER_STEPS = 3
"""Fixed-point iterations to find the point of the canvas that a gesture moves to a node."""


@dataclass(frozen=True, slots=True)
class Pose:
    """What the face does in one frame; lengths are in distances between the pupils."""

    gestures: Floats  # in the order of GESTURES; 1 is strong, gaze may be negative
    motions: Floats  # in the order of MOTIONS: radians, lengths, and a share of the size
    lids: float  # 0 open, 1 closed
    lips: float  # the distance between them


class Puppet:
    """A person in front of a room, ready to be posed.

    Args:
        portrait: the person.
        room: RGB, shape (height, width, 3), of the frame's size.
        scale: pixels of the frame per pixel of the portrait.
        eyes: the point midway between the pupils, in pixels of the frame.
    """

    def __init__(self, portrait: Portrait, room: Pixels, *, scale: float, eyes: tuple[float, float]) -> None:
        self._portrait = portrait
        self._room = room
        self._canvas = np.dstack([portrait.rgb, np.round(255 * portrait.alpha).astype(np.uint8)])
        marks, unit = portrait.landmarks, portrait.unit
        self._creases = Creases(self._canvas, marks, unit)
        self._lids = [Eyelid(self._canvas, marks, side, unit) for side in (0, 1)]
        self._mouth = Mouth(self._canvas, marks, unit)

        height, width = room.shape[:2]
        middle, origin = np.array(eyes, np.float32), np.multiply(EYES, unit).astype(np.float32)
        self._pixels = (pixel_centres(width, height) - middle) / np.float32(scale) + origin
        self._nodes = (pixel_centres(width, height, GRID) - middle) / np.float32(scale) + origin
        self._motions = unit * motion_fields((self._nodes - origin) / np.float32(unit))

        canvas_height, canvas_width = portrait.alpha.shape
        canvas_nodes = (pixel_centres(canvas_width, canvas_height, GRID) - origin) / np.float32(unit)
        self._gestures = unit * gesture_fields(canvas_nodes, marks.moved(lambda points: (points - origin) / unit))

    def draw(self, pose: Pose) -> Pixels:
        """Draw one frame: RGB, shape (height, width, 3)."""
        gestures = pose.gestures - self._at_rest()
        canvas = self._canvas.copy()
        self._creases.draw(canvas, np.array([gestures[GESTURES.index(name)] for name in CREASES]))
        for lid in self._lids:
            lid.draw(canvas, pose.lids)
        self._mouth.draw(canvas, pose.lips)

        person = warped(canvas, self._source(gestures, pose.motions))
        share = person[..., 3] / np.float32(255)
        frame = cv2.blendLinear(cv2.cvtColor(person, cv2.COLOR_RGBA2RGB), self._room, share, 1 - share)
        return np.asarray(frame, dtype=np.uint8)

    def _at_rest(self) -> Floats:
        """The gestures that the portrait already shows."""
        return np.array([self._portrait.smiling if name == "smile" else 0 for name in GESTURES], dtype=np.float32)

    def _source(self, gestures: Floats, motions: Floats) -> Floats:
        """The point of the canvas shown by each pixel of the frame, shape (height, width, 2)."""
        field = np.tensordot(gestures, self._gestures, axes=1).astype(np.float32)
        still = self._nodes - np.tensordot(motions, self._motions, axes=1).astype(np.float32)
        found = still
        for _ in range(SOLVER_STEPS):
            found = still - warped(field, (found + 0.5) / GRID - 0.5, sharp=False)
        height, width = self._room.shape[:2]
        shift = cv2.resize(found - self._nodes, (width, height), interpolation=cv2.INTER_LINEAR)
        return self._pixels + np.asarray(shift, dtype=np.float32)
