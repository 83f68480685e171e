"""Metrics over videos, with intervals over people; for those over frames see `frame_truth`.

Intervals come from drawing whole participants with replacement, as clips of one person are not independent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
"""Bins of confidence, for the calibration error."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoResults:
    """Truth and predictions of k videos."""

    participant: npt.NDArray[np.str_]  # (k,)
    score: Floats  # (k,) the truth
    category: Ints  # (k,) the truth, into CATEGORIES
    predicted_score: Floats  # (k,)
    predicted_category: Ints  # (k,)
    probabilities: npt.NDArray[np.floating] | None = None  # (k, 3) of the categories, if there are any

    def __repr__(self) -> str:
        return f"VideoResults({counted(len(self.score), 'video')} of {len(set(self.participant))} people)"

    def select(self, rows: Ints) -> VideoResults:
        """The results of some videos; indices may repeat."""
        return VideoResults(
            self.participant[rows],
            self.score[rows],
            self.category[rows],
            self.predicted_score[rows],
            self.predicted_category[rows],
            None if self.probabilities is None else self.probabilities[rows],
        )


def video_figures(results: VideoResults, *, draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> dict[str, Any]:
    """Figures over videos; the leading ones have 95 % intervals from `draws` bootstrap samples of people."""
    drawn = [_leading_figures(results.select(rows)) for rows in draws_of_people(results.participant, draws, seed)]
    report = _category_report(results)
    return {
        "n": len(results.score),
        **_leading_figures(results),
        "c_index": concordance_index(results.score, results.predicted_score),
        "kendall": _kendall(results.score, results.predicted_score),
        "ece": None if results.probabilities is None else reliability(results.probabilities, results.category)["ece"],
        "qwk": _weighted_kappa(results.category, results.predicted_category),
        "recall": {name: report[name]["recall"] for name in CATEGORIES},
        "report": report,
        "confusion_matrix": metrics.confusion_matrix(
            results.category, results.predicted_category, labels=LABELS
        ).tolist(),
        "majority_accuracy": float(np.bincount(results.category, minlength=len(CATEGORIES)).max() / len(results.score)),
        **{f"{name}_ci": percentile_interval([one[name] for one in drawn]) for name in _leading_figures(results)},
    }


def set_figures(results: VideoResults, named: Sequence[Collection[str]], *, seed: int = 0) -> dict[str, Any]:
    """Measure how well sets of categories keep their promise.

    Args:
        results: of k videos.
        named: the set of possible categories of each video, k sets.
        seed: of the bootstrap.

    Returns:
        `coverage`, the share of sets that hold the truth, with every person weighted equally, and its interval; the
        share of sets with one category (`alone`), and with all of them (`cannot_say`).
    """
    held = np.array([CATEGORIES[true] in names for true, names in zip(results.category, named, strict=True)])
    _, owner, clips = np.unique(results.participant, return_inverse=True, return_counts=True)
    weights, sizes = 1 / clips[owner], np.array([len(names) for names in named])
    drawn = [np.average(held[rows], weights=weights[rows]) for rows in draws_of_people(results.participant, seed=seed)]
    return {
        "coverage": float(np.average(held, weights=weights)),
        "coverage_ci": percentile_interval(drawn),
        "alone": float((sizes == 1).mean()),
        "cannot_say": float((sizes == len(CATEGORIES)).mean()),
    }


def percentile_interval(drawn: Sequence[float | None] | Floats) -> list[float] | None:
    """The 95 % percentile bootstrap interval; draws of None or NaN are left out, and None returned if no others are."""
    values = np.array(drawn, dtype=np.float64)  # NaN for None
    known = values[np.isfinite(values)]
    return np.quantile(known, [0.025, 0.975]).tolist() if len(known) else None


def draws_of_people(participant: npt.NDArray[np.str_], draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> Iterator[Ints]:
    """Yield cluster bootstrap samples: the rows of as many people as there are, drawn with replacement.

    Source: Field and Welsh, "Bootstrapping clustered data", J. R. Statist. Soc. B 69 (2007).

    Args:
        participant: whose video each row is, shape (k,).
        draws: the number of samples.
        seed: the same seed draws the same people.
    """
    people, owner = np.unique(participant, return_inverse=True)
    clips = [np.flatnonzero(owner == person) for person in range(len(people))]
    random = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.concatenate([clips[person] for person in random.integers(len(people), size=len(people))])


def concordance_index(truth: Floats, predicted: Floats) -> float | None:
    """The share of pairs with different truth that are predicted in the right order; ties count half.

    Source: Harrell et al., "Evaluating the yield of medical tests", JAMA 247 (1982). None if the truth is constant.
    """
    if np.ptp(truth) == 0:
        return None
    if np.ptp(predicted) == 0:
        return 0.5  # all pairs are ties
    with np.errstate(invalid="ignore"):  # its p-value may be 0 / 0
        return float((stats.somersd(truth, predicted).statistic + 1) / 2)


def rank_correlation(one: Floats, other: Floats) -> float | None:
    """Spearman's rho, ten times as fast as SciPy's, which also computes a p-value; None if either side is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(stats.rankdata(one), stats.rankdata(other))[0, 1])


def concordance_correlation(truth: Floats, predicted: Floats) -> float | None:
    """How close predictions are to the truth in value, not only in order; 1 if they are equal.

    Source: Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 45 (1989). None if both
    sides are the same constant.
    """
    apart = truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2
    if apart == 0:
        return None
    return float(2 * ((truth - truth.mean()) * (predicted - predicted.mean())).mean() / apart)


def reliability(probabilities: npt.NDArray[np.floating], category: Ints) -> dict[str, Any]:
    """Compare confidence with accuracy, in bins of confidence.

    The expected calibration error is the mean gap between the two, weighted by the size of each bin (Naeini, Cooper and
    Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015).

    Args:
        probabilities: of the categories, shape (k, 3); NaN if there is no prediction.
        category: the truth, shape (k,).

    Returns:
        `ece`, and `confidence`, `accuracy` and `n` of each bin that is not empty.
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
    """The figures with an interval; they are computed a thousand times, so they must be fast."""
    confusion = Confusion.from_indices(results.category, results.predicted_category)
    return {
        "accuracy": confusion.accuracy,
        "macro_f1": confusion.macro_f1,
        "spearman": rank_correlation(results.score, results.predicted_score),
        "mae": float(np.abs(results.score - results.predicted_score).mean()),
        "ccc": concordance_correlation(results.score, results.predicted_score),
    }


def _kendall(one: Floats, other: Floats) -> float | None:
    """Kendall's tau-b; None if either side is constant."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(stats.kendalltau(one, other).statistic)


def _weighted_kappa(category: Ints, predicted: Ints) -> float | None:
    """Cohen's kappa with quadratic weights; None if only one category occurs."""
    if len(np.union1d(category, predicted)) == 1:
        return None
    return float(metrics.cohen_kappa_score(category, predicted, weights="quadratic"))


def _category_report(results: VideoResults) -> dict[str, Any]:
    truth, predicted = results.category, results.predicted_category
    return dict(
        metrics.classification_report(
            truth, predicted, labels=LABELS, target_names=CATEGORIES, output_dict=True, zero_division=0
        )
    )
