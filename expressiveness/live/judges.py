"""Judge the face in each frame as it arrives: by its look, or by how it has moved so far."""

from __future__ import annotations

import math
from collections import deque
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from expressiveness.faces import CROP_SIZE, Box, Face, face_crop
from expressiveness.live.smoothing import REST_SECONDS, RestingFace
from expressiveness.models import JudgesFaces, JudgesMoments, TrainedModel
from expressiveness.movement import RATE, Neutral, landmarker_of_process, movement_of
from expressiveness.video import Frame

SETTLING_SECONDS = 1.0
"""How long a face must be seen before its deviation from the mean is meaningful."""

Probabilities = npt.NDArray[np.floating]


class Judge(Protocol):
    """Judges frames in order."""

    def judge(self, frame: Frame, face: Face) -> Probabilities | None:
        """The probabilities of the categories, shape (3,); None until enough has been seen."""

    def forget(self) -> None:
        """Start over, as the face may be another person's."""


def check_live(model: TrainedModel) -> None:
    """Check, before anything is opened, that a model can judge live frames.

    Raises:
        ModelError: it cannot.
    """
    if "moving faces" not in model.model.can:
        model.able_to("single faces")


def judge_of(model: TrainedModel, neutral: Neutral | None = None) -> Judge:
    """The judge for a model, given the person's neutral face if it is known.

    Raises:
        ModelError: the model cannot judge live frames.
    """
    if "moving faces" in model.model.can:
        return MovementJudge(model.able_to("moving faces"), neutral)
    return LookJudge(model.able_to("single faces"), align=model.extraction.align)


class LookJudge:
    """Judges single faces.

    If the network takes deviations, they are from the face's mean so far; in training, from the mean of the whole clip.
    """

    def __init__(self, model: JudgesFaces, *, align: bool) -> None:
        self._model, self._align = model, align
        self._resting = RestingFace()
        # Compile the network now, or the first frame would have to wait for it.
        self._model.probabilities(np.zeros((1, CROP_SIZE, CROP_SIZE), np.uint8), _NO_REST)

    def judge(self, frame: Frame, face: Face) -> Probabilities | None:
        """Judge the face's crop."""
        crop, rest = face_crop(frame.rgb, face, align=self._align), _NO_REST
        if self._model.needs_rest:
            rest = self._resting.update(frame.seconds, crop)
            if self._resting.known_for() < SETTLING_SECONDS:
                return None
        return np.asarray(self._model.probabilities(crop[np.newaxis], rest)[0])

    def forget(self) -> None:
        """Forget the face's mean."""
        self._resting = RestingFace()


class MovementJudge:
    """Judges how a face has moved in the last `REST_SECONDS`, ten times a second."""

    def __init__(self, model: JudgesMoments, neutral: Neutral | None = None) -> None:
        self._model, self._neutral = model, neutral
        self._landmarker = landmarker_of_process()
        self._sampled: deque[tuple[int, float]] = deque(maxlen=round(REST_SECONDS * RATE))
        self._rows: deque[tuple[Any, ...]] = deque()
        self._said: Probabilities | None = None
        self._due = -math.inf  # when to look again, in seconds

    def judge(self, frame: Frame, face: Face) -> Probabilities | None:
        """Judge the moment of a frame; between two judgements, repeat the last one."""
        if frame.seconds < self._due:
            return self._said
        # Due times are on a grid, so that 15 frames per second are also read at 10 Hz; a gap restarts the grid.
        self._due = max(self._due, frame.seconds - 1 / RATE) + 1 / RATE
        self._sampled.append((frame.number, frame.seconds))
        if found := self._landmarker.read(frame.rgb):
            *read, _ = min(found, key=lambda one: _distance(one.box, face.box))
            self._rows.append((frame.number, frame.seconds, *read))
        while self._rows and self._rows[0][0] < self._sampled[0][0]:
            self._rows.popleft()
        movement = movement_of(list(self._rows), list(self._sampled))
        self._said = None if movement.doubt else self._model.now(movement, self._neutral)
        return self._said

    def forget(self) -> None:
        """Forget how the face has moved."""
        self._sampled.clear()
        self._rows.clear()
        self._said, self._due = None, -math.inf


def _distance(box: Box, other: Box) -> float:
    """Between the middles of two faces, as shares of the frame."""
    return math.hypot(*(box[side] + box[side + 2] / 2 - other[side] - other[side + 2] / 2 for side in (0, 1)))


_NO_REST = np.zeros((CROP_SIZE, CROP_SIZE), dtype=np.float32)
