"""A dataset as large as the review must bear; its labels are made up, and written as those of a run are."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction

import numpy as np

from expressiveness.data import CATEGORIES, TARGETS, Thresholds
from expressiveness.faces import FaceTable
from expressiveness.models import FramePredictions

NAME = "review-benchmark"
RUN = "cnn_1"
VIDEOS, FRAMES, EVERY = 2_000, 500, 5
PER_PERSON, HELD_OUT = 5, 0.2  # videos, share of people
CHUNK = 16  # videos written at once, as `predict` does
FPS = 30


def made(home):
    """The dataset: interviews, the faces on every fifth frame, and one run."""
    import fiftyone as fo

    from fiftyone_plugin import fields
    from fiftyone_plugin.dataset import register_run
    from fiftyone_plugin.labels import write_faces, write_predictions
    from fiftyone_plugin.truth import Truth

    random = np.random.default_rng(0)
    video = grey_video(home / "video.mp4")
    dataset = fo.Dataset(NAME, persistent=True)
    fields.declare_interview_fields(dataset)
    dataset.add_samples([_sample(number, video, random) for number in range(VIDEOS)], progress=False)
    config = {"model": "notebook_cnn", "target": "facial_expression"}
    record = {"config": config, "thresholds": asdict(Thresholds()), "history": {}, "evaluation": None}
    register_run(dataset, RUN, record, home)
    run_fields = fields.declare_run_fields(dataset, RUN)
    ids, categories = dataset.values(["id", f"{fields.CATEGORY}.label"])
    dataset.set_values(run_fields.split, ["test" if n < VIDEOS * HELD_OUT else "train" for n in range(VIDEOS)])
    for start in range(0, VIDEOS, CHUNK):
        truth = dict(zip(ids[start : start + CHUNK], categories[start : start + CHUNK], strict=True))
        said = {key: _predictions(CATEGORIES.index(category), random) for key, category in truth.items()}
        write_faces(dataset, {key: _faces(one) for key, one in said.items()}, truth)
        write_predictions(dataset, run_fields, said, {key: Truth(category) for key, category in truth.items()})
        print(f"{min(start + CHUNK, VIDEOS)} of {VIDEOS} videos", flush=True)
    return dataset


def grey_video(path):
    """A small video with as many frames as the labels are about."""
    import av

    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(FRAMES * EVERY):
            picture = np.full((240, 320, 3), number % 200, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def _sample(number, video, random):
    import fiftyone as fo

    total = FRAMES * EVERY
    return fo.Sample(
        filepath=str(video),
        metadata=fo.VideoMetadata(
            mime_type="video/mp4",
            frame_width=320,
            frame_height=240,
            frame_rate=FPS,
            total_frame_count=total,
            duration=total / FPS,
        ),
        interview_id=f"{number + 1:04}",
        participant=str(number // PER_PERSON),
        question_id=str(number % 76),
        question=f"Question {number % 76}",
        duration="medium",
        video_quality="High",
        transcript="",
        category=fo.Classification(label=CATEGORIES[random.integers(3)]),
        **dict(zip(TARGETS, random.normal(size=len(TARGETS)).tolist(), strict=True)),
    )


def _predictions(truth, random):
    """Mostly right, and wrong for some seconds at a time, as networks are."""
    drift = np.convolve(random.normal(size=FRAMES + 24), np.full(25, 0.2), mode="valid")
    logits = random.normal(scale=0.4, size=(FRAMES, 3))
    logits[:, truth] += 1.0 + drift
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    mean = probabilities.mean(axis=0)
    numbers = np.arange(1, FRAMES * EVERY + 1, EVERY, dtype=np.int32)
    return FramePredictions(
        frame_number=numbers,
        seconds=(numbers - 1) / FPS,
        box=np.tile(np.float32([0.3, 0.2, 0.4, 0.5]), (FRAMES, 1)),
        probabilities=probabilities.astype(np.float32),
        frames_without_face=0,
        category=CATEGORIES[int(mean.argmax())],
        score=float(mean @ (-0.9, 0.0, 0.9)),
        confidence=float(mean.max()),
    )


def _faces(predictions):
    """The faces that the predictions are of."""
    count = len(predictions.frame_number)
    return FaceTable(
        frame_number=predictions.frame_number,
        seconds=predictions.seconds,
        face_index=np.zeros(count, np.int32),
        score=np.full(count, 0.9, np.float32),
        box=predictions.box,
        keypoints=np.zeros((count, 6, 2), np.float32),
        crop=np.zeros((count, 48, 48), np.uint8),
        sampled_number=predictions.frame_number,
        sampled_seconds=predictions.seconds,
    )
