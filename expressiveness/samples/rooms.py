"""Random, out-of-focus backgrounds for the synthetic participants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from expressiveness.samples.pictures import Floats, blurred

Room = Callable[[Floats, np.random.Generator], None]


def paint_room(kind: int, width: int, height: int, rng: np.random.Generator) -> Floats:
    """Paint a room as RGB from 0 to 255, shape (height, width, 3).

    Args:
        kind: index into `ROOMS`.
        width: in pixels.
        height: in pixels.
        rng: decides what the room looks like.
    """
    wall = _wall(width, height, rng)
    ROOMS[kind](wall, rng)
    return np.asarray(np.clip(blurred(wall, height * rng.uniform(0.008, 0.02)), 0, 255), dtype=np.float32)


def _wall(width: int, height: int, rng: np.random.Generator) -> Floats:
    """A plain wall, brighter towards one side."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    direction = rng.uniform(-np.pi, np.pi)
    slope = x * np.cos(direction) + y * np.sin(direction)
    colour = rng.uniform(70, 205) + rng.uniform(-28, 28, 3)
    return np.asarray(colour * (1 + 0.18 * slope[..., None]), dtype=np.float32)


def _plain(wall: Floats, rng: np.random.Generator) -> None:
    """Leave the wall bare."""


def _window(wall: Floats, rng: np.random.Generator) -> None:
    """A bright window with a cross bar at one side."""
    height, width = wall.shape[:2]
    left = int(width * rng.choice([-0.06, 0.66]))
    right, bottom = left + int(0.38 * width), int(height * rng.uniform(0.5, 0.75))
    sky = rng.uniform(200, 245) + rng.uniform(-10, 10, 3)
    _box(wall, left, -height // 9, right, bottom, sky)
    middle = (left + right) // 2
    _box(wall, middle - width // 90, 0, middle + width // 90, bottom, sky * 0.55)
    _box(wall, left, bottom // 2, right, bottom // 2 + height // 50, sky * 0.55)


def _shelf(wall: Floats, rng: np.random.Generator) -> None:
    """Shelves of books."""
    height, width = wall.shape[:2]
    for board in (0.30, 0.62, 0.94):
        base = int(height * board)
        x = 0
        while x < width:
            thick = int(width * rng.uniform(0.02, 0.05))
            tall = int(height * rng.uniform(0.14, 0.24))
            if rng.random() < 0.8:
                _box(wall, x, base - tall, x + thick, base, rng.uniform(50, 170) + rng.uniform(-45, 45, 3))
            x += thick + 1
        _box(wall, 0, base, width, base + height // 40, np.array([95.0, 70.0, 50.0]))


def _panelled(wall: Floats, rng: np.random.Generator) -> None:
    """A lower half in another colour, with a rail."""
    height, width = wall.shape[:2]
    rail = int(height * rng.uniform(0.35, 0.6))
    _box(wall, 0, rail, width, height, rng.uniform(50, 190) + rng.uniform(-35, 35, 3))
    _box(wall, 0, rail, width, rail + height // 40, np.full(3, rng.uniform(180, 230)))


def _striped(wall: Floats, rng: np.random.Generator) -> None:
    """Broad vertical stripes, like a curtain."""
    width = wall.shape[1]
    waves = np.sin(np.linspace(0, 2 * np.pi * rng.uniform(5, 11), width) + rng.uniform(0, 6))
    wall *= (1 + rng.uniform(0.06, 0.16) * waves)[None, :, None].astype(np.float32)


def _pictures(wall: Floats, rng: np.random.Generator) -> None:
    """Two framed pictures."""
    height, width = wall.shape[:2]
    for middle in (rng.uniform(0.06, 0.2), rng.uniform(0.8, 0.94)):
        x, y = int(width * middle), int(height * rng.uniform(0.15, 0.35))
        wide, high = int(width * rng.uniform(0.06, 0.1)), int(height * rng.uniform(0.1, 0.17))
        _box(wall, x - wide, y - high, x + wide, y + high, np.full(3, rng.uniform(20, 70)))
        border = width // 80
        _box(wall, x - wide + border, y - high + border, x + wide - border, y + high - border, rng.uniform(60, 220, 3))


def _box(wall: Floats, left: int, top: int, right: int, bottom: int, colour: Floats) -> None:
    wall[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = colour


ROOMS: tuple[Room, ...] = (_plain, _window, _striped, _shelf, _panelled, _pictures, _striped)
"""Seven, an odd number, so that a room does not always go with the same one of the two portraits."""
