"""The movement model as a family: judges how a face moves over a video, and trains in seconds."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from expressiveness._io import read_bounded
from expressiveness.errors import ModelError, TrainingError
from expressiveness.intensity import Reasons, frame_intensity, reasons_of
from expressiveness.models.base import Ability, Clip, Input, NoOptions
from expressiveness.models.by_movement.fitted_movement import (
    LEAST_PEOPLE,
    FittedMovement,
    features_of,
    fit_movement,
    held_out_levels,
)
from expressiveness.models.by_movement.refinement import LabelledFrames, refined
from expressiveness.models.conformal import HeldOut
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.record import read_record
from expressiveness.models.training import LabelledClip, TrainingData
from expressiveness.movement import Movement, Neutral
from expressiveness.types import Floats, Progress
from expressiveness.wording import counted

logger = logging.getLogger(__name__)

LEAST_INTERVIEWS = 4
NUMBERS = "movement.json"
MAX_NUMBERS_BYTES = 2**20


class MovementModel:
    """Judges a video by how its face moves, and each frame by how far it is from neutral.

    A video that shows too little of a face is not judged.
    """

    label: ClassVar[str] = "Movement: judges a video by how its face moves, a frame by its intensity; reads videos once"
    judges: ClassVar[str] = "movement for the video, intensity for the frame"
    needs: ClassVar[frozenset[Input]] = frozenset({"faces", "movement"})
    can: ClassVar[frozenset[Ability]] = frozenset({"moving faces", "reasons"})
    Options: ClassVar[type] = NoOptions
    _sees = (
        "The model sees how the face moves over a video: the variance of its expressions and shape, how fast the head "
        "turns, and how far its frames are from neutral. A frame's level is its video's, plus the deviation of its own "
        "intensity from the video's mean; the intensity model was trained on rendered faces."
    )

    def __init__(self, options: NoOptions | None = None, fitted: FittedMovement | None = None) -> None:
        self.options = options or NoOptions()
        self.history: dict[str, list[float]] = {}
        self.held_out: HeldOut | None = None
        self._fitted = fitted

    @property
    def sees(self) -> str:
        """What the model looks at, and on how many labelled frames it was refined."""
        if self._fitted is None or self._fitted.refined_on is None:
            return self._sees
        frames, people = self._fitted.refined_on
        return (
            f"{self._sees} Its frames were refined on {counted(frames, 'frame')} of {people} people, labelled by hand."
        )

    @property
    def fitted(self) -> FittedMovement:
        """The learned parameters.

        Raises:
            ModelError: it is not trained yet.
        """
        if self._fitted is None:
            raise ModelError("this model is not trained yet; train it first")
        return self._fitted

    def fit(self, data: TrainingData, *, progress: Progress | None = None, log_folder: Path | None = None) -> Self:
        """Train in seconds. There is no early stopping, so the validation set is used for training, too.

        Raises:
            TrainingError: too few interviews show enough of a face.
        """
        del progress, log_folder  # there are no epochs
        clips = list(data.clips("train", "validation"))
        if len(clips) < LEAST_INTERVIEWS:
            raise TrainingError(
                f"{len(clips)} interviews show enough of a face to train on, {LEAST_INTERVIEWS} are needed; "
                "add interviews"
            )
        features = np.array([features_of(clip.movement, clip.neutral) for clip in clips if clip.movement])
        scores, categories = np.array([clip.score for clip in clips]), np.array([clip.category for clip in clips])
        people = [clip.interview.participant for clip in clips]
        levels = held_out_levels(features, scores, people, seed=data.config.seed)
        fitted = fit_movement(features, scores, categories, people, levels=levels)
        self._fitted = refined(fitted, _labelled_frames(clips, levels), seed=data.config.seed)
        truth = [data.thresholds.index(clip.interview.scores[data.config.target]) for clip in clips]
        self.held_out = HeldOut(self._fitted.calibration.probabilities(levels), np.array(truth), tuple(people))
        if self._fitted.unlearned:
            logger.warning(
                "%d people are too few to train on: movement is judged by a fixed measure, and only its calibration is "
                "learned; %d people are enough",
                self._fitted.people,
                LEAST_PEOPLE,
            )
        return self

    def predict(self, clip: Clip) -> FramePredictions:
        """Judge a clip.

        Raises:
            ModelError: the clip comes without its movement.
        """
        movement, primary = clip.movement, clip.faces.primary()
        if movement is None:
            raise ModelError("this model judges movement: give the clip its movement (movement.read_movement)")
        if movement.doubt or not len(primary):
            return clip.unjudged(movement.doubt if len(primary) else None)
        fitted, intensity = self.fitted, frame_intensity().log_intensity(movement, clip.neutral)
        level = fitted.levels(features_of(movement, clip.neutral, log_intensity=intensity)[np.newaxis])
        levels = np.interp(primary.seconds, movement.seconds, fitted.frame_levels(intensity, float(level[0])))
        score = float(fitted.calibration.score(level)[0])
        return clip.judged(
            fitted.frame_calibration.probabilities(levels),
            score=score,
            video=fitted.calibration.probabilities(level)[0],
            levels=levels.astype(np.float32),
            offsets=(fitted.calibration.score(levels) - score).astype(np.float32),
        )

    def reasons(self, clip: Clip) -> Reasons:
        """Say which part of the face and which seconds made a clip expressive."""
        if clip.movement is None:
            raise ModelError("this model judges movement: give the clip its movement (movement.read_movement)")
        return reasons_of(clip.movement, clip.neutral)

    def now(self, movement: Movement, neutral: Neutral | None = None) -> npt.NDArray[np.float32]:
        """Judge the last frame of the movement so far; the neutral face is estimated from it if None."""
        intensity = frame_intensity().log_intensity(movement, neutral)
        level = float(self.fitted.levels(features_of(movement, log_intensity=intensity)[np.newaxis])[0])
        frames = self.fitted.frame_levels(intensity, level)
        return np.asarray(self.fitted.frame_calibration.probabilities(frames[-1:])[0])

    def save(self, folder: Path) -> None:
        """Write the numbers."""
        (folder / NUMBERS).write_text(json.dumps(asdict(self.fitted), indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path, options: NoOptions) -> Self:
        """Read the numbers; in format 1 they are in the model's record.

        Raises:
            ModelError: they are missing or damaged.
        """
        file = folder / NUMBERS
        record = read_record(folder)
        values = record["movement"] if record["format"] == 1 else _numbers_of(file)
        try:
            return cls(options, FittedMovement.from_dict(values))
        except ModelError as error:
            raise ModelError(f"the numbers of {folder} are damaged ({error}); train again") from error
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"the numbers of {folder} are damaged ({error!r}); train again") from error


def _labelled_frames(clips: Sequence[LabelledClip], levels: Floats) -> LabelledFrames:
    """The frames of clips that people labelled, given the level of each clip."""
    level, deviation, category, people = [], [], [], []
    for clip, of_clip in zip(clips, levels.tolist(), strict=True):
        if clip.movement is not None and clip.labelled.any():
            intensity = frame_intensity().log_intensity(clip.movement, clip.neutral)
            seconds = clip.faces.seconds[clip.labelled]
            deviation += np.interp(seconds, clip.movement.seconds, intensity - intensity.mean()).tolist()
            category += clip.face_category[clip.labelled].tolist()
            level += [of_clip] * len(seconds)
            people += [clip.interview.participant] * len(seconds)
    return LabelledFrames(np.array(level), np.array(deviation), np.array(category, dtype=np.int64), tuple(people))


def _numbers_of(file: Path) -> Any:
    try:
        return json.loads(read_bounded(file, most=MAX_NUMBERS_BYTES))
    except FileNotFoundError as error:
        raise ModelError(f"{file} is missing; copy the whole model folder, or train again") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file} is damaged ({error}); copy the model again, or train again") from error
