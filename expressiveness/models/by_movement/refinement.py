"""Refine how the movement model judges frames, on single frames that people labelled.

Without labels, how far a frame's intensity moves its level and where its categories part are carried over from videos.
Labelled frames say both directly; they count the more, up to a half, the more there are. The order of a video's frames
never changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from expressiveness.models.by_movement.calibration import Calibration, calibrate
from expressiveness.models.by_movement.fitted_movement import FOLDS, FittedMovement, people_in_folds
from expressiveness.types import Floats, Ints
from expressiveness.wording import counted

LEAST_PEOPLE = 5
"""With labelled frames: one in each fold. What fewer people have in common may be chance."""

LEAST_FRAMES = 30
"""Ten for each of the three numbers that are learned: the pull and two cuts; fewer leave them to chance."""

PRIOR_FRAMES = 100.0
"""Weight of the unrefined numbers, as a number of labelled frames: with so many, both count alike."""

MOST_SHARE = 0.5
"""Of the labels. People label where a model looks wrong, and such frames alone would teach that it always is."""

LEAST_RIGHT = 1 / 3
"""Of the labelled frames, by the unrefined model: chance. Below it, frames were picked because it is wrong there."""

LEAST_PULL, MOST_PULL = 0.05, 4.0
"""Range of the pull per unit of log intensity. It stays above 0, so that a video's frames keep their order."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFrames:
    """The m frames that people labelled."""

    level: Floats  # (m,) of their videos, by a model that has not seen the person
    deviation: Floats  # (m,) of their log intensity from their video's mean
    category: Ints  # (m,) into CATEGORIES
    people: tuple[str, ...]  # m, the person in each

    def __repr__(self) -> str:
        return f"LabelledFrames({counted(len(self.people), 'frame')} of {len(set(self.people))} people)"

    def select(self, rows: Ints) -> LabelledFrames:
        """Some of the frames."""
        people = tuple(self.people[row] for row in rows)
        return LabelledFrames(self.level[rows], self.deviation[rows], self.category[rows], people)


def refined(fitted: FittedMovement, frames: LabelledFrames, *, seed: int = 0) -> FittedMovement:
    """Refine a model on labelled frames, if that helps with people it was not refined on.

    What the labelled frames say is averaged with the unrefined numbers, n frames with a weight of
    n / (n + `PRIOR_FRAMES`), at most `MOST_SHARE`.

    Args:
        fitted: the unrefined model.
        frames: of the people that it was trained on.
        seed: deals the people into the folds that decide whether it helps.

    Returns:
        The refined model; `fitted` itself if there are too few frames or people, if only its mistakes were labelled, or
        if it does not help.
    """
    if len(frames.people) < LEAST_FRAMES or len(set(frames.people)) < LEAST_PEOPLE:
        return fitted
    if (_probabilities(fitted, frames).argmax(axis=1) == frames.category).mean() < LEAST_RIGHT:
        return fitted
    before, after = np.zeros(len(frames.people)), np.zeros(len(frames.people))
    for known, held_out in people_in_folds(frames.people, FOLDS, seed):
        others = frames.select(held_out)
        before[held_out] = _surprise(fitted, others)
        after[held_out] = _surprise(_blended(fitted, frames.select(known)), others)
    if after.mean() >= before.mean():
        return fitted
    return replace(_blended(fitted, frames), refined_on=(len(frames.people), len(set(frames.people))))


def _blended(fitted: FittedMovement, frames: LabelledFrames) -> FittedMovement:
    pull, said = _learned(frames)
    usual, count = fitted.frame_calibration, len(frames.people)
    share = min(MOST_SHARE, count / (count + PRIOR_FRAMES))

    def between(theirs: float, ours: float) -> float:
        return share * theirs + (1 - share) * ours

    low, high = (between(*pair) for pair in zip(said.cuts, usual.cuts, strict=True))
    width = between(1 / said.steepness, 1 / usual.steepness)
    return replace(
        fitted,
        pull=between(pull, fitted.pull),
        of_frames=replace(usual, steepness=1 / width, cuts=(low, high)),
    )


def _learned(frames: LabelledFrames) -> tuple[float, Calibration]:
    """The pull and the calibration that make the labels likeliest."""

    def calibrated(pull: float) -> Calibration:
        return calibrate(frames.level + pull * frames.deviation, frames.level, frames.category)

    def surprise(pull: float) -> float:
        said = calibrated(pull).probabilities(frames.level + pull * frames.deviation)
        return float(_surprise_at(said, frames.category).mean())

    pull = float(minimize_scalar(surprise, bounds=(LEAST_PULL, MOST_PULL), method="bounded", options={"xatol": 0.01}).x)
    return pull, calibrated(pull)


def _surprise(fitted: FittedMovement, frames: LabelledFrames) -> Floats:
    return _surprise_at(_probabilities(fitted, frames), frames.category)


def _probabilities(fitted: FittedMovement, frames: LabelledFrames) -> npt.NDArray[np.float32]:
    return fitted.frame_calibration.probabilities(frames.level + fitted.pull * frames.deviation)


def _surprise_at(probabilities: npt.NDArray[np.float32], category: Ints) -> Floats:
    """The negative log probability of each frame's category, shape (m,)."""
    chosen = probabilities[np.arange(len(category)), category].astype(np.float64)
    return np.asarray(-np.log(np.maximum(chosen, 1e-6)))
