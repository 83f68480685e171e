"""Compare ways to judge expressiveness on the same held-out people.

Start at `benchmark`. Predictions are cross-validated: participants are split into folds, stratified by mean score, so
nobody is judged by a model trained on them. Intervals come from a bootstrap over people; two rows are compared on the
same samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from expressiveness.data import Interview, NamedNeutrals
from expressiveness.errors import TrainingError
from expressiveness.evaluation.benchmark_results import SHOWN, BenchmarkResults
from expressiveness.evaluation.benchmark_rows import BenchmarkConfig, Material, Predictions, Row, all_rows, gather
from expressiveness.evaluation.confusion import Confusion
from expressiveness.evaluation.data_figures import intended_orders, own_mean, rating_ceiling
from expressiveness.evaluation.frame_truth import FrameTruth, frame_figures
from expressiveness.evaluation.metrics import (
    VideoResults,
    draws_of_people,
    percentile_interval,
    rank_correlation,
    reliability,
    video_figures,
)
from expressiveness.faces import FaceStore
from expressiveness.registry import closest
from expressiveness.types import Floats, Ints, Progress

LEAST_VIDEOS = 10
"""In a group, for figures to be reported."""

LEAST_RETAKES = 10
"""Pairs of takes, for an estimate of the noise ceiling."""

OURS = "movement"
COMPARED_WITH = ("e_std", "displacement", "notebook", "deviation")


def benchmark(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: BenchmarkConfig | None = None,
    *,
    groups: Mapping[str, str] | None = None,
    frame_truth: FrameTruth | None = None,
    neutrals: NamedNeutrals | None = None,
    progress: Progress | None = None,
) -> BenchmarkResults:
    """Run every row.

    Args:
        interviews: those without stored faces and movement are skipped and counted.
        store: holds the faces, with the movement beside them.
        config: the defaults if None.
        groups: the group of each participant, to check whether a model works equally well for all.
        frame_truth: known truth of single frames; without it there are no figures of frames.
        neutrals: the neutral stretches that a user named.
        progress: called before each row, with its name, and at the end.

    Raises:
        TrainingError: an unknown row, or too few people or faces.
    """
    return benchmark_of(
        interviews, store, config, groups=groups, frame_truth=frame_truth, neutrals=neutrals, progress=progress
    )[0]


def benchmark_of(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: BenchmarkConfig | None = None,
    *,
    groups: Mapping[str, str] | None = None,
    frame_truth: FrameTruth | None = None,
    neutrals: NamedNeutrals | None = None,
    progress: Progress | None = None,
) -> tuple[BenchmarkResults, Material, dict[str, Predictions]]:
    """As `benchmark`, but also return the videos, and each row's predictions by key."""
    config = config or BenchmarkConfig()
    chosen = _chosen_rows(config, interviews)
    material = gather(interviews, store, config, neutrals=neutrals)
    predictions: dict[str, Predictions] = {}
    for number, (key, row) in enumerate(chosen.items()):
        if progress:
            progress(number, len(chosen), row.name)
        predictions[key] = row.predict(material)
    if progress:
        progress(len(chosen), len(chosen), "")
    draws = list(draws_of_people(material.participant, config.draws, config.seed))
    drawn = {key: _drawn_figures(material, said, draws) for key, said in predictions.items()}
    leading = OURS if OURS in predictions else next(reversed(predictions))
    results = BenchmarkResults(
        participants=len(set(material.participant)),
        clips=len(material.interviews),
        passed_over={failure.id: failure.reason for failure in material.passed_over},
        near_threshold=int(config.thresholds.near(material.score).sum()),
        rows=[
            {
                "key": key,
                "name": row.name,
                "leaky": row.leaky,
                **_row_figures(material, predictions[key], drawn[key], frame_truth),
            }
            for key, row in chosen.items()
        ],
        differences=[
            _difference(chosen[OURS], chosen[key], drawn[OURS], drawn[key])
            for key in COMPARED_WITH
            if OURS in predictions and key in predictions
        ],
        calibration={
            key: reliability(said.probabilities, material.category)
            for key, said in predictions.items()
            if said.probabilities is not None
        },
        leading=leading,
        by_quality=_by(material, predictions[leading], _attribute(material, "video_quality")),
        by_duration=_by(material, predictions[leading], _attribute(material, "duration")),
        by_group=_by(material, predictions[leading], [groups.get(i.participant, "") for i in material.interviews])
        if groups
        else None,
        noise_ceiling=noise_ceiling(material.interviews, config.target, predictions[leading].score),
        rating_ceiling=rating_ceiling(material.interviews, material.score),
        own_mean=own_mean(material.participant, material.score),
        intended_orders=intended_orders(
            material.interviews,
            {"scores": material.score, **{key: said.score for key, said in predictions.items()}},
            draws=config.draws,
            seed=config.seed,
        ),
        config=config,
        predictions=_listed(material, predictions),
    )
    return results, material, predictions


def noise_ceiling(interviews: Sequence[Interview], target: str, predicted: Floats) -> dict[str, Any]:
    """How well the best model could do, estimated from questions that people answered twice.

    Two takes differ by label noise and by what the person did differently, so their correlation r is a lower bound for
    the labels' reliability, and sqrt(r) for the correlation that a model can reach.
    """
    takes: dict[tuple[str, str], list[float]] = {}
    for interview in interviews:
        if interview.question_key:
            takes.setdefault((interview.participant, interview.question_key), []).append(interview.scores[target])
    pairs = np.array([scores[:2] for scores in takes.values() if len(scores) > 1])
    known = np.isfinite(predicted)
    reached = rank_correlation(np.array([i.scores[target] for i in interviews])[known], predicted[known])
    if len(pairs) < LEAST_RETAKES:
        return {"retakes": len(pairs), "reliability": None, "ceiling": None, "spearman": reached, "share": None}
    both_ways = np.concatenate([pairs, pairs[:, ::-1]])  # the order of the takes does not matter
    agreement = float(spearmanr(both_ways[:, 0], both_ways[:, 1]).statistic)
    ceiling = float(np.sqrt(agreement)) if agreement > 0 else None
    return {
        "retakes": len(pairs),
        "reliability": agreement,
        "ceiling": ceiling,
        "spearman": reached,
        "share": None if ceiling is None or reached is None else reached / ceiling,
    }


def _chosen_rows(config: BenchmarkConfig, interviews: Sequence[Interview]) -> dict[str, Row]:
    rows = all_rows()
    known = {name for interview in interviews for name in interview.attributes}
    possible = [key for key, row in rows.items() if row.attribute is None or row.attribute in known]
    wanted = possible if config.rows is None else config.rows
    if lacking := [key for key in wanted if key in rows and key not in possible]:
        raise TrainingError(f"no interview has the attribute that row {', '.join(lacking)} needs; choose other rows")
    if unknown := [key for key in wanted if key not in rows]:
        near = closest(unknown[0], rows)
        advice = f"did you mean {near!r}? There are" if near else "choose from"
        raise TrainingError(f"no row {', '.join(unknown)} in the benchmark; {advice} {', '.join(rows)}")
    if not wanted:
        raise TrainingError(f"no row to judge; choose from {', '.join(rows)}")
    return {key: row for key, row in rows.items() if key in wanted}


def _row_figures(
    material: Material, said: Predictions, drawn: Mapping[str, Floats], frame_truth: FrameTruth | None
) -> dict[str, Any]:
    known = np.isfinite(said.score)
    results = VideoResults(
        material.participant[known],
        material.score[known],
        material.category[known],
        said.score[known],
        said.category[known],
        None if said.probabilities is None else said.probabilities[known],
    )
    figures = video_figures(results, draws=0)
    return {
        "n": figures["n"],
        **{name: figures[name] for name in (*SHOWN, "recall")},
        **{f"{name}_ci": percentile_interval(values) for name, values in drawn.items()},
        "frames": _frame_figures(material, said, frame_truth),
    }


def _frame_figures(material: Material, said: Predictions, truth: FrameTruth | None) -> dict[str, Any] | None:
    if said.frames is None or truth is None:
        return None
    judged = [(one, frames) for one, frames in zip(material.interviews, said.frames, strict=True) if frames is not None]
    return frame_figures(judged, truth, draws=material.config.draws, seed=material.config.seed)


def _drawn_figures(material: Material, said: Predictions, draws: Sequence[Ints]) -> dict[str, Floats]:
    """The leading figures on each bootstrap sample of people, NaN if undefined."""
    known = np.isfinite(said.score)
    spearman, macro_f1, accuracy = (np.full(len(draws), np.nan) for _ in range(3))
    for number, drawn in enumerate(draws):
        rows = drawn[known[drawn]]
        truth, predicted = material.category[rows], said.category[rows]
        spearman[number] = rank_correlation(material.score[rows], said.score[rows]) or np.nan
        macro_f1[number] = Confusion.from_indices(truth, predicted).macro_f1
        accuracy[number] = (truth == predicted).mean()
    return {"spearman": spearman, "macro_f1": macro_f1, "accuracy": accuracy}


def _difference(one: Row, other: Row, drawn: Mapping[str, Floats], others: Mapping[str, Floats]) -> dict[str, Any]:
    """How much better one row is than another on the same samples, and on what share of them."""
    gains = {name: drawn[name] - others[name] for name in ("spearman", "macro_f1")}
    return {
        "of": one.name,
        "over": other.name,
        **{name: float(np.nanmean(gain)) for name, gain in gains.items()},
        **{f"{name}_ci": percentile_interval(gain) for name, gain in gains.items()},
        **{f"{name}_better": float((gain > 0).mean()) for name, gain in gains.items()},
    }


def _by(material: Material, said: Predictions, groups: Sequence[str]) -> dict[str, Any]:
    """The leading figures of each group of videos that is large enough."""
    found = {}
    for group in sorted(set(groups) - {""}):
        rows = np.flatnonzero((np.array(groups) == group) & np.isfinite(said.score))
        if len(rows) >= LEAST_VIDEOS:
            truth, predicted = material.category[rows], said.category[rows]
            found[group] = {
                "n": len(rows),
                "spearman": rank_correlation(material.score[rows], said.score[rows]),
                "accuracy": float((truth == predicted).mean()),
                "macro_f1": Confusion.from_indices(truth, predicted).macro_f1,
                "mean_error": float((said.score[rows] - material.score[rows]).mean()),
            }
    return found


def _attribute(material: Material, name: str) -> list[str]:
    """An attribute of each video, "" if unknown."""
    return [interview.attributes.get(name, "") for interview in material.interviews]


def _listed(material: Material, predictions: Mapping[str, Predictions]) -> list[dict[str, Any]]:
    """Each row's score for each video, so that all figures can be recomputed."""
    return [
        {
            "id": interview.id,
            "fold": int(material.fold[row]),
            "score": float(material.score[row]),
            **{
                key: None if np.isnan(said.score[row]) else round(float(said.score[row]), 4)
                for key, said in predictions.items()
            },
        }
        for row, interview in enumerate(material.interviews)
    ]
