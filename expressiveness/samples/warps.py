"""Gestures and head motions as smooth displacement fields.

Points are in units of the distance between the pupils, from the point midway between them; right (in the picture) and
down are positive. A field gives the displacement of each point when its gesture or motion is at 1.
"""

from __future__ import annotations

import numpy as np

from expressiveness.samples.pictures import Floats, bell, smooth_step
from expressiveness.samples.portraits import Landmarks

GESTURES = ("smile", "frown", "pucker", "brows_up", "brows_down", "squint", "gaze_across", "gaze_down")
MOTIONS = ("yaw", "pitch", "roll", "across", "down", "nearer")

NECK = 2.2
"""The pivot of the head, below the eyes."""


def gesture_fields(points: Floats, marks: Landmarks) -> Floats:
    """One field per gesture, in the order of `GESTURES`.

    Args:
        points: shape (height, width, 2).
        marks: of the neutral face.

    Returns:
        Shape (gestures, height, width, 2).
    """
    fields = {name: np.zeros_like(points) for name in GESTURES}

    def pull(name: str, at: Floats, reach: tuple[float, float], move: tuple[float, float]) -> None:
        fields[name] += bell(points, at, reach)[..., None] * np.array(move, np.float32)

    lips = (marks.upper_lip[len(marks.upper_lip) // 2] + marks.lower_lip[len(marks.lower_lip) // 2]) / 2
    pull("smile", lips + np.array([0, -0.08]), (0.25, 0.12), (0, -0.03))
    pull("frown", lips + np.array([0, 0.08]), (0.22, 0.12), (0, -0.05))
    for side, out in ((0, -1.0), (1, 1.0)):
        corner = marks.upper_lip[-side]
        cheek = corner + np.array([0.12 * out, -0.5])
        upper_lid, lower_lid = (lids[side, 4] for lids in (marks.upper_lids, marks.lower_lids))
        brow, inner_brow = marks.brows[side, 1], marks.brows[side, 2 - 2 * side]

        pull("smile", corner, (0.26, 0.22), (0.16 * out, -0.14))
        pull("smile", cheek, (0.34, 0.30), (0.02 * out, -0.10))
        pull("smile", lower_lid, (0.28, 0.10), (0, -0.03))
        pull("frown", corner, (0.24, 0.20), (0.02 * out, 0.12))
        pull("pucker", corner, (0.26, 0.20), (-0.13 * out, 0))
        pull("brows_up", brow + np.array([0, -0.1]), (0.42, 0.21), (0, -0.2))
        pull("brows_up", upper_lid, (0.24, 0.10), (0, -0.04))
        pull("brows_down", brow, (0.32, 0.18), (0, 0.05))
        pull("brows_down", inner_brow, (0.26, 0.20), (-0.05 * out, 0.11))
        pull("squint", upper_lid, (0.25, 0.10), (0, 0.035))
        pull("squint", lower_lid, (0.25, 0.10), (0, -0.04))
        pull("gaze_across", marks.pupils[side], (0.12, 0.10), (0.05, 0))
        pull("gaze_down", marks.pupils[side], (0.12, 0.10), (0, 0.03))
    return np.stack([fields[name] for name in GESTURES]).astype(np.float32)


def motion_fields(points: Floats) -> Floats:
    """One field per head motion, in the order of `MOTIONS`; the shoulders move less.

    Args:
        points: shape (height, width, 2).

    Returns:
        Shape (motions, height, width, 2).
    """
    x, y = points[..., 0], points[..., 1]
    none = np.zeros_like(x)
    depth = bell(points, (0, 0.6), (1.15, 1.5)) + 0.25 * bell(points, (0, 0.7), (0.3, 0.4))
    head = 1 - smooth_step((y - 1.6) / 1.6)
    drift = 0.35 + 0.65 * head
    fields = {
        "yaw": (depth, none),
        "pitch": (none, depth),
        "roll": (-(y - NECK) * head, x * head),
        "across": (drift, none),
        "down": (none, drift),
        "nearer": (x, y - NECK),
    }
    return np.stack([np.stack(fields[name], axis=-1) for name in MOTIONS]).astype(np.float32)
