"""Who codes which interviews: shared out evenly, with some for everybody, in an order that is random but fixed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from expressiveness._io import decoded, output_file, place, read_bounded
from expressiveness.coding.codes import Codings
from expressiveness.data import CATEGORIES, CategoryRule, Interview, short_name
from expressiveness.errors import ConfigError, InterviewError, reason
from expressiveness.wording import counted

ASSIGNMENTS_FILE = "assignments.csv"
MAX_ASSIGNMENT_BYTES = 64 * 2**20

Why = Literal["calibration", "overlap", "own"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One interview that one person codes."""

    coder: str
    order: int  # from 1
    interview: str
    why: Why  # calibration: known ones, first; overlap: coded by everybody, for the agreement


@dataclass(frozen=True, slots=True)
class Assignments:
    """Who codes what, and in which order."""

    rows: tuple[Assignment, ...]

    def __repr__(self) -> str:
        return f"Assignments({counted(len(self.rows), 'interview')} for {', '.join(self.coders)})"

    @property
    def coders(self) -> tuple[str, ...]:
        """Who codes, in the order in which they were named."""
        return tuple(dict.fromkeys(row.coder for row in self.rows))

    def of(self, coder: str) -> tuple[Assignment, ...]:
        """What one person codes, in order."""
        return tuple(sorted((row for row in self.rows if row.coder == coder), key=lambda row: row.order))

    def progress(self, codings: Codings) -> dict[str, tuple[int, int]]:
        """How many of their interviews each coder has begun, and how many they have."""
        table = codings.current().table
        done = {
            coder: set(map(str, table.loc[(table["coder"] == coder).to_numpy(), "interview"].unique()))
            for coder in self.coders
        }
        return {
            coder: (sum(row.interview in done[coder] for row in self.of(coder)), len(self.of(coder)))
            for coder in self.coders
        }

    def next_for(self, coder: str, codings: Codings) -> str | None:
        """The first interview that a coder has not begun; None if there is none left."""
        begun = set(map(str, codings.by(coder).current().table["interview"]))
        return next((row.interview for row in self.of(coder) if row.interview not in begun), None)

    def write(self, file: Path | str, *, overwrite: bool = False) -> None:
        """Write a CSV with the columns `coder`, `order`, `interview` and `why`.

        Raises:
            OutputError: the file cannot be written, or exists and `overwrite` is not set.
        """
        place(file).parent.mkdir(parents=True, exist_ok=True)
        with output_file(place(file), overwrite=overwrite) as unfinished, unfinished.open("w", newline="") as opened:
            writer = csv.DictWriter(opened, [field.name for field in fields(Assignment)], lineterminator="\n")
            writer.writeheader()
            writer.writerows(asdict(row) for row in self.rows)

    @classmethod
    def read(cls, file: Path | str) -> Assignments:
        """Read what `write` wrote.

        Raises:
            InterviewError: the file is missing or invalid.
        """
        try:
            text = decoded(read_bounded(place(file), most=MAX_ASSIGNMENT_BYTES))
            return cls(tuple(_assignment(row) for row in csv.DictReader(io.StringIO(text))))
        except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
            raise InterviewError(
                f"{file} holds no assignments ({reason(error)}); write it again (expressiveness assign)"
            ) from error


def assign(
    interviews: Sequence[Interview],
    coders: Sequence[str],
    *,
    overlap: float = 0.2,
    share: float = 1.0,
    calibration: Sequence[str] = (),
    rule: CategoryRule | None = None,
    seed: int = 0,
) -> Assignments:
    """Share interviews out among coders.

    Categories and participants are spread: whoever codes a part gets of each category and of each participant as evenly
    as the numbers allow, and so does the overlap.

    Args:
        interviews: to code.
        coders: two names or more.
        overlap: the share that everybody codes, 0 to 1; with 1 everybody codes all.
        share: of all interviews that are coded at all, above 0.
        calibration: ids of interviews whose codes are known; everybody codes them first, in the same order.
        rule: how interviews get their category; without it only participants are spread.
        seed: of the order; the same seed gives the same assignments.

    Raises:
        ConfigError: there are fewer than two coders, a name twice, or a share that is out of range.
        InterviewError: an interview for calibration is not there.
    """
    if len(coders) < 2 or len(set(coders)) < len(coders):
        raise ConfigError(f"coders {', '.join(coders) or 'none'}: give two different names or more")
    if not 0 <= overlap <= 1 or not 0 < share <= 1:
        raise ConfigError(f"overlap {overlap:g} and share {share:g}: give parts of 1, as in 0.2")
    if missing := sorted(set(calibration) - {one.id for one in interviews}):
        raise InterviewError(f"there is no interview {missing[0]} to calibrate on; give ids of this folder")
    rest = _spread([one for one in interviews if one.id not in set(calibration)], rule, seed)
    rest = rest[: round(share * len(rest))]
    common = _evenly(len(rest), round(overlap * len(rest)))
    shared = {rest[place].id for place in common}
    own = [one.id for one in rest if one.id not in shared]
    rows = []
    for number, coder in enumerate(coders):
        why: dict[str, Why] = dict.fromkeys(sorted(shared), "overlap")
        why |= dict.fromkeys(own[number :: len(coders)], "own")
        ids = list(why)
        # Each coder has an order of their own, so that tiredness and habit do not meet the same videos in all.
        np.random.default_rng([seed, number]).shuffle(ids)
        known: list[tuple[str, Why]] = [(id, "calibration") for id in calibration]
        for order, (id, reason_) in enumerate([*known, *((id, why[id]) for id in ids)], start=1):
            rows.append(Assignment(coder, order, id, reason_))
    return Assignments(tuple(rows))


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a coder said about a known video, and what is known."""

    interview: str
    said: str
    known: str

    @property
    def right(self) -> bool:
        """Whether both are the same."""
        return self.said == self.known

    def __str__(self) -> str:
        said, known = short_name(self.said), short_name(self.known)
        return f"{self.interview}: {said}, as is known" if self.right else f"{self.interview}: {said}; known is {known}"


def feedback(codings: Codings, coder: str, known: Mapping[str, str]) -> list[Feedback]:
    """Hold a coder's codes of videos against known ones, after the calibration round.

    Args:
        codings: of all coders.
        coder: who gets the feedback.
        known: the category of each interview for calibration, by id.
    """
    table = codings.by(coder).current().table
    table = table[((table["unit"] == "video") & (table["category"] >= 0)).to_numpy()]
    said = dict(zip(map(str, table["interview"]), table["category"].tolist(), strict=True))
    return [Feedback(id, CATEGORIES[said[id]], category) for id, category in known.items() if id in said]


def _assignment(row: Mapping[str, Any]) -> Assignment:
    if row["why"] not in get_args(Why):
        raise ValueError(f"{row['why']!r} is none of {', '.join(get_args(Why))}")
    return Assignment(row["coder"], int(row["order"]), row["interview"], row["why"])


def _spread(interviews: Sequence[Interview], rule: CategoryRule | None, seed: int) -> list[Interview]:
    """The interviews in an order of which every stretch has of each category and participant about its share."""
    random = np.random.default_rng(seed)
    groups: dict[tuple[str, str], list[Interview]] = {}
    for place_ in random.permutation(len(interviews)).tolist():
        one = interviews[place_]
        groups.setdefault((rule.category(one.scores) if rule else "", one.participant), []).append(one)
    placed = [
        ((number + random.random()) / len(members), one)
        for members in groups.values()
        for number, one in enumerate(members)
    ]
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


def _evenly(count: int, wanted: int) -> list[int]:
    """So many places out of `count`, evenly spread."""
    return [int(place_) for place_ in (np.arange(wanted) + 0.5) * count / max(wanted, 1)]
