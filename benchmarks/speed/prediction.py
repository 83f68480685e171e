"""Predicting from stored faces: read, prepare, run the network, sum up; against the network alone on one array."""

from __future__ import annotations

import numpy as np

from benchmarks.speed.clips import interview_clip, interviews_of
from benchmarks.speed.faces import stored_faces
from benchmarks.speed.rows import Row, seconds
from expressiveness.models import network_input, predict_interviews, reference_face
from tests.random_model import random_model

VIDEOS, FACES, TURNS = 20, 156, 15
"""RecruitView's clips last 26 s on average: 156 faces at every fifth frame."""
TOLERANCE = 1e-4


def turns(clip, folder):
    interviews = interviews_of(interview_clip(clip, folder / "clip.mp4", seconds=1), folder / "all", VIDEOS)
    store = stored_faces(interviews, folder / "faces", FACES)
    model = random_model("deviation")
    array = np.concatenate([prepared(store.load(interview)) for interview in interviews])

    def ours():
        return np.concatenate([one.value.probabilities for one in predict_interviews(model, interviews, store)])

    assert np.abs(ours() - model.model.network.predict(array, verbose=0)).max() < TOLERANCE
    for _ in range(TURNS):
        yield seconds(lambda: model.model.network.predict(array, verbose=0)), seconds(ours)


def prepared(faces):
    return network_input(faces.crop, reference_face(faces, "deviation"), "deviation")


ROW = Row(
    what=f"predicting {VIDEOS * FACES} stored faces of {VIDEOS} videos, the whole way from the files",
    ways=("one model.predict over the faces in an array", "predict_interviews"),
    bound=">=",
    target=1.5,
    turns=turns,
)
