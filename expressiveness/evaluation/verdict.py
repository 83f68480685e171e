"""The conclusion of an evaluation in words: is the model better than always answering the most common category?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from expressiveness.data import CATEGORIES, short_name
from expressiveness.evaluation.benchmark_defaults import BOOTSTRAP_DRAWS
from expressiveness.evaluation.metrics import VideoResults, draws_of_people, percentile_interval, rank_correlation
from expressiveness.types import Ints
from expressiveness.wording import counted, decimal

FEWEST_PEOPLE = 6
"""With fewer, they may all agree by chance, and the bootstrap would call that certain."""


BETTER = "Better than chance"
"""How the verdict on a model begins that tells categories apart."""


def verdict(
    results: VideoResults, *, trained_on: Collection[str] = (), draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> str:
    """Say whether a model tells categories apart, and for which people.

    The model is compared with the majority answer on the same bootstrap samples of people. It is called better or worse
    only if the 95 % interval of the difference excludes zero.

    Args:
        results: of at least one video.
        trained_on: the people that the model was trained on.
        draws: bootstrap samples of people.
        seed: of the bootstrap.
    """
    answers, truths = set(results.predicted_category.tolist()), set(results.category.tolist())
    people = set(results.participant.tolist())
    known = people & set(trained_on)
    drawn = list(draws_of_people(results.participant, draws, seed)) if len(people) >= FEWEST_PEOPLE else []
    if len(truths) == 1:
        return f"All {counted(len(results.category), 'video')} are {_name(truths.pop())}: there is nothing to compare."
    if len(answers) == 1:
        but = "" if known else _still_ranked(results, drawn)
        return f"Always answers {_name(answers.pop())}; no better than chance{but}."
    if known:
        who = "These people" if known == people else "Some of these people"
        return f"{who} were in the training set, so this says nothing about others."
    return _against_majority(results, len(people), drawn)


def _still_ranked(results: VideoResults, drawn: Sequence[Ints]) -> str:
    """Whether the scores of a model that always answers one category still rank the videos."""
    rho = rank_correlation(results.score, results.predicted_score)
    found = [rank_correlation(results.score[rows], results.predicted_score[rows]) or 0.0 for rows in drawn]
    if rho is None or not found or np.quantile(found, 0.025) <= 0:
        return ""
    return f", though its scores do rank the videos (Spearman's rho {decimal(rho)})"


def _against_majority(results: VideoResults, people: int, drawn: Sequence[Ints]) -> str:
    majority = int(np.bincount(results.category).argmax())
    right, usual = results.predicted_category == results.category, results.category == majority
    gains = [right[rows].mean() - usual[rows].mean() for rows in drawn]
    low, high = percentile_interval(gains) or (-1, 1)
    name, reached, otherwise = _name(majority), _percent(right), _percent(usual)
    of_whom = f"{reached} of {counted(len(right), 'video')} of {people} people right"
    if low > 0:
        return f"{BETTER}: {of_whom}, where always answering {name} gets {otherwise}."
    if not gains and right.mean() > usual.mean():
        return f"{of_whom}, where always answering {name} gets {otherwise}; that is too few people to tell."
    if high < 0:
        return f"Worse than always answering {name}: {of_whom}, where that gets {otherwise}."
    return f"Not shown to be better than always answering {name} ({reached} against {otherwise}, {people} people)."


def _name(category: int) -> str:
    return short_name(CATEGORIES[category])


def _percent(true: npt.NDArray[np.bool_]) -> str:
    return f"{100 * true.mean():.0f} %"
