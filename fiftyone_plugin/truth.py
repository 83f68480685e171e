"""The truth that predictions are compared with, and a video's resulting stretches and accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from bson import ObjectId

from expressiveness.data import CATEGORIES, Thresholds
from expressiveness.models import JudgedFrames

from .fields import CONFIDENT, UNCERTAIN

Document = dict[str, Any]


class Truth:
    """The true category of a video and its frames: decided by a reviewer, or else derived from the score."""

    def __init__(
        self,
        video: str,
        frames: Mapping[int, str] | None = None,
        *,
        score: float | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        """Combine what is known.

        Args:
            video: the video's category.
            frames: categories set by reviewers, by frame number.
            score: the score that gives the video's category; None if a reviewer set the category.
            thresholds: between the categories.
        """
        self.video = video
        self.frames = frames or {}
        self._score, self._thresholds = score, thresholds

    def of_frame(self, number: int, offset: float | None = None) -> str:
        """The true category of a frame's primary face.

        Args:
            number: frame number.
            offset: of the frame's score from the video's, so that a calm moment in a lively answer counts as calm; if
            None, the frame has the video's category.
        """
        if number in self.frames:
            return self.frames[number]
        if offset is None or self._score is None or self._thresholds is None:
            return self.video
        return self._thresholds.category(self._score + offset)

    def by_video_alone(self) -> Truth:
        """The same, but a frame without a decision has its video's category, whatever the face does in it."""
        return Truth(self.video, self.frames)

    def of_frames(self, frames: JudgedFrames) -> list[str]:
        """The true categories of the primary faces of n frames."""
        numbers = frames.frame_number.tolist()
        offsets = [None] * len(numbers) if frames.offsets is None else frames.offsets.tolist()
        return [self.of_frame(*pair) for pair in zip(numbers, offsets, strict=True)]


def stretches(predictions: JudgedFrames, truth: Truth) -> list[Document]:
    """Summarise a video's frames as stretches of time with one predicted and one true category.

    Only sampled frames are judged; each category is assumed to hold until the next judged frame.

    Returns:
        The labels of a `fo.TemporalDetections`, as MongoDB documents: `support` in frames, both ends included; the mean
        `confidence`; the number of `judged` frames, and how many of them are `confident` and `uncertain`.
    """
    numbers = predictions.frame_number
    gaps = np.diff(numbers, append=numbers[-1:] + 1)  # the last one counts only for itself
    step = int(np.median(gaps[:-1])) if len(gaps) > 1 else 1
    held = np.where(gaps < 2 * step, gaps, step)
    ranked = np.sort(predictions.probabilities, axis=1)
    rows = zip(
        numbers.tolist(),
        (numbers + held - 1).tolist(),
        predictions.category_index.tolist(),
        ranked[:, -1].tolist(),
        (ranked[:, -1] - ranked[:, -2]).tolist(),
        truth.of_frames(predictions),
        strict=True,
    )
    found: list[Document] = []
    for first, last, index, confidence, margin, true in rows:
        stretch = _stretch(CATEGORIES[index], true, [first, last], confidence, margin)
        if not found or not _extended(found[-1], stretch):
            found.append(stretch)
    return found


def _stretch(label: str, truth: str, support: list[int], confidence: float, margin: float) -> Document:
    """A stretch with a single judged frame."""
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
    """Merge a frame's stretch into the previous one if it continues it."""
    goes_on = stretch["support"][1] == following["support"][0] - 1
    if not goes_on or (stretch["label"], stretch["truth"]) != (following["label"], following["truth"]):
        return False
    stretch["support"][1] = following["support"][1]
    for count in ("judged", "confident", "uncertain"):
        stretch[count] += following[count]
    stretch["confidence"] += (following["confidence"] - stretch["confidence"]) / stretch["judged"]
    return True


def temporal(detections: list[Document]) -> Document:
    """Wrap stretches in a `fo.TemporalDetections` document."""
    return {"_cls": "TemporalDetections", "detections": detections}


def accuracy(predictions: JudgedFrames, truth: Truth) -> float | None:
    """The share of a video's judged frames that were classified correctly; None if there are none."""
    if not len(predictions.frame_number):
        return None
    right = [
        CATEGORIES[index] == true
        for index, true in zip(predictions.category_index.tolist(), truth.of_frames(predictions), strict=True)
    ]
    return float(np.mean(right))
