"""Split interviews into training, validation and test sets that share no person.

Splitting by clip or frame puts the same person on both sides, which rewards a network for recognising people: on
RecruitView, a person's mean score alone reaches a Spearman correlation of about 0.38 under a split by clip.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from expressiveness._io import decoded, place, read_bounded
from expressiveness.data.interview import Interview
from expressiveness.data.readers import DEFAULT_TARGET
from expressiveness.errors import ConfigError, TrainingError, reason

STRATA = 5
"""Maximum number of strata by mean score, so that every set covers the range of scores."""


MAX_SPLIT_BYTES = 64 * 2**20

_SETS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    "test": "test",
}


@dataclass(frozen=True, slots=True)
class Split:
    """The ids of the interviews in each set; no participant has interviews in two of them."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        counts = Counter([*self.train, *self.validation, *self.test])
        if twice := sorted(id for id, count in counts.items() if count > 1):
            raise TrainingError(
                f"split: {', '.join(twice[:3])} is in it twice, so that it would be tested on what it learned"
            )

    def __repr__(self) -> str:
        return f"Split({len(self.train)} train, {len(self.validation)} validation, {len(self.test)} test interviews)"

    def set_of(self, interview_id: str) -> str | None:
        """The set that an interview is in: "train", "validation", "test", or None if it is in none."""
        for name in ("train", "validation", "test"):
            if interview_id in getattr(self, name):
                return name
        return None


def split_by_participant(
    interviews: Sequence[Interview],
    *,
    target: str = DEFAULT_TARGET,
    test_share: float = 0.2,
    validation_share: float = 0.2,
    seed: int = 0,
) -> Split:
    """Split interviews into three sets by participant, stratified on their mean score.

    Args:
        interviews: to split.
        target: the score that participants are stratified on.
        test_share: of the participants, above 0 and at most 0.5.
        validation_share: of the participants, likewise.
        seed: for the random assignment.

    Raises:
        TrainingError: there are too few participants for three sets.
    """
    people = {interview.participant for interview in interviews}
    if len(people) < 3:
        raise TrainingError(
            f"{len(people)} participants cannot be parted into training, validation and test sets; "
            "add interviews of other people (at least 3, better 30)"
        )
    test = _share_of_people(interviews, target, test_share, seed)
    rest = [interview for interview in interviews if interview.participant not in test]
    validation = _share_of_people(rest, target, validation_share / (1 - test_share), seed)
    return Split(
        train=tuple(i.id for i in rest if i.participant not in validation),
        validation=tuple(i.id for i in rest if i.participant in validation),
        test=tuple(i.id for i in interviews if i.participant in test),
    )


def read_split(file: Path | str, interviews: Sequence[Interview]) -> Split:
    """Read a split that a study prescribes, as a CSV with the columns `id` and `set`.

    Args:
        file: names train, validation (or val, dev) or test for each interview; other ids are passed over.
        interviews: to split; those that the file does not name are in no set.

    Raises:
        TrainingError: the file cannot be read, a set is empty or unknown, or a participant is in two sets.
    """
    try:
        rows = list(csv.DictReader(StringIO(decoded(read_bounded(place(file), most=MAX_SPLIT_BYTES)), newline="")))
        said = {row["id"].strip(): _SETS[row["set"].strip().lower()] for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{file} cannot be read as a split ({reason(error)}); give a CSV of id and set") from error
    except (KeyError, AttributeError) as error:
        raise TrainingError(
            f"{file}: {error} is no column or no set; give id and set: train, validation, test"
        ) from error
    sets: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    people: dict[str, str] = {}
    for one in interviews:
        if name := said.get(one.id):
            sets[name].append(one.id)
            if people.setdefault(one.participant, name) != name:
                raise TrainingError(
                    f"{file}: the participant of {one.id} is in {people[one.participant]} and in {name}, so the model "
                    "would be judged on people that it knows; put each person into one set"
                )
    if empty := [name for name, ids in sets.items() if not ids]:
        raise TrainingError(f"{file} puts no interview into {' or '.join(empty)}; name some")
    return Split(**{name: tuple(ids) for name, ids in sets.items()})


def participant_folds(
    interviews: Sequence[Interview], *, folds: int = 5, target: str = DEFAULT_TARGET, seed: int = 0
) -> list[frozenset[str]]:
    """Assign participants to folds, stratified on their mean score.

    Returns:
        The participants of each fold; every participant is in exactly one.

    Raises:
        TrainingError: there are fewer participants than folds.
    """
    scores: dict[str, list[float]] = {}
    for interview in interviews:
        scores.setdefault(interview.participant, []).append(interview.scores[target])
    people = np.array(sorted(scores))
    if not 2 <= folds <= len(people):
        raise TrainingError(
            f"{len(people)} participants cannot be dealt into {folds} folds; add people or lower the folds"
        )
    ranks = pd.Series([np.mean(scores[person]) for person in people]).rank(method="first")
    strata = pd.qcut(ranks, min(STRATA, len(people) // folds), labels=False)
    dealing = StratifiedKFold(folds, shuffle=True, random_state=seed).split(people, strata)
    return [frozenset(people[members].tolist()) for _, members in dealing]


def _share_of_people(interviews: Sequence[Interview], target: str, share: float, seed: int) -> frozenset[str]:
    people = len({interview.participant for interview in interviews})
    if not 0 < share <= 0.5:
        raise ConfigError(f"a share of {share:.2f} of the participants; give one above 0 and at most 0.5")
    return participant_folds(interviews, folds=min(people, round(1 / share)), target=target, seed=seed)[0]
