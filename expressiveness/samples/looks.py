"""What a synthetic participant looks like: portrait, proportions, colours and light, room and camera.

A `Look` is drawn independently of how expressive a clip is. Lengths are in units of the distance between the pupils,
measured from the point midway between them; down and right are positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from expressiveness.samples.pictures import Floats, bell, blurred, pixel_centres, smooth_step, warped
from expressiveness.samples.portraits import EYES, SITTERS, Portrait, load_portrait
from expressiveness.samples.rooms import ROOMS
from expressiveness.types import Pixels

SHAPES: dict[str, float] = {
    "face_width": 0.11,
    "jaw_width": 0.12,
    "face_length": 0.09,
    "chin": 0.12,
    "eye_size": 0.16,
    "eye_spacing": 0.05,
    "nose_width": 0.16,
    "nose_length": 0.08,
    "mouth_width": 0.12,
    "brow_height": 0.05,
    "crown": 0.22,
    "shoulders": 0.10,
}
"""The proportions that vary, and by how much in either direction."""

SKIN_CHROMA = 24.0
"""Every skin is set to this chroma before it is varied (Lab, 0 to 128)."""

SOLVER_STEPS = 8
"""Fixed-point iterations to invert the warp; each divides the error by three or more."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about a participant that stays the same from clip to clip."""

    sitter: int  # index into SITTERS
    mirrored: bool
    shape: tuple[float, ...]  # amount of each of SHAPES, -1 to 1
    skin: tuple[float, float, float]  # factor of lightness, shift towards red, shift towards yellow (Lab, 0 to 255)
    hair: tuple[float, float]  # factors of lightness and saturation
    cloth: tuple[float, float, float]  # hue rotation in radians; hue in radians and lightening of dark cloth
    light: tuple[float, float]  # direction in radians, strength
    grade: tuple[float, float]  # gamma, warmth
    room: int  # index into ROOMS
    room_seed: int
    frame_height: float  # of the picture, in distances between the pupils
    place: tuple[float, float]  # of the eyes, as fractions of the picture
    noise: float  # of the sensor, in gray levels
    low_quality: bool

    @classmethod
    def sample(cls, participant: int, rng: np.random.Generator) -> Look:
        """Draw a participant's look; neighbouring participants differ in portrait, mirroring and room."""
        low_quality = bool(rng.random() < 0.25)
        return cls(
            sitter=participant % len(SITTERS),
            mirrored=bool(participant // len(SITTERS) % 2),
            shape=tuple(rng.uniform(-1, 1, len(SHAPES)).tolist()),
            skin=(rng.uniform(0.68, 1.05), rng.uniform(-4, 5), rng.uniform(-5, 8)),
            hair=(rng.uniform(0.35, 1.15), rng.uniform(0.2, 1.1)),
            cloth=(rng.uniform(-math.pi, math.pi), rng.uniform(-math.pi, math.pi), rng.uniform(0, 70)),
            light=(rng.uniform(-math.pi, math.pi), rng.uniform(0.05, 0.22)),
            grade=(rng.uniform(0.88, 1.12), rng.uniform(-0.08, 0.08)),
            room=participant % len(ROOMS),
            room_seed=int(rng.integers(2**31)),
            frame_height=rng.uniform(4.3, 5.3),
            place=(rng.uniform(0.42, 0.58), rng.uniform(0.43, 0.47)),
            noise=rng.uniform(3.0, 5.0) if low_quality else rng.uniform(0.8, 2.0),
            low_quality=low_quality,
        )


def dress(look: Look, unit: float) -> Portrait:
    """Turn a portrait into a participant: change its proportions, colours and light.

    Args:
        look: of the participant.
        unit: distance between the pupils before the proportions change, in pixels.
    """
    portrait = load_portrait(look.sitter, unit)
    if look.mirrored:
        portrait = _mirrored(portrait)
    portrait = _reshaped(portrait, look.shape)
    rgb = _lit(_tinted(portrait, look), look, unit)
    return replace(portrait, rgb=grade(rgb, look))


def _mirrored(portrait: Portrait) -> Portrait:
    return replace(
        portrait,
        rgb=np.ascontiguousarray(portrait.rgb[:, ::-1]),
        alpha=np.ascontiguousarray(portrait.alpha[:, ::-1]),
        landmarks=portrait.landmarks.mirrored(portrait.rgb.shape[1]),
    )


# --- Proportions ------------------------------------------------------------


def _reshaped(portrait: Portrait, shape: tuple[float, ...]) -> Portrait:
    """Warp the picture and its landmarks to new proportions."""
    height, width = portrait.alpha.shape
    origin = np.multiply(EYES, portrait.unit).astype(np.float32)

    def shift(points: Floats) -> Floats:
        return portrait.unit * _shift((points - origin) / portrait.unit, shape)

    def move(points: Floats) -> Floats:
        target = points
        for _ in range(SOLVER_STEPS):
            target = points + shift(target)
        return target

    pixels = pixel_centres(width, height)
    source = pixels - shift(pixels)
    return replace(
        portrait,
        rgb=warped(portrait.rgb, source),
        alpha=warped(portrait.alpha, source, sharp=False),
        landmarks=portrait.landmarks.moved(move),
    )


def _shift(points: Floats, shape: tuple[float, ...]) -> Floats:
    """The displacement of what each point of the warped picture shows; shape as `points`, (..., 2)."""
    x, y = points[..., 0], points[..., 1]
    amount = {name: far * way for (name, far), way in zip(SHAPES.items(), shape, strict=True)}
    side = np.where(x < 0, -1, 1).astype(np.float32)
    from_eye = np.stack([x - side / 2, y], axis=-1)
    at_eyes = bell(from_eye, (0, 0), (0.35, 0.25))
    across = (
        x * amount["face_width"] * bell(points, (0, 0.6), (1.5, 1.5))
        + x * amount["jaw_width"] * bell(points, (0, 1.55), (1.1, 0.6))
        + x * amount["nose_width"] * bell(points, (0, 0.65), (0.4, 0.3))
        + x * amount["mouth_width"] * bell(points, (0, 1.15), (0.7, 0.3))
        + x * amount["shoulders"] * smooth_step((y - 2.2) / 1.2)
        + from_eye[..., 0] * amount["eye_size"] * at_eyes
        + side * amount["eye_spacing"] * bell(from_eye, (0, 0), (0.45, 0.4))
    )
    down = (
        y * amount["face_length"] * bell(points, (0, 0.8), (1.6, 1.3))
        + y * amount["eye_size"] * at_eyes
        + amount["chin"] * bell(points, (0, 1.95), (0.9, 0.5))
        + amount["nose_length"] * bell(points, (0, 0.75), (0.4, 0.35))
        + amount["brow_height"] * bell(from_eye, (0, -0.35), (0.5, 0.2))
        + amount["crown"] * bell(points, (0, -1.9), (1.5, 0.8))
    )
    return np.stack([across, down], axis=-1).astype(np.float32)


# --- Colours and light ------------------------------------------------------


def _tinted(portrait: Portrait, look: Look) -> Floats:
    """Recolour skin, hair and clothes; returns RGB from 0 to 255, shape (height, width, 3)."""
    lab: Floats = np.asarray(cv2.cvtColor(portrait.rgb, cv2.COLOR_RGB2LAB), dtype=np.float32)
    lightness: Floats = lab[..., :1]
    colour: Floats = lab[..., 1:] - 128
    cheeks = _cheeks(portrait, lab)
    skin, hair, cloth = (region[..., None] for region in _regions(portrait, lab[..., 0], _unlike(cheeks, lab)))

    factor, red, yellow = look.skin
    strength = SKIN_CHROMA / float(np.linalg.norm(cheeks[1:] - 128)) * (1.3 - 0.3 * factor)  # more for darker skin
    lightness = lightness * (1 + (factor - 1) * skin)
    colour = colour * (1 + (strength - 1) * skin) + skin * np.array([red, yellow], np.float32)

    lighter, stronger = look.hair
    lightness = lightness * (1 + (lighter - 1) * hair)
    colour = colour * (1 + (stronger - 1) * hair)

    turn, tint, lift = look.cloth
    dark = cloth * (1 - lightness / 255)
    rotation = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]], np.float32)
    colour = colour + cloth * (0.85 * colour @ rotation - colour)
    colour = colour + dark * lift / 3 * np.array([math.cos(tint), math.sin(tint)], np.float32)
    lightness = lightness + dark * lift

    lab = np.clip(np.concatenate([lightness, colour + 128], axis=-1), 0, 255)
    return np.asarray(cv2.cvtColor(lab.astype(np.uint8), cv2.COLOR_LAB2RGB), dtype=np.float32)


def _cheeks(portrait: Portrait, lab: Floats) -> Floats:
    """The mean Lab colour between the mouth and the eyes, shape (3,)."""
    pupils, lips = portrait.landmarks.pupils, portrait.landmarks.upper_lip
    reach = int(0.12 * portrait.unit)
    y = int((pupils[:, 1].mean() + lips[:, 1].mean()) / 2 + 0.1 * portrait.unit)
    patches = [lab[y - reach : y + reach, int(x) - reach : int(x) + reach] for x in lips[[0, -1], 0]]
    return np.asarray(np.concatenate(patches).mean(axis=(0, 1)))


def _unlike(colour: Floats, lab: Floats) -> Floats:
    """Each pixel's distance from `colour`, shape (height, width); being darker counts little, being lighter nothing."""
    darker = np.maximum(colour[0] - lab[..., 0], 0) / 4
    return np.asarray(np.hypot(np.linalg.norm(lab[..., 1:] - colour[1:], axis=-1), darker))


def _regions(portrait: Portrait, lightness: Floats, unlike_skin: Floats) -> tuple[Floats, Floats, Floats]:
    """How much of each pixel is skin, hair and cloth; a hat counts as cloth. Shapes (height, width)."""
    height, width = portrait.alpha.shape
    soft = 0.02 * portrait.unit
    x, y = np.moveaxis(pixel_centres(width, height) / np.float32(portrait.unit) - np.array(EYES, np.float32), -1, 0)
    chin = float(portrait.landmarks.chin[0, 1]) / portrait.unit - EYES[1]
    top = -0.75 if portrait.hat else -0.5  # of the uncovered face

    face = np.clip(6 * (1 - np.hypot(x, (2 * y - chin - top) / (chin - top + 0.2))), 0, 1)
    head = np.hypot(x, (y - 0.8) / 1.4) < 1.55
    skin, skinlike = (blurred(np.exp(-((unlike_skin / limit) ** 2)) * head, soft) for limit in (13, 22))
    collar = chin + 0.1 - 0.58 * smooth_step((np.abs(x) - 0.65) / 0.3)  # lower under the chin than at the sides
    clothed = smooth_step((y - collar) / 0.3)
    if portrait.hat:
        brim = smooth_step((0.45 * x * x - 0.68 - y) / 0.08) * smooth_step((90 - lightness) / 40)
        clothed = np.maximum(clothed, np.maximum(blurred(brim, soft), smooth_step((-1.0 - y) / 0.1)))
    rest = (1 - skinlike) * np.maximum(1 - face, clothed)
    return skin, rest * (1 - clothed), rest * clothed


def _lit(rgb: Floats, look: Look, unit: float) -> Floats:
    """Light the person from one side."""
    direction, strength = look.light
    height, width = rgb.shape[:2]
    x, y = np.arange(width) / unit - EYES[0], np.arange(height)[:, None] / unit - EYES[1] - 0.7
    along = x * math.cos(direction) + y * math.sin(direction)
    return rgb * (1 + strength * np.tanh(along))[..., None]


def grade(rgb: Floats, look: Look) -> Pixels:
    """Apply the camera's gamma and white balance to RGB from 0 to 255, shape (height, width, 3)."""
    gamma, warmth = look.grade
    balance = np.array([1 + warmth, 1, 1 - warmth])
    graded: Floats = 255 * np.clip(rgb / 255, 0, 1) ** gamma * balance
    return np.clip(graded, 0, 255).astype(np.uint8)
