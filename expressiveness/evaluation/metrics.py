"""Figures of predictions of videos, with intervals over people; those of frames are in `frame_truth`.

Intervals come from drawing whole participants with replacement: clips of one person are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn import metrics

from expressiveness.data import CATEGORIES
from expressiveness.evaluation.benchmark_defaults import BOOTSTRAP_DRAWS
from expressiveness.evaluation.confusion import Confusion
from expressiveness.types import Floats, Ints
from expressiveness.wording import counted

LABELS = list(range(len(CATEGORIES)))

BINS = 10
"""Of confidence, for the calibration error."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoResults:
    """k judged videos: what they are, and what was predicted."""

    participant: npt.NDArray[np.str_]  # (k,)
    score: Floats  # (k,) the truth
    category: Ints  # (k,) the truth, into CATEGORIES
    predicted_score: Floats  # (k,)
    predicted_category: Ints  # (k,)
    probabilities: npt.NDArray[np.floating] | None = None  # (k, 3) of the categories, if there are any

    def __repr__(self) -> str:
        return f"VideoResults({counted(len(self.score), 'video')} of {len(set(self.participant))} people)"

    def select(self, rows: Ints) -> VideoResults:
        """The results of some videos; an index may be given twice."""
        return VideoResults(
            self.participant[rows],
            self.score[rows],
            self.category[rows],
            self.predicted_score[rows],
            self.predicted_category[rows],
            None if self.probabilities is None else self.probabilities[rows],
        )


def video_figures(results: VideoResults, *, draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> dict[str, Any]:
    """Figures over videos, with intervals of 95 % over people for the leading ones, of so many `draws`."""
    intervals = bootstrap_over_people(results, _leading_figures, draws=draws, seed=seed)
    return {
        "n": len(results.score),
        **_leading_figures(results),
        "c_index": concordance_index(results.score, results.predicted_score),
        "kendall": _kendall(results.score, results.predicted_score),
        "ece": None if results.probabilities is None else reliability(results.probabilities, results.category)["ece"],
        **_category_figures(results.category, results.predicted_category),
        "majority_accuracy": float(np.bincount(results.category, minlength=len(CATEGORIES)).max() / len(results.score)),
        **{f"{name}_ci": interval for name, interval in intervals.items()},
    }


def set_figures(
    results: VideoResults, named: Sequence[Collection[str]], *, draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> dict[str, Any]:
    """Say how far sets of categories hold what they promise.

    Args:
        results: of k videos.
        named: the categories that may be each video's, k sets.
        draws: of people, for the interval.
        seed: of the draws.

    Returns:
        `coverage`, the share of sets that hold the truth, everybody counting alike, with its interval; and of how many
        sets name one category (`alone`), and all of them (`cannot_say`).
    """
    held = np.array([CATEGORIES[true] in names for true, names in zip(results.category, named, strict=True)])
    _, owner, clips = np.unique(results.participant, return_inverse=True, return_counts=True)
    weights, sizes = 1 / clips[owner], np.array([len(names) for names in named])
    drawn = [
        np.average(held[rows], weights=weights[rows])
        for rows in draws_of_people(results.participant, draws=draws, seed=seed)
    ]
    return {
        "coverage": float(np.average(held, weights=weights)),
        "coverage_ci": np.quantile(drawn, [0.025, 0.975]).tolist(),
        "alone": float((sizes == 1).mean()),
        "cannot_say": float((sizes == len(CATEGORIES)).mean()),
    }


def bootstrap_over_people(
    results: VideoResults,
    figures: Callable[[VideoResults], dict[str, float | None]],
    *,
    draws: int = BOOTSTRAP_DRAWS,
    seed: int = 0,
) -> dict[str, list[float] | None]:
    """Give each figure an interval of 95 % by drawing participants with replacement (percentile bootstrap).

    Source: Field and Welsh, "Bootstrapping clustered data", J. R. Statist. Soc. B 69 (2007), the cluster bootstrap.
    """
    drawn: dict[str, list[float]] = {}
    for rows in draws_of_people(results.participant, draws=draws, seed=seed):
        for name, value in figures(results.select(rows)).items():
            if value is not None:
                drawn.setdefault(name, []).append(value)
    return {
        name: [float(value) for value in np.quantile(drawn[name], [0.025, 0.975])] if name in drawn else None
        for name in figures(results)
    }


def draws_of_people(
    participant: npt.NDArray[np.str_], *, draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> Iterator[Ints]:
    """Yield the videos of so many people drawn with replacement, again and again; the same seed draws the same people.

    Args:
        participant: whose videos they are, shape (k,).
        draws: how often.
        seed: of the draws.
    """
    people, owner = np.unique(participant, return_inverse=True)
    clips = [np.flatnonzero(owner == person) for person in range(len(people))]
    random = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.concatenate([clips[person] for person in random.integers(len(people), size=len(people))])


def concordance_index(truth: Floats, predicted: Floats) -> float | None:
    """Of all pairs with different truth, the share that is predicted in the right order; ties count half.

    Source: Harrell et al., "Evaluating the yield of medical tests", JAMA 247 (1982). None if the truth is constant.
    """
    if np.ptp(truth) == 0:
        return None
    if np.ptp(predicted) == 0:
        return 0.5  # all pairs are ties
    with np.errstate(invalid="ignore"):  # of its p-value, which may be 0 / 0
        return float((stats.somersd(truth, predicted).statistic + 1) / 2)


def rank_correlation(one: Floats, other: Floats) -> float | None:
    """Spearman's rho, without SciPy's p-value and so ten times as fast; None where either side is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(stats.rankdata(one), stats.rankdata(other))[0, 1])


def concordance_correlation(truth: Floats, predicted: Floats) -> float | None:
    """How near predictions are to the truth itself, and not only in its order: 1 where they are equal.

    Source: Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 45 (1989). None if both
    sides are one constant.
    """
    apart = truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2
    if apart == 0:
        return None
    return float(2 * ((truth - truth.mean()) * (predicted - predicted.mean())).mean() / apart)


def reliability(probabilities: npt.NDArray[np.floating], category: Ints) -> dict[str, Any]:
    """How far confidence can be trusted: of the predictions with this confidence, how many are right.

    The expected calibration error is the mean gap between both, weighted by how many predictions have that confidence
    (Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015).

    Args:
        probabilities: of the categories, shape (k, 3); NaN where nothing was said.
        category: the truth, shape (k,).

    Returns:
        `ece`, and of each bin that has any `confidence`, `accuracy` and `n`.
    """
    known = np.isfinite(probabilities[:, 0])
    confidence = probabilities[known].max(axis=1).astype(np.float64)
    right = probabilities[known].argmax(axis=1) == category[known]
    members = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = [
        {
            "confidence": float(confidence[members == b].mean()),
            "accuracy": float(right[members == b].mean()),
            "n": int((members == b).sum()),
        }
        for b in np.unique(members)
    ]
    gaps = [b["n"] * abs(b["confidence"] - b["accuracy"]) for b in bins]
    return {"ece": float(sum(gaps) / max(1, len(confidence))), "bins": bins}


def _leading_figures(results: VideoResults) -> dict[str, float | None]:
    """The figures that get an interval; computed a thousand times, so with as little ado as can be."""
    confusion = Confusion.from_indices(results.category, results.predicted_category)
    return {
        "accuracy": confusion.accuracy,
        "macro_f1": confusion.macro_f1,
        "spearman": rank_correlation(results.score, results.predicted_score),
        "mae": float(np.abs(results.score - results.predicted_score).mean()),
        "ccc": concordance_correlation(results.score, results.predicted_score),
    }


def _kendall(one: Floats, other: Floats) -> float | None:
    """Kendall's tau-b; None where either side is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(stats.kendalltau(one, other).statistic)


def _category_figures(category: Ints, predicted: Ints) -> dict[str, Any]:
    recall = metrics.recall_score(category, predicted, labels=LABELS, average=None, zero_division=0)
    present = np.union1d(category, predicted)
    return {
        "accuracy": float((category == predicted).mean()),
        "macro_f1": float(metrics.f1_score(category, predicted, labels=LABELS, average="macro", zero_division=0)),
        "qwk": float(metrics.cohen_kappa_score(category, predicted, weights="quadratic")) if len(present) > 1 else None,
        "recall": dict(zip(CATEGORIES, map(float, recall), strict=True)),
        "report": metrics.classification_report(
            category, predicted, labels=LABELS, target_names=CATEGORIES, output_dict=True, zero_division=0
        ),
        "confusion_matrix": metrics.confusion_matrix(category, predicted, labels=LABELS).tolist(),
    }
