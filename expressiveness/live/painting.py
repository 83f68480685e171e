"""Draw the results on a frame: boxes, category and confidence, and the probabilities of the last seconds."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
import numpy.typing as npt

from expressiveness.data import CATEGORIES, COLORS
from expressiveness.faces import Face
from expressiveness.live.recognition import Recognition
from expressiveness.types import Pixels

SPAN_SECONDS = 10.0
"""Time span of the strip at the bottom; its right edge is now."""
LONGEST_STEP = 0.5
"""How many seconds a frame's probabilities are shown if no other follows."""
STRIP_SHARE = 0.12  # of the picture's height
LEAST_TEXT_SCALE = 0.35
"""Of OpenCV's font; smaller text is illegible."""

Rgb = tuple[int, int, int]

PALETTE: tuple[Rgb, ...] = tuple(
    (int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)) for color in COLORS.values()
)
LIGHT, DARK = (235, 235, 235), (20, 20, 20)


class Painter:
    """Draws one frame after another, and remembers the last `SPAN_SECONDS` for the strip."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, npt.NDArray[np.float64]]] = deque()

    def draw(self, rgb: Pixels, seen: Recognition) -> Pixels:
        """Draw the results on a copy of the frame."""
        picture = np.ascontiguousarray(rgb).copy()
        for face in seen.faces[1:]:
            draw_outline(picture, face, LIGHT, 1)
        if seen.faces:
            _draw_primary(picture, seen.faces[0], seen.probabilities)
        if seen.probabilities is not None:
            self._past.append((seen.seconds, seen.probabilities))
        while self._past and self._past[0][0] < seen.seconds - SPAN_SECONDS - LONGEST_STEP:
            self._past.popleft()
        self._draw_strip(picture, seen)
        return picture

    def _draw_strip(self, picture: Pixels, seen: Recognition) -> None:
        """Draw the probabilities over time, stacked in the order of the categories, with a legend above."""
        height = picture.shape[0]
        top = height - max(1, round(height * STRIP_SHARE))
        strip = picture[top:]
        strip //= 4
        categories = _stacked(self._past, seen.seconds, strip.shape[1], strip.shape[0])
        for index, color in enumerate(PALETTE):
            strip[categories == index] = color
        if seen.probabilities is not None:
            _draw_legend(picture[:top], seen.probabilities)


def _stacked(
    past: deque[tuple[float, npt.NDArray[np.float64]]], now: float, width: int, height: int
) -> npt.NDArray[np.int64]:
    """The category shown by each pixel of the strip, shape (height, width); -1 for none."""
    if not past:
        return np.full((height, width), -1)
    seconds = np.array([time for time, _ in past])
    shown = now - SPAN_SECONDS * (1 - (np.arange(width) + 1) / width)
    latest = np.searchsorted(seconds, shown, side="right") - 1
    known = (latest >= 0) & (shown - seconds[latest] <= LONGEST_STEP)
    bounds = np.cumsum([probabilities for _, probabilities in past], axis=1)[latest, :-1]
    share = 1 - (np.arange(height) + 0.5) / height
    categories = (share[:, np.newaxis, np.newaxis] > bounds).sum(axis=2)
    return np.where(known, categories, -1)


def _draw_primary(picture: Pixels, face: Face, probabilities: npt.NDArray[np.float64] | None) -> None:
    thickness = max(2, round(picture.shape[0] / 240))
    if probabilities is None:
        left, top = draw_outline(picture, face, LIGHT, thickness)
        draw_plate(picture, "getting to know the face", left, top, LIGHT)
        return
    best = int(probabilities.argmax())
    left, top = draw_outline(picture, face, PALETTE[best], thickness)
    draw_plate(picture, f"{CATEGORIES[best]} {probabilities[best]:.0%}", left, top, PALETTE[best])


def draw_outline(picture: Pixels, face: Face, color: Rgb, thickness: int) -> tuple[int, int]:
    """Draw a face's box; return its left and top in pixels."""
    height, width = picture.shape[:2]
    x, y, box_width, box_height = face.box
    left, top = round(x * width), round(y * height)
    cv2.rectangle(
        picture, (left, top), (round((x + box_width) * width), round((y + box_height) * height)), color, thickness
    )
    return left, top


def draw_plate(picture: Pixels, text: str, left: int, bottom: int, color: Rgb) -> None:
    """Write a text on a coloured plate above the given corner, moved inside the picture if needed."""
    scale = _text_scale(picture)
    text_width, text_height, baseline = _text_size(text, scale)
    margin = round(6 * scale) + 1
    left = int(np.clip(left, 0, max(0, picture.shape[1] - text_width - 2 * margin)))
    bottom = max(bottom, text_height + baseline + 2 * margin)
    corner = (left + text_width + 2 * margin, bottom - text_height - baseline - 2 * margin)
    cv2.rectangle(picture, (left, bottom), corner, color, cv2.FILLED)
    _write(picture, text, left + margin, bottom - baseline - margin, _ink_on(color), scale)


def _draw_legend(picture: Pixels, probabilities: npt.NDArray[np.float64]) -> None:
    """Draw the legend above the strip, with the latest probabilities, if there is room."""
    # Slots fit the widest percentage, so that the names do not move.
    widest = max(_text_size(f"{name} 100%", 1.0)[0] for name in CATEGORIES)
    scale = min(0.8 * _text_scale(picture), picture.shape[1] / len(CATEGORIES) / (widest + 45))
    if scale < LEAST_TEXT_SCALE:
        return
    square, slot = round(14 * scale), picture.shape[1] // len(CATEGORIES)
    bottom = picture.shape[0] - square // 2
    picture[bottom - round(1.6 * square) :] //= 4
    for index, (name, share) in enumerate(zip(CATEGORIES, probabilities, strict=True)):
        left = square // 2 + index * slot
        cv2.rectangle(picture, (left, bottom - square), (left + square, bottom), PALETTE[index], cv2.FILLED)
        _write(picture, f"{name} {share:.0%}", left + round(1.5 * square), bottom - 1, LIGHT, scale)


def _write(picture: Pixels, text: str, left: int, baseline: int, color: Rgb, scale: float) -> None:
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, text, (left, baseline), font, scale, color, _stroke(scale), cv2.LINE_AA)


def _text_size(text: str, scale: float) -> tuple[int, int, int]:
    """Width, height above the baseline, and depth below it, in pixels."""
    (width, height), baseline = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, _stroke(scale))
    return width, height, baseline


def _text_scale(picture: Pixels) -> float:
    return float(max(LEAST_TEXT_SCALE, picture.shape[1] / 1000))


def _stroke(scale: float) -> int:
    return max(1, round(1.6 * scale))


def _ink_on(color: Rgb) -> Rgb:
    """Black or white, whichever reads better on a colour."""
    red, green, blue = color
    return LIGHT if 0.299 * red + 0.587 * green + 0.114 * blue < 110 else DARK
