"""The most memory that training the network holds: 3,140,000 faces against 314,000, the number that RecruitView gives.

The tables are links to a few that were drawn at random: what is in them takes no more or less memory. Few faces of a
clip are learned from and few clips validated on, which takes less time and no less memory.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
from concurrent.futures import ProcessPoolExecutor

from benchmarks.speed.faces import face_table
from benchmarks.speed.rows import Row, peak_megabytes
from expressiveness.data import TARGETS, Interview
from expressiveness.faces import FaceStore
from expressiveness.models import TrainingConfig

TURNS, INTERVIEWS, FACES, DIFFERENT = 1, 2011, 156, 20


def turns(_clip, folder):
    stores = [linked_store(folder / str(count), count) for count in (10 * FACES, FACES)]
    for _ in range(TURNS):
        many, few = (_peak(*one) for one in stores)
        yield many, few


def linked_store(folder, faces):
    """Interviews with so many faces each; their videos and tables are links."""
    store = FaceStore(folder / "faces")
    store.write_config()
    video = folder / "video.mp4"
    video.write_bytes(b"not read")
    interviews = [
        Interview(f"{number:04}", video, str(number // 6), dict.fromkeys(TARGETS, (number % 5 - 2) / 2))
        for number in range(INTERVIEWS)
    ]
    for number, interview in enumerate(interviews):
        if number < DIFFERENT:
            store.save(interview, face_table(faces, number))
        else:
            os.link(store.path(interviews[number % DIFFERENT]), store.path(interview))
    return interviews, store


def _peak(interviews, store):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(_train, interviews, store).result()


def _train(interviews, store):
    from expressiveness.models import train

    options = {"epochs": 1, "faces_per_clip": 4}
    train(interviews, store, TrainingConfig(model="notebook_cnn", validation_share=0.02, options=options))
    return peak_megabytes(resource.RUSAGE_SELF)


ROW = Row(
    what=f"peak memory of training the network for an epoch: {10 * INTERVIEWS * FACES:,} faces against a tenth",
    ways=(f"{INTERVIEWS:,} interviews with {10 * FACES:,} faces", f"with {FACES} faces"),
    bound="<=",
    target=1.1,
    turns=turns,
    unit="MB",
)
