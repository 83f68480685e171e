"""Figures about the data itself, for a benchmark.

The reliability of the ratings (`rating_ceiling`), how much a person's other clips reveal (`own_mean`), and whether
clips intended to be more expressive are judged so (`intended_orders`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness.data import Interview
from expressiveness.evaluation.metrics import draws_of_people, percentile_interval, rank_correlation
from expressiveness.types import Floats, Ints


def rating_ceiling(interviews: Sequence[Interview], score: Floats) -> dict[str, Any] | None:
    """How well the best model could do, from the standard error of every clip's score; None if any is unknown.

    The reliability is the share of the scores' variance that is not error, 1 - mean(SE^2) / var(score). Its root is the
    correlation of the scores with those of infinitely many raters (Lord and Novick, "Statistical theories of mental
    test scores", 1968), and the highest that a model is expected to reach.

    Args:
        interviews: k clips.
        score: theirs, shape (k,).
    """
    errors = np.array([one.standard_error for one in interviews], dtype=np.float64)  # NaN for None
    if not len(errors) or np.isnan(errors).any() or np.ptp(score) == 0:
        return None
    reliability = float(1 - (errors**2).mean() / score.var(ddof=1))
    return {
        "clips": len(errors),
        "reliability": reliability,
        "ceiling": float(np.sqrt(reliability)) if reliability > 0 else None,
    }


def own_mean(participant: npt.NDArray[np.str_], score: Floats) -> dict[str, Any]:
    """How well the mean of a person's other clips predicts a clip's score, as a model that knows the face could.

    Args:
        participant: the person in each clip, shape (k,).
        score: theirs, shape (k,).
    """
    _, person, clips = np.unique(participant, return_inverse=True, return_counts=True)
    others = clips[person] - 1
    known = others > 0
    sums = np.bincount(person, weights=score)[person]
    means = (sums - score)[known] / others[known]
    return {"clips": int(known.sum()), "spearman": rank_correlation(score[known], means) if known.any() else None}


def intended_pairs(interviews: Sequence[Interview]) -> dict[str, Ints]:
    """Pairs of clips of one person that differ only in how expressive they were intended to be.

    Both have the same `pair` attribute, and `intended` says which was to be more expressive.

    Returns:
        By kind, as in "HI above LO", the positions of the clips, shape (pairs, 2), the more expressive one first.
    """
    asked = [(i.participant, i.attributes.get("pair"), row) for row, i in enumerate(interviews) if i.intended]
    pairs: dict[tuple[float, float, str], list[tuple[int, int]]] = {}
    of_one_pair = groupby(sorted(one for one in asked if one[1]), key=lambda one: one[:2])
    for _, members in of_one_pair:
        for (*_, one), (*_, other) in permutations(members, 2):
            above, below = interviews[one].intended, interviews[other].intended
            if above and below and above.level > below.level:
                key = (-above.level, below.level, f"{above.word} above {below.word}")  # the widest steps first
                pairs.setdefault(key, []).append((one, other))
    return {key[-1]: np.array(pairs[key]) for key in sorted(pairs)}


def intended_orders(
    interviews: Sequence[Interview], scores: Mapping[str, Floats], *, draws: int, seed: int
) -> list[dict[str, Any]]:
    """The share of each kind of `intended_pairs` that scores put in the intended order; ties count half.

    Args:
        interviews: k clips.
        scores: by the name of their source, each of shape (k,); NaN for no score.
        draws: bootstrap samples of people, for the intervals.
        seed: of the bootstrap.

    Returns:
        For each kind its `name`, the number of `pairs`, and `shares`: by name of `scores`, the number of `pairs`
        judged, the `share` in the right order, and its 95 % interval.
    """
    owner = np.array([one.participant for one in interviews])
    found = []
    for name, rows in intended_pairs(interviews).items():
        shares = {key: _share(values[rows], owner[rows[:, 0]], draws, seed) for key, values in scores.items()}
        found.append({"name": name, "pairs": len(rows), "shares": shares})
    return found


def _share(values: Floats, owner: npt.NDArray[np.str_], draws: int, seed: int) -> dict[str, Any]:
    """The share of pairs of scores, shape (pairs, 2), in the right order; `owner` is the person of each."""
    known = np.isfinite(values).all(axis=1)
    if not known.any():
        return {"pairs": 0, "share": None, "share_ci": None}
    right = (np.sign(values[known, 0] - values[known, 1]) + 1) / 2
    drawn = [right[rows].mean() for rows in draws_of_people(owner[known], draws, seed)]
    return {"pairs": len(right), "share": float(right.mean()), "share_ci": percentile_interval(drawn)}
