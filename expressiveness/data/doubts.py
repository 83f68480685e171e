"""Warnings about likely mistakes in a folder: names that may be one person or two, scores on another scale."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from expressiveness.data.categories import CATEGORIES, CategoryRule, short_name
from expressiveness.data.interview import Interview
from expressiveness.data.participants import alike, several_spellings
from expressiveness.wording import counted

SHOWN = 3
"""How many participants a warning names."""

BY_OPTIONS = "give --low and --high, or train with --tertiles"


def doubts_about(
    interviews: Sequence[Interview], rule: CategoryRule | None = None, *, remedy: str = BY_OPTIONS
) -> tuple[str, ...]:
    """Find likely mistakes in some interviews, one sentence each.

    Args:
        interviews: of one folder.
        rule: how they get their categories; None if the thresholds come from the scores themselves.
        remedy: how the reader of the warning can set thresholds.
    """
    found = [_joined(interviews), _left_apart(interviews)]
    if rule:
        scores = [one.scores[rule.target] for one in interviews if rule.target in one.scores]
        found.append(_empty_categories(scores, rule, remedy))
    return tuple(sentence for sentence in found if sentence)


def _joined(interviews: Sequence[Interview]) -> str | None:
    several = several_spellings((one.participant, one.participant_as_written) for one in interviews)
    if not several:
        return None
    examples = [f"{name} ({', '.join(_quoted(ways))})" for name, ways in several.items()]
    are = "is" if len(several) == 1 else "are"
    return (
        f"{counted(len(several), 'participant')} {are} written in several ways, and each is taken for one person: "
        f"{_first(examples)}; if two people share a name, tell them apart in its spelling"
    )


def _left_apart(interviews: Sequence[Interview]) -> str | None:
    groups = alike(one.participant for one in interviews)
    if not groups:
        return None
    return (
        f"{_first([' and '.join(_quoted(group)) for group in groups])} are taken for different people, who may be in "
        "training and test at once; if they are spellings of one name, write it in one way"
    )


def _empty_categories(scores: Sequence[float], rule: CategoryRule, remedy: str) -> str | None:
    held = {rule.thresholds.category(score) for score in scores}
    if len(scores) < len(CATEGORIES) or len(held) == len(CATEGORIES):
        return None
    if len(held) == 1:
        what = f"All {len(scores):,} interviews are {short_name(held.pop())}"
    else:
        what = f"No interview is {short_name(next(name for name in CATEGORIES if name not in held))}"
    low, high = rule.thresholds.low, rule.thresholds.high
    if min(scores) == max(scores):
        return f"{what}, as {rule.target} is {scores[0]:g} in each; choose another target"
    return (
        f"{what}: {rule.target} goes from {min(scores):g} to {max(scores):g}, and the thresholds are {low:g} and "
        f"{high:g}; if they are meant for another scale, {remedy}"
    )


def _quoted(spellings: Sequence[str]) -> list[str]:
    """Spellings in quotes; escaped if they look the same."""
    look = {unicodedata.normalize("NFC", spelling) for spelling in spellings}
    return [repr(spelling) if len(look) == len(spellings) else ascii(spelling) for spelling in spellings]


def _first(examples: Sequence[str]) -> str:
    more = len(examples) - SHOWN
    return "; ".join(examples[:SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
