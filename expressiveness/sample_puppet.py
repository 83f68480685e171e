"""Move a portrait's face: one `Pose` in, one frame out.

A frame is made in three steps. On the portrait's canvas the creases deepen, the lids close and the jaw drops. Smooth
fields of displacement then carry the gestures and the motion of the head. Last, the person is laid over their room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from expressiveness.sample_features import CREASES, Creases, Eyelid, Mouth
from expressiveness.sample_fields import GESTURES, gesture_fields, motion_fields
from expressiveness.sample_portraits import EYES, Floats, Landmarks, Pixels, Portrait

GRID = 4
"""Pixels between two nodes of a displacement field; fields are smooth, so they are worked out on few nodes."""

SOLVER_STEPS = 3
"""Fixed-point steps that find which point of the canvas a gesture has brought to a node."""


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
        scale: pixels of the frame to a pixel of the portrait.
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
        origin = np.multiply(EYES, unit).astype(np.float32)
        nodes = (_pixels(width, height, GRID) - np.float32(eyes)) / np.float32(scale * unit)
        self._pixels = (_pixels(width, height, 1) - np.float32(eyes)) / np.float32(scale) + origin
        self._nodes = nodes * np.float32(unit) + origin
        self._motions = motion_fields(nodes) * np.float32(unit)

        canvas_height, canvas_width = portrait.alpha.shape
        canvas_nodes = (_pixels(canvas_width, canvas_height, GRID) - origin) / np.float32(unit)
        self._gestures = gesture_fields(canvas_nodes, _in_lengths(marks, origin, unit)) * np.float32(unit)

    def draw(self, pose: Pose) -> Pixels:
        """Draw one frame: RGB, shape (height, width, 3)."""
        import cv2

        gestures = pose.gestures - self._at_rest()
        canvas = self._canvas.copy()
        self._creases.draw(canvas, np.array([gestures[GESTURES.index(name)] for name in CREASES], dtype=np.float32))
        for lid in self._lids:
            lid.draw(canvas, pose.lids)
        self._mouth.draw(canvas, pose.lips)

        source = self._source(gestures, pose.motions)
        person = cv2.remap(canvas, source, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        share = person[..., 3].astype(np.float32) / 255
        return np.asarray(cv2.blendLinear(np.ascontiguousarray(person[..., :3]), self._room, share, 1 - share))

    def _at_rest(self) -> Floats:
        """The gestures that the portrait shows already."""
        return np.array([self._portrait.smiling if name == "smile" else 0 for name in GESTURES], dtype=np.float32)

    def _source(self, gestures: Floats, motions: Floats) -> Floats:
        """The point of the canvas that each pixel of the frame shows, shape (height, width, 2)."""
        import cv2

        field = np.tensordot(gestures, self._gestures, axes=1)
        still = self._nodes - np.tensordot(motions, self._motions, axes=1)
        found = still
        for _ in range(SOLVER_STEPS):
            nodes = (found + np.float32(0.5)) / GRID - np.float32(0.5)
            found = still - cv2.remap(field, nodes, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        height, width = self._room.shape[:2]
        shift = cv2.resize(found - self._nodes, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(self._pixels + shift, dtype=np.float32)


def _pixels(width: int, height: int, step: int) -> Floats:
    """The centres of cells of `step` pixels, (x, y) in pixels, shape (height / step, width / step, 2)."""
    x = (np.arange(width // step) + 0.5) * step - 0.5
    y = (np.arange(height // step) + 0.5) * step - 0.5
    return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)


def _in_lengths(marks: Landmarks, origin: Floats, unit: float) -> Landmarks:
    return marks.moved(lambda points: (points - origin) / np.float32(unit))
