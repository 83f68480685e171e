"""Made-up movement for tests."""

import numpy as np

from expressiveness.movement import BLENDSHAPES, LANDMARKS, RATE, Movement, movement_of


def movement(blendshapes, *, landmarks=None, rotation=None, size=100.0, frames=None) -> Movement:
    """Movement of blendshapes of shape (n, 52) at 10 Hz, of `frames` frames looked at; else a face that holds still."""
    still = np.random.default_rng(0).random((LANDMARKS, 3))
    rows = [
        (
            number + 1,
            number / RATE,
            values,
            still if landmarks is None else landmarks[number],
            np.zeros(3) if rotation is None else rotation[number],
            size,
        )
        for number, values in enumerate(blendshapes)
    ]
    return movement_of(rows, [(number + 1, number / RATE) for number in range(frames or len(rows))])


def drawn(seed: int = 0, frames: int = 30) -> np.ndarray:
    """Blendshapes at random, shape (frames, 52)."""
    return np.random.default_rng(seed).random((frames, len(BLENDSHAPES)), np.float32) / 4
