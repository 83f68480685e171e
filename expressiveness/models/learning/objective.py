"""What a training run is to learn: who is in which set, where the categories part, and what each counts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from expressiveness.data import CATEGORIES, Interview, Split, Thresholds, split_by_participant
from expressiveness.models.training_config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Objective:
    """A target, resolved on the people who are trained on."""

    split: Split
    thresholds: Thresholds
    category_scores: tuple[float, float, float]  # what a category's probability counts for in a score


def objective_of(interviews: Sequence[Interview], config: TrainingConfig, split: Split | None = None) -> Objective:
    """Resolve what a run is to learn.

    Args:
        interviews: of all sets.
        config: its target, thresholds, shares and seed count.
        split: who trains, validates and tests; made from `config` if None.

    Raises:
        TrainingError: there are too few people for three sets.
    """
    split = split or split_by_participant(
        interviews,
        target=config.target,
        test_share=config.test_share,
        validation_share=config.validation_share,
        seed=config.seed,
    )
    trained_on = set(split.train)
    scores = [interview.scores[config.target] for interview in interviews if interview.id in trained_on]
    chosen = config.thresholds
    thresholds = chosen if isinstance(chosen, Thresholds) else Thresholds.from_tertiles(scores)
    return Objective(split, thresholds, _typical_scores(scores, thresholds))


def _typical_scores(scores: Sequence[float], thresholds: Thresholds) -> tuple[float, float, float]:
    """The median score of each category; a threshold where a category has none.

    Medians, since RecruitView's scores have tails far beyond the rest.
    """
    values = np.array(scores)
    index = np.array([thresholds.index(score) for score in scores])
    empty = (thresholds.low, (thresholds.low + thresholds.high) / 2, thresholds.high)
    low, middle, high = (
        float(np.median(values[index == k])) if (index == k).any() else empty[k] for k in range(len(CATEGORIES))
    )
    return low, middle, high
