"""Learn what a frame's intensity looks like, from rendered faces whose every frame is known.

This is done once, by `tools/learn_intensity.py`; what comes out is part of the package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import GroupKFold

from expressiveness.intensity.boosted_trees import BoostedTrees
from expressiveness.intensity.intensity_model import OFFSET, PROVENANCE, RELIABILITY, SPREAD, FrameIntensity
from expressiveness.movement import Movement, Neutral, expression_of
from expressiveness.types import Floats, Ints

FOLDS = 4
GROWTH = {"n_estimators": 400, "max_depth": 4, "subsample": 0.5, "max_features": 0.1, "learning_rate": 0.06}


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One rendered clip."""

    person: str  # no two sets may share a name
    movement: Movement  # n frames with a face
    neutrals: tuple[Neutral, ...]  # to learn from: of all the person's clips, and of this one alone
    energy: Floats  # (n,) the truth, 0 and more


def learn_intensity(examples: Sequence[Example], provenance: dict[str, Any], *, seed: int = 0) -> FrameIntensity:
    """Grow trees on the logarithm of the energy. How far they err is measured on people they were not grown on.

    Args:
        examples: of several people.
        provenance: what they are and how this is done again, kept with the numbers.
        seed: of the trees.
    """
    pairs = [(one, neutral) for one in examples for neutral in one.neutrals]
    rows = np.vstack([neutral.deviations(expression_of(one.movement)) for one, neutral in pairs])
    wanted = np.concatenate([np.log(one.energy + OFFSET) for one, _ in pairs])
    clip = np.repeat(np.arange(len(pairs)), [len(one.energy) for one, _ in pairs])
    person = np.array([one.person for one, _ in pairs])[clip]
    judged = np.zeros(len(wanted))
    for known, held_out in GroupKFold(FOLDS).split(rows, groups=person):
        judged[held_out] = _grown(rows[known], wanted[known], seed)(rows[held_out])
    judged, truth = _centred(judged, clip), _centred(wanted, clip)
    return FrameIntensity(
        trees=_grown(rows, wanted, seed),
        spread=float((judged - truth).std()),
        reliability=float(np.corrcoef(judged, truth)[0, 1] ** 2),
        provenance={**provenance, "clips": len(examples), "people": len({one.person for one in examples})},
    )


def write_intensity(model: FrameIntensity, file: Path | str) -> None:
    """Write what was learned as plain numbers."""
    numbers: dict[str, Any] = {
        **asdict(model.trees),
        SPREAD: model.spread,
        RELIABILITY: model.reliability,
        PROVENANCE: json.dumps(model.provenance),
    }
    with Path(file).open("wb") as out:
        np.savez_compressed(out, **numbers)


def _grown(rows: Floats, wanted: Floats, seed: int) -> BoostedTrees:
    return BoostedTrees.grown(GradientBoostingRegressor(**GROWTH, random_state=seed).fit(rows, wanted))


def _centred(values: Floats, clip: Ints) -> Floats:
    """Values without their clip's mean, shape (n,)."""
    return np.asarray(values - (np.bincount(clip, values) / np.bincount(clip))[clip])
