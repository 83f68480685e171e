"""Made-up movement for tests."""

from pathlib import Path

import numpy as np

from expressiveness.data import Interview
from expressiveness.faces import FaceStore
from expressiveness.movement import BLENDSHAPES, Movement, MovementStore, movement_of
from expressiveness.movement.movement_table import LANDMARKS, RATE
from tests.interviews import interview
from tests.unit.faces.test_face_table import table


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


def acted(amplitude: float, *, seed: int = 0, frames: int = 30) -> Movement:
    """A face that smiles, raises its brows, changes its shape and turns its head, all as far as `amplitude` says."""
    random = np.random.default_rng(seed)
    waves = np.sin(np.linspace(0, 12, frames) + random.uniform(0, 6, (3, 1))) ** 2
    blendshapes = np.abs(random.normal(0, 0.002, (frames, len(BLENDSHAPES))))
    for name in ("mouthSmileLeft", "mouthSmileRight"):
        blendshapes[:, BLENDSHAPES.index(name)] += 0.6 * amplitude * waves[0]
    blendshapes[:, BLENDSHAPES.index("browInnerUp")] += 0.5 * amplitude * waves[1]
    landmarks = np.repeat(np.random.default_rng(0).random((1, LANDMARKS, 3)), frames, axis=0)
    landmarks[:, :20, 1] += 0.05 * amplitude * waves[0][:, np.newaxis]
    rotation = 8 * amplitude * waves[2][:, np.newaxis] * np.ones(3)
    return movement(blendshapes, landmarks=landmarks, rotation=rotation)


def stored_interviews(folder: Path, *, people: int = 8, clips: int = 4) -> tuple[list[Interview], FaceStore]:
    """Interviews whose faces and movement are stored, the movement as their scores say; their videos hold nothing."""
    store, random = FaceStore(folder / "faces"), np.random.default_rng(0)
    store.write_config()
    amplitudes = random.permutation(np.linspace(0.05, 1, people * clips))
    interviews = []
    for number, amplitude in enumerate(amplitudes):
        video = folder / f"{number}.mp4"
        video.write_bytes(str(number).encode())
        score = float(3 * amplitude - 1.5)
        interviews.append(interview(number + 1, video=video, person=str(number % people), score=score))
        store.save(interviews[-1], table(*[1] * 6))
        MovementStore(store.root).save(interviews[-1], acted(amplitude, seed=number))
    return interviews, store
