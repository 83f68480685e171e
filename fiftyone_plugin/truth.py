"""The truth that predictions are compared with, and what follows for a video: its stretches, its accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from bson import ObjectId

from expressiveness.data import CATEGORIES
from expressiveness.models import JudgedFrames

from .fields import CONFIDENT, UNCERTAIN

Document = dict[str, Any]


class Truth:
    """The category of a video, and of the frames where a person decided otherwise."""

    def __init__(self, video: str, frames: Mapping[int, str] | None = None) -> None:
        self.video = video
        self.frames = frames or {}

    def of_frame(self, number: int) -> str:
        """The category that holds for a frame's primary face."""
        return self.frames.get(number, self.video)


def stretches(predictions: JudgedFrames, truth: Truth) -> list[Document]:
    """Sum a video's frames up as stretches of time with one predicted category and one true one.

    Only the sampled frames are judged; each one's category is taken to hold until the next sample, face or no face.

    Returns:
        The labels of a `fo.TemporalDetections`, as MongoDB stores them: `support` in frames, both ends included;
        `confidence`, the mean; `judged`, how many frames that is over, and how many of them are `confident` and
        `uncertain`.
    """
    numbers = predictions.frame_number
    gaps = np.diff(numbers, append=numbers[-1:] + 1)  # nothing is known past the last one
    step = int(np.median(gaps[:-1])) if len(gaps) > 1 else 1
    held = np.where(gaps < 2 * step, gaps, step)
    ranked = np.sort(predictions.probabilities, axis=1)
    rows = zip(
        numbers.tolist(),
        (numbers + held - 1).tolist(),
        predictions.category_index.tolist(),
        ranked[:, -1].tolist(),
        (ranked[:, -1] - ranked[:, -2]).tolist(),
        strict=True,
    )
    found: list[Document] = []
    for first, last, index, confidence, margin in rows:
        stretch = _stretch(CATEGORIES[index], truth.of_frame(first), [first, last], confidence, margin)
        if not found or not _extended(found[-1], stretch):
            found.append(stretch)
    return found


def _stretch(label: str, truth: str, support: list[int], confidence: float, margin: float) -> Document:
    """A stretch of one judged frame."""
    return {
        "_id": ObjectId(),
        "_cls": "TemporalDetection",
        "tags": [],
        "label": label,
        "support": support,
        "confidence": confidence,
        "truth": truth,
        "correct": label == truth,
        "judged": 1,
        "confident": int(confidence >= CONFIDENT),
        "uncertain": int(margin <= UNCERTAIN),
    }


def _extended(stretch: Document, following: Document) -> bool:
    """Merge a frame's stretch into the one before, if it continues it."""
    goes_on = stretch["support"][1] == following["support"][0] - 1
    if not goes_on or (stretch["label"], stretch["truth"]) != (following["label"], following["truth"]):
        return False
    stretch["support"][1] = following["support"][1]
    for count in ("judged", "confident", "uncertain"):
        stretch[count] += following[count]
    stretch["confidence"] += (following["confidence"] - stretch["confidence"]) / stretch["judged"]
    return True


def temporal(detections: list[Document]) -> Document:
    """Stretches as the label that holds them."""
    return {"_cls": "TemporalDetections", "detections": detections}


def accuracy(predictions: JudgedFrames, truth: Truth) -> float | None:
    """The share of a video's frames that were classified right; None where none shows a face."""
    if not len(predictions.frame_number):
        return None
    right = [
        CATEGORIES[index] == truth.of_frame(number)
        for number, index in zip(predictions.frame_number.tolist(), predictions.category_index.tolist(), strict=True)
    ]
    return float(np.mean(right))
