"""The parts of a face that a smooth warp cannot animate: eyelids, the mouth, and creases.

Each is prepared once from a portrait, and then redraws its window on a copy of the portrait's RGBA canvas. Coordinates
are in pixels of the canvas; `unit` is the distance between the pupils.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from expressiveness.samples.pictures import Floats, blurred, smooth_step, warped
from expressiveness.samples.portraits import Landmarks
from expressiveness.types import Pixels

MOUTH = np.array((52, 18, 20), np.float32)
TEETH = np.array((212, 182, 158), np.float32)
"""For portraits with closed lips; RGB, like the next."""

SHADOW = np.array((0.22, 0.32, 0.36), np.float32)
"""How much the deepest fold darkens each colour channel: shaded skin is redder, not grayer."""

CREASES = ("smile", "frown", "brows_up", "brows_down")
"""The gestures that crease the skin."""


class Window:
    """A rectangle of the canvas, and the coordinates of its pixels.

    Args:
        canvas: RGBA, shape (height, width, 4).
        low: left and top, in pixels.
        high: right and bottom, in pixels.
    """

    def __init__(self, canvas: Pixels, low: Sequence[float] | Floats, high: Sequence[float] | Floats) -> None:
        left, top = (max(0, int(value)) for value in low)
        right, bottom = (min(limit, int(value)) for value, limit in zip(high, canvas.shape[1::-1], strict=True))
        self.area = (slice(top, bottom), slice(left, right))
        self.x = np.arange(left, right, dtype=np.float32)  # (w,)
        self.y = np.arange(top, bottom, dtype=np.float32)[:, None]  # (h, 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return len(self.y), len(self.x)

    def blend(self, canvas: Pixels, rgb: Floats, share: Floats) -> None:
        """Blend `rgb`, shape (h, w, 3), over the window with opacity `share`, shape (h, w)."""
        view = canvas[self.area][..., :3]
        view[:] = np.clip(view + share[..., None] * (rgb - view), 0, 255).astype(np.uint8)

    def cut(self, canvas: Pixels) -> Pixels:
        """A copy of the window's colours, shape (h, w, 3)."""
        return np.ascontiguousarray(canvas[self.area][..., :3])

    def local(self, points: Floats) -> Floats:
        """Points relative to the window's corner."""
        return np.asarray(points - np.array([self.x[0], self.y[0, 0]]))


class Eyelid:
    """The upper lid of one eye; `side` is 0 for the left eye of the picture."""

    def __init__(self, canvas: Pixels, marks: Landmarks, side: int, unit: float) -> None:
        upper, lower = marks.upper_lids[side], marks.lower_lids[side]
        around = np.concatenate([upper, lower])
        self._window = Window(canvas, around.min(axis=0) - 0.2 * unit, around.max(axis=0) + 0.15 * unit)
        self._upper = np.interp(self._window.x, *upper.T).astype(np.float32)
        self._lower = np.interp(self._window.x, *lower.T).astype(np.float32)
        self._lash = max(0.9, 0.022 * unit)

        opening = np.zeros(self._window.shape, np.uint8)
        outline = self._window.local(np.concatenate([upper, lower[::-1]]))
        cv2.fillPoly(opening, [np.round(outline).astype(np.int32)], [255])
        reach = 2 * round(0.055 * unit) + 1
        wide = cv2.dilate(opening, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        skin = np.asarray(cv2.inpaint(self._window.cut(canvas), wide, 3, cv2.INPAINT_TELEA))
        below = skin[-max(1, round(0.08 * unit)) :].mean(axis=(0, 1))  # the lashes darken the inpainted skin
        self._skin = 0.6 * blurred(skin, 0.03 * unit) + 0.4 * below
        self._mask = blurred(np.asarray(wide) / 255, 0.02 * unit)
        inside = (self._window.x - upper[0, 0]) * (upper[-1, 0] - self._window.x)
        self._along = smooth_step(inside / (0.12 * unit) ** 2)

    def draw(self, canvas: Pixels, closed: float) -> None:
        """Lower the lid; `closed` is 0 for open and 1 for closed."""
        if closed <= 0.01:
            return
        edge = self._upper + closed * (self._lower - self._upper)
        onset = min(1.0, 4 * closed)
        covered = np.clip(edge - self._window.y + 0.5, 0, 1) * self._mask * onset
        self._window.blend(canvas, self._skin, covered)
        lash = np.exp(-(((self._window.y - edge) / self._lash) ** 2)) * self._along * (0.7 * onset)
        self._window.blend(canvas, 0.35 * self._skin, lash)


class Mouth:
    """The lower lip, the jaw, and the inside of the mouth."""

    def __init__(self, canvas: Pixels, marks: Landmarks, unit: float) -> None:
        upper, lower = marks.upper_lip, marks.lower_lip
        chin = float(marks.chin[0, 1])
        left, right = float(upper[0, 0]), float(upper[-1, 0])
        middle, half = (left + right) / 2, (right - left) / 2
        low, high = (middle - 1.3 * unit, upper[:, 1].min() - 0.1 * unit), (middle + 1.3 * unit, chin + 1.1 * unit)
        self._window = Window(canvas, low, high)
        self._unit = unit
        x, y = self._window.x, self._window.y
        self._upper = np.interp(x, *upper.T).astype(np.float32)
        self._gap = np.maximum(np.interp(x, *lower.T).astype(np.float32) - self._upper, 0)
        self._bared = float(self._gap.max())  # the opening that the portrait shows
        self._bow = np.clip(1 - ((x - middle) / half) ** 2, 0, 1) ** 0.8
        self._jaw = np.exp(-(((x - middle) / (0.8 * unit)) ** 4))
        self._neck = 1 - smooth_step((y - chin) / (0.9 * unit))
        self._inside = self._paint_inside(canvas)

    def _paint_inside(self, canvas: Pixels) -> Floats:
        """The inside of the mouth: the portrait's own teeth, or painted ones, and the dark below; shape (h, w, 3)."""
        below = self._window.y - self._upper
        teeth: Floats = self._window.cut(canvas).astype(np.float32)
        length = self._gap - 0.02 * self._unit
        if self._bared < 0.03 * self._unit:
            light = float(teeth[: int(0.2 * self._unit)].mean()) / 150
            shade = 0.25 + 0.7 * np.clip(below / (0.1 * self._unit), 0, 1)
            teeth = (shade * self._bow * light)[..., None] * TEETH
            length = 0.11 * self._unit * self._bow
        bare = np.clip((length - below) / (0.03 * self._unit) + 0.5, 0, 1)[..., None]
        return np.asarray(bare * teeth + (1 - bare) * MOUTH)

    def draw(self, canvas: Pixels, lips: float) -> None:
        """Set the distance between the lips, in distances between the pupils."""
        drop = lips * self._unit - self._bared
        shape = self._bow if drop > 0 else self._gap / max(self._bared, 1e-6)
        change = drop * shape
        gap = np.maximum(self._gap + change, 0)
        below = self._window.y - (self._upper + gap)
        ramp = smooth_step(below / (0.75 * self._unit))
        fall = (change + (drop * self._jaw - change) * ramp) * self._neck * (below > 0)

        down = self._window.y - fall
        across = np.broadcast_to(self._window.x, down.shape)
        canvas[self._window.area] = warped(canvas, np.stack([across, down], axis=-1))
        above_lower_lip, below_upper_lip = np.clip(0.5 - below, 0, 1), np.clip(self._window.y - self._upper + 0.5, 0, 1)
        self._window.blend(canvas, self._inside, above_lower_lip * below_upper_lip * np.clip(gap / 2, 0, 1))


class Creases:
    """Folds of the skin that come with a gesture."""

    def __init__(self, canvas: Pixels, marks: Landmarks, unit: float) -> None:
        low = (marks.pupils[0, 0] - 0.7 * unit, marks.pupils[0, 1] - 0.9 * unit)
        high = (marks.pupils[1, 0] + 0.7 * unit, marks.chin[0, 1])
        self._window = Window(canvas, low, high)
        self._folds = np.stack([self._paint(_folds(name, marks, unit), unit) for name in CREASES])

    def _paint(self, folds: list[Floats], unit: float) -> Floats:
        """How much darker the skin is in the folds, shape (h, w)."""
        mask = np.zeros(self._window.shape, np.uint8)
        parts = 4  # fractional bits of coordinates
        lines = [np.round(self._window.local(line) * 2**parts).astype(np.int32) for line in folds]
        cv2.polylines(mask, lines, False, [255], max(1, round(0.025 * unit)), cv2.LINE_AA, parts)
        return blurred(mask / 255, 0.03 * unit)

    def draw(self, canvas: Pixels, strengths: Floats) -> None:
        """Deepen the folds by the strength of each gesture of `CREASES`, shape (4,), 0 to 1."""
        depth = np.clip(np.tensordot(np.clip(strengths, 0, 1), self._folds, axes=1), 0, 1)
        view = canvas[self._window.area][..., :3]
        view[:] = (view * (1 - depth[..., None] * SHADOW)).astype(np.uint8)


def _folds(gesture: str, marks: Landmarks, unit: float) -> list[Floats]:
    """The lines along which a gesture creases the skin, each of shape (n, 2)."""
    lines: list[Floats] = []
    for side, out in ((0, -1.0), (1, 1.0)):
        corner, wing = marks.upper_lip[-side], marks.nose[2 * side]
        brow, inner = marks.brows[side, 1], marks.brows[side, 2 - 2 * side]
        if gesture == "smile":
            lines.append(_line(unit, wing, (0.06 * out, -0.02), corner, (0.17 * out, -0.2), corner, (0.19 * out, 0.08)))
            lid = marks.lower_lids[side]
            lines.append(_line(unit, lid[1], (0, 0.1), lid[4], (0, 0.13), lid[7], (0, 0.1)))
        elif gesture == "frown":
            lines.append(_line(unit, corner, (0.05 * out, 0.04), corner, (0.12 * out, 0.26)))
        elif gesture == "brows_up":
            for up in (0.16, 0.28):
                lines.append(_line(unit, inner, (-0.1 * out, -up), brow, (0, -up - 0.03), brow, (0.2 * out, -up)))
        else:
            lines.append(_line(unit, inner, (-0.09 * out, -0.06), inner, (-0.13 * out, 0.1)))
    return lines


def _line(unit: float, *stops: Floats | tuple[float, float]) -> Floats:
    """A line through landmarks, each followed by an offset in units."""
    pairs = zip(stops[::2], stops[1::2], strict=True)
    return np.array([np.asarray(at) + unit * np.asarray(offset) for at, offset in pairs], dtype=np.float32)
