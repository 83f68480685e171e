"""Classify live frames in order, using what was seen before."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from expressiveness._io import silenced
from expressiveness.faces import Face, Tracker, detector_of, largest_first
from expressiveness.live.judges import judge_of
from expressiveness.live.smoothing import Smoothing
from expressiveness.models import TrainedModel
from expressiveness.movement import Neutral
from expressiveness.video import Frame

AWAY_SECONDS = 2.0
"""After a longer absence the face may be another person's, so its history is forgotten."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """The result for one frame."""

    seconds: float
    faces: tuple[Face, ...]  # the primary one first; `probabilities` are for it
    probabilities: npt.NDArray[np.float64] | None  # (3,) smoothed; None without a face, or until enough has been seen


class Recogniser:
    """Follows one person's face, the largest to begin with, and classifies it; frames must come in order.

    Raises:
        DetectorError: the detector's model files are not installed.
        ModelError: the model cannot judge live frames.
    """

    def __init__(self, model: TrainedModel, neutral: Neutral | None = None) -> None:
        self._open = ExitStack()
        with silenced():
            self._judge = judge_of(model, neutral)
            self._detector = self._open.enter_context(detector_of(model.extraction))
            self._detector.detect(np.zeros((64, 64, 3), dtype=np.uint8))
        self._seen = -math.inf
        self._tracker = Tracker()
        self._followed: int | None = None  # the track of the person who is classified
        self._smoothing = Smoothing()

    def recognise(self, frame: Frame) -> Recognition:
        """Recognise the next frame."""
        faces = largest_first(self._detector.detect(frame.rgb))
        tracks = self._tracker.follow(frame.seconds, [face.box for face in faces])
        if faces and frame.seconds - self._seen > AWAY_SECONDS:
            self._followed = tracks[0]
            self._smoothing = Smoothing()
            self._judge.forget()
        if self._followed not in tracks:
            return Recognition(frame.seconds, faces, None)
        self._seen = frame.seconds
        followed = faces[tracks.index(self._followed)]
        said = self._judge.judge(frame, followed)
        smoothed = None if said is None else self._smoothing.update(frame.seconds, said)
        return Recognition(frame.seconds, (followed, *(face for face in faces if face is not followed)), smoothed)

    def __enter__(self) -> Recogniser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
