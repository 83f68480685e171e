"""Train the intensity model on rendered faces, whose expression is known on every frame.

This was done once, by `tools/learn_intensity.py`; the result ships with the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPRegressor

from expressiveness.intensity.boosted_trees import BoostedTrees
from expressiveness.intensity.intensity_model import OFFSET, FrameIntensity
from expressiveness.intensity.plain_nets import PlainNet, standardised
from expressiveness.movement import Movement, Neutral, expression_of
from expressiveness.types import Floats, Ints
from expressiveness.wording import counted, shortened

FOLDS = 2
"""Cross-validation folds of the people, to measure the error on people not trained on."""

TREES = {"n_estimators": 300, "max_depth": 6, "subsample": 0.5, "max_features": 0.1, "min_samples_leaf": 20}
LEARNING_RATE = 0.07
LEAST_SCALE = 0.02
"""Smallest standard deviation of a feature: one that hardly varies on rendered faces may vary on real ones."""

NETS = 3
NET = {"hidden_layer_sizes": (64, 32), "early_stopping": True, "n_iter_no_change": 6, "max_iter": 60, "batch_size": 512}


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One rendered clip."""

    person: str  # unique across all rendered sets
    movement: Movement  # n frames with a face
    neutrals: tuple[Neutral, ...]  # from all of the person's clips, and from this one alone; both are trained on
    energy: Floats  # (n,) the truth, 0 and more

    def __repr__(self) -> str:
        return f"Example({shortened(self.person, 20)!r}, {counted(len(self.energy), 'frame')})"


def learn_intensity(examples: Sequence[Example], provenance: dict[str, Any], *, seed: int = 0) -> FrameIntensity:
    """Fit trees and networks to the log of the energy, and measure their error on held-out people.

    Args:
        examples: of several people.
        provenance: describes the examples and how to repeat the training; saved with the model.
        seed: the same seed gives the same model.
    """
    pairs = [(one, neutral) for one in examples for neutral in one.neutrals]
    rows = np.vstack([neutral.deviations(expression_of(one.movement)) for one, neutral in pairs])
    wanted = np.concatenate([np.log(one.energy + OFFSET) for one, _ in pairs])
    clip = np.repeat(np.arange(len(pairs)), [len(one.energy) for one, _ in pairs])
    person = np.array([one.person for one, _ in pairs])[clip]
    judged = np.zeros(len(wanted))
    for known, held_out in GroupKFold(FOLDS).split(rows, groups=person):
        trees, nets = _fitted(rows[known], wanted[known], seed)
        judged[held_out] = (trees(rows[held_out]) + np.mean([net(rows[held_out]) for net in nets], axis=0)) / 2
    judged, truth = _centred(judged, clip), _centred(wanted, clip)
    trees, nets = _fitted(rows, wanted, seed)
    return FrameIntensity(
        trees=trees,
        nets=nets,
        lowest=float(wanted.min()),
        highest=float(wanted.max()),
        spread=float((judged - truth).std()),
        reliability=float(np.corrcoef(judged, truth)[0, 1] ** 2),
        provenance={**provenance, "clips": len(examples), "people": len({one.person for one in examples})},
    )


def _fitted(rows: Floats, wanted: Floats, seed: int) -> tuple[BoostedTrees, tuple[PlainNet, ...]]:
    trees = GradientBoostingRegressor(**TREES, learning_rate=LEARNING_RATE, random_state=seed).fit(rows, wanted)
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), LEAST_SCALE)
    scaled = standardised(rows, mean, scale)
    nets = [MLPRegressor(**NET, random_state=number).fit(scaled, wanted) for number in range(seed, seed + NETS)]
    plain = tuple(PlainNet.fitted(net, mean, scale) for net in nets)
    return BoostedTrees.grown(trees), plain


def _centred(values: Floats, clip: Ints) -> Floats:
    """Values without their clip's mean, shape (n,)."""
    return np.asarray(values - (np.bincount(clip, values) / np.bincount(clip))[clip])
