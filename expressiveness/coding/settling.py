"""Disagreements, worst first; how they are settled; and what is then trained on and judged by.

A code that settles outranks the coders' own. Where nobody settled anything, what all coders agree on counts, and
what they do not agree on is left open: it is neither trained on nor judged by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from expressiveness.coding.codes import Codings, Unit, now
from expressiveness.coding.ratings import LEAST_OVERLAP, Ratings, Scale, code_about, pairs_of, rate
from expressiveness.data import CATEGORIES, Curation, FaceDecision, InterviewDecision
from expressiveness.errors import ConfigError
from expressiveness.evaluation import FrameTruth, draws_of_people, percentile_interval, rank_correlation
from expressiveness.types import Floats, Ints
from expressiveness.wording import counted

MAJORITY, CONSENSUS = "majority", "consensus"
"""Who settled it, if no person did."""


def disagreements(ratings: Ratings, *, show: bool = True) -> pd.DataFrame:
    """What coders disagree about, worst first: the furthest apart, then the most evenly divided.

    Args:
        ratings: of the coders.
        show: add a column for each coder with what they said; without it the third coder decides blind.

    Returns:
        A row each, with `row` (in the ratings), what it is about, and `apart`: categories, or levels.
    """
    values = ratings.values[:, : len(ratings.coders) - ratings.settling]
    several = np.flatnonzero(np.isfinite(values).sum(axis=1) > 1)
    apart, divided = np.zeros(len(values)), np.zeros(len(values))
    if len(several):
        apart[several] = np.nanmax(values[several], axis=1) - np.nanmin(values[several], axis=1)
        divided[several] = np.nanstd(values[several], axis=1)
    order = np.lexsort((-divided, -apart))
    order = order[apart[order] > 0]
    table = ratings.about.iloc[order].reset_index(drop=True).assign(row=order, apart=apart[order])
    if show:
        for place, coder in enumerate(ratings.coders[: values.shape[1]]):
            said: Any = values[order, place]
            if ratings.scale == "category":
                said = np.array([*CATEGORIES, ""])[np.nan_to_num(said, nan=-1).astype(int)]
            table[coder] = said
    return table


def by_majority(ratings: Ratings) -> Codings:
    """Settle what more than half of its coders agree on; what is divided evenly stays open.

    Raises:
        ConfigError: the ratings are levels, which have no majority; their mean is taken without settling.
    """
    counts = _counts(ratings)
    rows = np.flatnonzero((counts.sum(axis=1) > 1) & (2 * counts.max(axis=1, initial=0) > counts.sum(axis=1)))
    return _settled_as(ratings, rows, counts.argmax(axis=1), MAJORITY)


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """What several coders and a model together find likeliest, and how good each coder is."""

    codings: Codings  # settling every row
    quality: Floats  # (n,) how likely each consensus is right, 0 to 1
    coders: pd.DataFrame  # by coder: `annotator_quality`, `agreement_with_consensus`, ...

    def __repr__(self) -> str:
        return f"Consensus({counted(len(self.quality), 'answer')} of {counted(len(self.coders), 'coder')})"


def by_consensus(ratings: Ratings, probabilities: npt.NDArray[np.floating[Any]]) -> Consensus:
    """Settle everything by CROWDLAB, which weighs every coder and a model by how reliable they are.

    Source: Goh, Tkachenko and Mueller, "CROWDLAB: Supervised learning to infer consensus labels and quality scores for
    data with multiple annotators" (2022), by the package cleanlab.

    Args:
        ratings: categories by at least two coders.
        probabilities: of the categories, by a model that has not seen these people, shape (n, 3).

    Raises:
        ConfigError: the ratings are levels.
    """
    from cleanlab.multiannotator import get_label_quality_multiannotator

    _counts(ratings)  # refuses levels
    labels = pd.DataFrame(ratings.values, columns=list(ratings.coders))
    found = get_label_quality_multiannotator(labels, np.asarray(probabilities, dtype=np.float64), verbose=False)
    label = found["label_quality"]["consensus_label"].to_numpy().astype(np.int64)
    codings = _settled_as(ratings, np.arange(len(label)), label, CONSENSUS)
    return Consensus(
        codings, found["label_quality"]["consensus_quality_score"].to_numpy(np.float64), found["annotator_stats"]
    )


def soft_labels(ratings: Ratings) -> Floats:
    """The share of coders who gave each category, shape (n, 3); rows sum to 1."""
    counts = _counts(ratings)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The one answer about each frame, stretch or video, where there is one."""

    ratings: Ratings  # with those who settled disagreements
    value: Floats  # (n,) into CATEGORIES, or a level; -1 for excluded, NaN for open
    whose: tuple[str, ...]  # n: "ada", "ada and ben", "settled by cleo"; "" for open

    def __repr__(self) -> str:
        return f"Settled({counted(len(self.value), self.ratings.unit)}, {self.open:,} open)"

    @property
    def open(self) -> int:
        """How many the coders disagree about, without anybody having settled it."""
        return int(np.isnan(self.value).sum())

    def about_whose(self) -> dict[str, int]:
        """How many answers are whose, most first."""
        return dict(Counter(name for name in self.whose if name).most_common())


def settle(codings: Codings, unit: Unit, *, scale: Scale = "category", overlap: float = LEAST_OVERLAP) -> Settled:
    """Take one answer about each thing: the one that settles it, or else what all its coders agree on.

    Of levels, which are never quite equal, the coders' mean is taken.

    Args:
        codings: of all coders, and of those who settled disagreements.
        unit: what was coded.
        scale: categories, or continuous levels.
        overlap: see `rate`.
    """
    ratings = rate(codings, unit, scale=scale, overlap=overlap, settled=True)
    own = ratings.values[:, : len(ratings.coders) - ratings.settling]
    theirs = ratings.values[:, len(ratings.coders) - ratings.settling :]
    with np.errstate(invalid="ignore"):
        value = _mean_of_rows(own)
        same = np.nanmin(np.c_[own, np.full(len(own), np.inf)], axis=1) == np.nanmax(
            np.c_[own, np.full(len(own), -np.inf)], axis=1
        )
        if scale == "category":
            value[~same] = np.nan
    over = np.isfinite(theirs).any(axis=1)
    value[over] = _mean_of_rows(theirs[over])
    known, settles = np.isfinite(ratings.values), np.arange(len(ratings.coders)) >= own.shape[1]
    names: dict[bytes, str] = {}
    whose = []
    for row, mask in zip(value, known, strict=True):
        key = mask.tobytes()
        if key not in names:
            settlers = [name for name, there in zip(ratings.coders, mask & settles, strict=True) if there]
            coders = [name for name, there in zip(ratings.coders, mask, strict=True) if there]
            names[key] = f"settled by {settlers[0]}" if settlers else " and ".join(coders)
        whose.append("" if np.isnan(row) else names[key])
    return Settled(ratings, value, tuple(whose))


def curation_of(codings: Codings, *, frames: Mapping[str, tuple[Ints, Floats]] | None = None) -> Curation:
    """The settled decisions in the form that training reads.

    Args:
        codings: of all coders.
        frames: numbers and times in seconds of each interview's frames, by id, for the frames that a stretch holds;
            without it stretches are left out. A frame that was coded itself keeps that code.
    """
    at = now().isoformat(timespec="seconds")
    faces: dict[tuple[str, int], FaceDecision] = {}
    if frames:
        for about, value, whose in _answers(settle(codings, "stretch")):
            numbers, seconds = frames.get(about.interview, (np.zeros(0, dtype=np.int64), np.zeros(0)))
            for number in numbers[(seconds >= about.start) & (seconds < about.end)].tolist():
                faces[about.interview, number] = FaceDecision(about.interview, number, *_said(value), whose, at)
    for about, value, whose in _answers(settle(codings, "frame")):
        number = int(about.frame_number)
        faces[about.interview, number] = FaceDecision(about.interview, number, *_said(value), whose, at)
    videos = [
        InterviewDecision(about.interview, *_said(value), whose, at)
        for about, value, whose in _answers(settle(codings, "video"))
    ]
    return Curation(tuple(faces.values()), tuple(videos))


def human_truth(codings: Codings, *, participants: Mapping[str, str] | None = None, seed: int = 0) -> FrameTruth | None:
    """What people coded of single frames, as the truth to judge a model by; None if no video shows a change.

    Levels are taken where there are any, categories else. The coders' agreement with each other, in the same figure
    that a model is judged by, goes with it: no model can be shown to be better than that.

    Args:
        codings: of all coders.
        participants: who is in each interview, by id, for the interval.
        seed: of the bootstrap.
    """
    scale: Scale = "level" if codings.table["level"].notna().any() else "category"
    settled = settle(codings, "frame", scale=scale)
    known = settled.value >= 0 if scale == "category" else np.isfinite(settled.value)
    table = settled.ratings.about.assign(value=settled.value)[known]
    videos = {
        str(id): pd.Series(own["value"].to_numpy(), index=own["frame_number"].to_numpy())
        for id, own in table.groupby("interview", observed=True)
        if own["value"].nunique() > 1
    }
    if not videos:
        return None
    ratings = rate(codings, "frame", scale=scale, participants=participants)
    return FrameTruth(videos, {"whose": settled.about_whose(), "open": settled.open, **_ceiling(ratings, seed)})


def _ceiling(ratings: Ratings, seed: int) -> dict[str, Any]:
    """The mean over videos and pairs of coders of Spearman's rho over each video's frames, as models are judged."""
    rhos, people = [], []
    interview = ratings.about["interview"].cat.codes.to_numpy()
    for a, b in pairs_of(ratings.coders):
        both = np.isfinite(ratings.values[:, [a, b]]).all(axis=1)
        for video in np.unique(interview[both]):
            rows = np.flatnonzero(both & (interview == video))
            one, other = ratings.values[rows, a], ratings.values[rows, b]
            if np.ptp(one) or np.ptp(other):  # where both see no change, there is no order to agree about
                rhos.append(rank_correlation(one, other) or 0.0)
                people.append(ratings.people[ratings.participant[rows[0]]])
    if not rhos:
        return {"coders": list(ratings.coders), "within": None, "within_ci": None}
    found = np.array(rhos)
    drawn = [float(found[rows].mean()) for rows in draws_of_people(np.array(people), seed=seed)]
    return {
        "coders": list(ratings.coders),
        "within": float(found.mean()),
        "within_ci": percentile_interval(drawn),
    }


def _answers(settled: Settled) -> Any:
    """What is settled, with what it is about and whose it is."""
    for about, value, whose in zip(settled.ratings.about.itertuples(), settled.value, settled.whose, strict=True):
        if whose:
            yield about, float(value), whose


def _said(value: float) -> tuple[str | None, bool]:
    """The category and the exclusion that a settled value stands for."""
    return (None, True) if value < 0 else (CATEGORIES[int(value)], False)


def _settled_as(ratings: Ratings, rows: Ints, category: Ints, by: str) -> Codings:
    at = now()
    return Codings.of(code_about(ratings, row, by, category[row], at=at, role="resolved") for row in rows.tolist())


def _counts(ratings: Ratings) -> Ints:
    """How many coders gave each category, shape (n, 3)."""
    if ratings.scale != "category":
        raise ConfigError("levels have no majority; without settling, the coders' mean is taken")
    own = ratings.values[:, : len(ratings.coders) - ratings.settling]
    return np.stack([(own == place).sum(axis=1) for place in range(len(CATEGORIES))], axis=1)


def _mean_of_rows(values: Floats) -> Floats:
    """The mean of each row's finite values; NaN if it has none."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, values, 0).sum(axis=1) / known.sum(axis=1))
