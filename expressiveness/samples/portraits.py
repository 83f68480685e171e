"""The two public-domain portraits used for the sample interviews, cut out and scaled.

Both ship with dependencies of FiftyOne: scikit-image's picture of an astronaut, and Matplotlib's `grace_hopper.jpg`.
Outlines and landmarks were placed by hand and are constants here, so nothing is detected or downloaded at run time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache

import cv2
import numpy as np

from expressiveness.errors import InterviewError
from expressiveness.samples.pictures import Floats, blurred
from expressiveness.types import Pixels

CANVAS = (12.0, 8.0)
"""Width and height of a portrait's canvas, in distances between its pupils."""

EYES = (6.0, 2.8)
"""The point of the canvas midway between the pupils, in the same unit."""

MIDDLE_GRAY = 120.0


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Points of a face, (x, y) in pixels of its picture, ordered from left to right in the picture."""

    pupils: Floats  # (2, 2)
    upper_lids: Floats  # (2, 9, 2): an eye a row, corner to corner
    lower_lids: Floats  # (2, 9, 2)
    brows: Floats  # (2, 3, 2)
    nose: Floats  # (3, 2): left wing, tip, right wing
    upper_lip: Floats  # (11, 2): its lower edge, corner to corner
    lower_lip: Floats  # (11, 2): its upper edge
    chin: Floats  # (1, 2)

    def moved(self, move: Callable[[Floats], Floats]) -> Landmarks:
        """Apply a function to all points; it maps points of shape (n, 2) to points of the same shape."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return Landmarks(**{name: move(points.reshape(-1, 2)).reshape(points.shape) for name, points in arrays.items()})

    def mirrored(self, width: float) -> Landmarks:
        """The landmarks of the mirrored picture, `width` pixels wide."""
        flipped = self.moved(lambda points: np.array([width - 1, 0]) + points * np.array([-1, 1]))
        arrays = {field.name: getattr(flipped, field.name) for field in fields(flipped)}
        return Landmarks(**{name: np.flip(points, tuple(range(points.ndim - 1))) for name, points in arrays.items()})


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A cut-out portrait on the canvas."""

    rgb: Pixels  # (height, width, 3); colours are extended past the outline
    alpha: Floats  # (height, width): 1 inside the outline, 0 outside
    landmarks: Landmarks  # in pixels of the canvas
    unit: float  # distance between the pupils in pixels
    hat: bool  # whether a hat, not hair, is above the forehead
    smiling: float  # how much of a full smile the portrait shows, 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """A picture, and what was marked on it by hand."""

    read: Callable[[], Pixels]
    landmarks: Landmarks
    outline: Floats  # (n, 2), may reach past the picture
    lettering: tuple[tuple[int, int, int, int], ...]  # left, top, right, bottom of name tags, which are inpainted
    hat: bool
    smiling: float
    contrast: float  # factor that gives all pictures the same contrast


@lru_cache(maxsize=4)
def load_portrait(sitter: int, unit: float) -> Portrait:
    """Cut out a portrait and place it on the canvas, its pupils level and `unit` pixels apart.

    Args:
        sitter: index into `SITTERS`.
        unit: distance between the pupils, in pixels.
    """
    source = SITTERS[sitter]
    left, right = source.landmarks.pupils
    middle, between = (left + right) / 2, right - left
    turn = math.degrees(math.atan2(between[1], between[0]))
    matrix = cv2.getRotationMatrix2D(middle.tolist(), turn, unit / float(np.hypot(*between)))
    matrix[:, 2] += np.multiply(EYES, unit) - middle

    def place(points: Floats) -> Floats:
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], dtype=np.float32)

    size = (round(CANVAS[0] * unit), round(CANVAS[1] * unit))
    picture = _levelled(_without_lettering(source), source.contrast)
    rgb = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    alpha = _filled(place(source.outline), size, feather=0.02 * unit)
    return Portrait(
        rgb=_bled(np.asarray(rgb, dtype=np.uint8), alpha, reach=0.08 * unit),
        alpha=alpha,
        landmarks=source.landmarks.moved(place),
        unit=unit,
        hat=source.hat,
        smiling=source.smiling,
    )


def _without_lettering(sitter: Sitter) -> Pixels:
    picture = sitter.read()
    mask = np.zeros(picture.shape[:2], np.uint8)
    for left, top, right, bottom in sitter.lettering:
        mask[top:bottom, left:right] = 255
    return np.asarray(cv2.inpaint(picture, mask, 4, cv2.INPAINT_TELEA), dtype=np.uint8)


def _levelled(picture: Pixels, contrast: float) -> Pixels:
    levelled: Floats = MIDDLE_GRAY + contrast * (picture - MIDDLE_GRAY)
    return np.clip(levelled, 0, 255).astype(np.uint8)


def _filled(outline: Floats, size: tuple[int, int], *, feather: float) -> Floats:
    """A mask of the polygon, 0 to 1, shape (height, width), slightly shrunk and softened by `feather` pixels."""
    parts = 4  # fractional bits of coordinates
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 2**parts).astype(np.int32)], [255], cv2.LINE_AA, parts)
    return np.asarray(np.clip(blurred(mask / 255, feather) * 1.7 - 0.7, 0, 1))


def _bled(rgb: Pixels, alpha: Floats, *, reach: float) -> Pixels:
    """Extend the person's colours past the outline, so that the old background does not show."""
    inside = np.asarray(cv2.erode(alpha, np.ones((3, 3), np.uint8))) > 0.95
    weight = np.maximum(blurred(inside, reach), 1e-3)
    around = blurred(rgb * inside[..., None], reach) / weight[..., None]
    core = (blurred(inside, 1.0) * inside)[..., None]
    return np.clip(rgb * core + around * (1 - core), 0, 255).astype(np.uint8)


def _astronaut() -> Pixels:
    from skimage import data

    return np.asarray(data.astronaut(), dtype=np.uint8)


def _officer() -> Pixels:
    from matplotlib import get_data_path

    bgr = cv2.imread(f"{get_data_path()}/sample_data/grace_hopper.jpg")
    if bgr is None:
        raise InterviewError("reinstall matplotlib: its sample grace_hopper.jpg is missing")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _points(text: str) -> Floats:
    """Read "x,y x,y ..." as an array of shape (n, 2)."""
    return np.array([pair.split(",") for pair in text.split()], dtype=np.float32)


SITTERS = (
    Sitter(
        read=_astronaut,
        landmarks=Landmarks(
            pupils=_points("203.5,101.1 246,103.5"),
            upper_lids=_points(
                "195.3,100.6 196.1,99.9 197.2,99.1 199.2,98.2 202.6,97.8 206.1,98.4 209.7,100.1 212.4,102.3"
                " 213.6,103.6 236.4,104.9 237.8,103.6 240.6,101.7 244.3,100.3 248.1,100.2 251.4,101 253.5,102.2"
                " 254.6,103.1 255.3,103.8"
            ).reshape(2, 9, 2),
            lower_lids=_points(
                "195.3,100.6 196.7,101.9 198.3,102.9 200.7,103.7 204.2,104.2 207.6,104 210.8,103.8 212.8,103.8"
                " 213.6,103.6 236.4,104.9 237.3,105.1 239.2,105.4 242.3,106 245.9,106.5 249.4,106.4 252,105.8"
                " 253.7,105 255.3,103.8"
            ).reshape(2, 9, 2),
            brows=_points("187.9,90.7 197.5,86.6 215.1,89.8 236,90.6 254.2,89.6 263.7,94.9").reshape(2, 3, 2),
            nose=_points("211.3,129.5 223.5,131.1 236.3,130.7"),
            upper_lip=_points(
                "203.9,139.7 206.4,140.1 209.4,140.7 213.1,141.4 217.7,142.4 223.3,143.2 229,142.8 233.7,142.2"
                " 237.4,141.7 240.4,141.4 242.9,141.1"
            ),
            lower_lip=_points(
                "203.9,139.7 206.9,142.9 209.5,145.1 213.2,147.1 217.6,148.4 223,149.2 228.3,148.9 233,147.7"
                " 236.7,146 239.5,144 242.9,141.1"
            ),
            chin=_points("221.4,177.4"),
        ),
        outline=_points(
            "276,31 248,18 227,16 214,21 205,21 193,29 189,35 174,43 156,58 153,68 155,98 157,104 170,117 170,121"
            " 174,128 182,133 182,146 180,148 152,151 140,158 131,167 127,175 125,201 114,204 96,228 70,262 45,295"
            " 30,340 20,400 25,460 40,490 100,560 345,560 346,465 347,444 354,426 348,415 349,383 367,365 368,353"
            " 360,343 357,324 356,302 352,287 345,272 340,262 318,242 304,234 299,219 289,203 276,189 256,173 257,160"
            " 264,149 266,138 275,134 290,117 296,107 300,92 299,72 296,58 286,40"
        ),
        lettering=((278, 338, 332, 380),),
        hat=False,
        smiling=0.6,
        contrast=1.05,
    ),
    Sitter(
        read=_officer,
        landmarks=Landmarks(
            pupils=_points("222.9,192.1 306.2,187.1"),
            upper_lids=_points(
                "207.4,193.5 208.7,192 210.5,190.3 213.8,188.2 219.7,186.8 226.2,187.1 232.9,189.7 238.1,193.2"
                " 240.6,195.4 288.5,192.5 290.8,189.9 295.3,185.9 301.6,182.4 308.3,181.2 314.3,182 318.1,183.7"
                " 320.2,185.3 321.7,186.5"
            ).reshape(2, 9, 2),
            lower_lids=_points(
                "207.4,193.5 210.5,195.1 213.4,196 217.4,196.6 223.4,196.8 229.3,196.3 235,195.8 238.9,195.7"
                " 240.6,195.4 288.5,192.5 290.3,192.6 294,192.4 299.5,192.3 305.7,192 311.6,191.2 315.8,190.1"
                " 318.8,188.7 321.7,186.5"
            ).reshape(2, 9, 2),
            brows=_points("185.3,170 204.3,158 241.2,160 283.9,156 320.5,151 340.4,160").reshape(2, 3, 2),
            nose=_points("243.2,250.3 266.4,246.3 290.3,248.5"),
            upper_lip=_points(
                "236.9,278.9 241.5,278.8 245.6,278.7 251.3,278.5 258.4,278.9 266.5,279.3 275.3,278.5 283.1,277.6"
                " 289.5,277.3 294.2,277.1 299.6,276.8"
            ),
            lower_lip=_points(
                "236.9,278.9 241.5,278.8 245.6,278.7 251.3,278.5 258.4,278.9 266.5,279.3 275.3,278.5 283.1,277.6"
                " 289.5,277.3 294.2,277.1 299.6,276.8"
            ),
            chin=_points("270.1,334.6"),
        ),
        outline=_points(
            "174,84 178,72 188,56 200,47 217,41 221,34 232,28 245,24 262,23 278,26 292,34 301,42 318,46 332,55"
            " 343,64 350,76 354,86 364,87 368,100 370,120 372,135 370,160 367,178 371,182 375,190 374,203 368,219"
            " 366,235 362,255 361,268 360,280 352,295 340,305 333,306 331,313 345,329 376,345 422,366 464,377 492,393"
            " 505,431 520,480 530,540 536,640 10,640 16,551 22,501 27,459 27,433 33,415 39,407 47,387 53,381 80,368"
            " 96,363 129,355 165,344 183,333 198,317 204,312 202,298 192,292 175,287 165,278 161,262 162,245 163,235"
            " 161,222 156,212 153,200 154,190 159,184 157,178 155,160 154,140 154,120 155,105 160,95 168,88"
        ),
        lettering=((76, 480, 170, 520),),
        hat=True,
        smiling=0.0,
        contrast=0.78,
    ),
)
"""NASA's portrait of Eileen Collins and the US Navy's of Grace Hopper, both in the public domain."""
