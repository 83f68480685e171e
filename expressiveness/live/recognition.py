"""Recognise one frame after another as they come, with what was seen before in mind."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

from expressiveness._io import silenced
from expressiveness.faces import CROP_SIZE, Face, detector_of, face_crop, largest_first
from expressiveness.live.smoothing import RestingFace, Smoothing
from expressiveness.models import JudgesFaces, TrainedModel
from expressiveness.types import Pixels
from expressiveness.video import Frame

SETTLING_SECONDS = 1.0
"""How long a face must be seen before its deviation from its mean look means anything."""
AWAY_SECONDS = 2.0
"""A face that was away for longer may be another person's: what was known of it is forgotten."""


_NO_REST = np.zeros((CROP_SIZE, CROP_SIZE), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """What is seen on one frame."""

    seconds: float
    faces: tuple[Face, ...]  # the primary one, whose probabilities these are, first
    probabilities: npt.NDArray[np.float64] | None  # (3,) smoothed; None without a face, or while it settles


class Recogniser:
    """Finds the primary face of each frame and classifies it; frames must come in order.

    A network that takes deviations is given each crop's deviation from the face's mean look so far, where training
    takes the mean over the whole clip.

    Raises:
        DetectorError: the detector's model files are not installed.
        ModelError: the model cannot judge single faces.
    """

    def __init__(self, model: TrainedModel) -> None:
        self._judge: JudgesFaces = model.able_to("single faces")
        self._align = model.extraction.align
        self._open = ExitStack()
        with silenced():
            self._detector = self._open.enter_context(detector_of(model.extraction))
            self._detector.detect(np.zeros((64, 64, 3), dtype=np.uint8))
        # Compiled now: the first frame would otherwise wait for it, and those behind it be dropped.
        self._judge.probabilities(np.zeros((1, CROP_SIZE, CROP_SIZE), np.uint8), _NO_REST)
        self._seen = -math.inf
        self._smoothing, self._resting = Smoothing(), RestingFace()

    def recognise(self, frame: Frame) -> Recognition:
        """Recognise the next frame."""
        faces = largest_first(self._detector.detect(frame.rgb))
        if not faces:
            return Recognition(frame.seconds, (), None)
        if frame.seconds - self._seen > AWAY_SECONDS:
            self._smoothing, self._resting = Smoothing(), RestingFace()
        self._seen = frame.seconds
        crop = face_crop(frame.rgb, faces[0], align=self._align)
        return Recognition(frame.seconds, faces, self._probabilities(frame.seconds, crop))

    def _probabilities(self, seconds: float, crop: Pixels) -> npt.NDArray[np.float64] | None:
        rest = _NO_REST
        if self._judge.needs_rest:
            rest = self._resting.update(seconds, crop)
            if self._resting.known_for() < SETTLING_SECONDS:
                return None
        return self._smoothing.update(seconds, self._judge.probabilities(crop[np.newaxis], rest)[0])

    def __enter__(self) -> Recogniser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
