"""Stored faces of interviews, drawn at random: what is in them makes nothing faster or slower."""

from __future__ import annotations

import numpy as np

from expressiveness.faces import FaceStore, FaceTable


def stored_faces(interviews, folder, count):
    """A store with `count` faces of each interview, one on every fifth frame."""
    store = FaceStore(folder)
    store.write_config()
    for seed, interview in enumerate(interviews):
        store.save(interview, face_table(count, seed))
    return store


def face_table(count, seed=0):
    random = np.random.default_rng(seed)
    numbers = 1 + 5 * np.arange(count, dtype=np.int32)
    person = random.integers(0, 256, (48, 48))
    return FaceTable(
        frame_number=numbers,
        seconds=(numbers - 1) / 30,
        box=np.tile(np.float32([0.3, 0.2, 0.4, 0.5]), (count, 1)),
        score=random.random(count, dtype=np.float32),
        keypoints=random.random((count, 6, 2), dtype=np.float32),
        face_index=np.zeros(count, dtype=np.int32),
        crop=np.clip(person + random.normal(0, 15, (count, 48, 48)), 0, 255).astype(np.uint8),
        sampled_number=numbers,
        sampled_seconds=(numbers - 1) / 30,
    )
