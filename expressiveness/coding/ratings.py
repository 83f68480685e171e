"""Codes side by side: a row for each frame, stretch or video, and a column for each coder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from expressiveness.coding.codes import Code, Codings, Unit
from expressiveness.data import CATEGORIES
from expressiveness.errors import InterviewError
from expressiveness.types import Floats, Ints
from expressiveness.wording import counted

Scale = Literal["category", "level"]
SCALES: tuple[Scale, ...] = ("category", "level")

LEAST_OVERLAP = 0.5
"""Two stretches are the same if what they share is at least so much of what both cover together."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """What k coders said about the same n frames, stretches or videos."""

    coders: tuple[str, ...]  # k
    values: Floats  # (n, k) indices into CATEGORIES, or levels; NaN where a coder said nothing
    about: pd.DataFrame  # n rows: `interview`, `frame_number` (0 for none), `start` and `end` in seconds
    unit: Unit
    scale: Scale
    participant: Ints  # (n,) into people
    people: tuple[str, ...]  # the videos' ids, if nobody said who is in them
    by_person: bool  # whether `people` are participants, and not just videos
    tolerance: float = 0.0  # seconds
    settling: int = 0  # the last so many of the coders settled disagreements, one a row at most

    def __repr__(self) -> str:
        return f"Ratings({counted(len(self.values), self.unit)} by {', '.join(self.coders)})"

    def select(self, rows: Ints) -> Ratings:
        """Some of the rows."""
        return replace(self, values=self.values[rows], about=self.about.iloc[rows], participant=self.participant[rows])


def rate(
    codings: Codings,
    unit: Unit,
    *,
    scale: Scale = "category",
    tolerance: float = 0.0,
    overlap: float = LEAST_OVERLAP,
    participants: Mapping[str, str] | None = None,
    settled: bool = False,
) -> Ratings:
    """Put what coders said about the same things side by side.

    Args:
        codings: of all coders; only what each said last counts.
        unit: what was coded.
        scale: categories, or continuous levels.
        tolerance: two coders' frames that are at most so many seconds apart are the same, if neither coded the other's.
        overlap: stretches that share so much of what both cover are the same, 0 to 1.
        participants: who is in each interview, by id; needed for intervals over people.
        settled: with those who settled disagreements as further columns, and with excluded categories as -1.

    Raises:
        InterviewError: frames have no time, and a tolerance is asked for.
    """
    table = codings.current().table
    given = (table["category"] >= 0) if scale == "category" else table["level"].notna()
    excluded = table["excluded"] & (scale == "category")
    given = given & ~table["excluded"]
    table = table[((table["unit"] == unit) & ((given | excluded) if settled else given)).to_numpy()]
    settles = (table["role"] == "resolved").to_numpy()
    if not settled:
        table, settles = table[~settles], settles[~settles]
    own, others = (sorted(map(str, table["coder"][rows].unique())) for rows in (~settles, settles))
    column = np.where(settles, len(own) + _places(table["coder"], others), _places(table["coder"], own))
    coders = (*own, *others)
    if unit == "stretch":
        rows, count = _matched_stretches(table, column, len(coders), overlap)
    else:
        interview = table["interview"].cat.codes.to_numpy().astype(np.int64)
        frames = table["frame_number"].to_numpy() if unit == "frame" else np.zeros(len(table), dtype=np.int64)
        span = int(frames.max(initial=0)) + 1
        _, rows = np.unique(interview * span + frames, return_inverse=True)
        count = int(rows.max(initial=-1)) + 1
        if tolerance and unit == "frame":
            rows, count = _within_tolerance(table, rows, count, column, tolerance)
    values = np.full((count, len(coders)), np.nan)
    said = table[scale].to_numpy().astype(np.float64)
    values[rows, column] = np.where(table["excluded"], -1.0, said)
    about = _about(table, rows, count)
    named = list(map(str, table["interview"].cat.categories))
    people = [participants.get(id, id) if participants else id for id in named]
    names, person = np.unique(np.array(people, dtype=str), return_inverse=True)
    return Ratings(
        coders,
        values,
        about,
        unit,
        scale,
        person[about["interview"].cat.codes.to_numpy()] if count else np.zeros(0, dtype=np.int64),
        tuple(names.tolist()),
        bool(participants),
        tolerance,
        len(others),
    )


def with_model(ratings: Ratings, name: str, values: Mapping[tuple[str, int], float]) -> Ratings:
    """The same ratings with a model as one more coder.

    Args:
        ratings: of people.
        name: of the model, in the tables.
        values: what the model says, by interview and frame number (0 for the whole video).
    """
    keys = zip(map(str, ratings.about["interview"]), ratings.about["frame_number"].tolist(), strict=True)
    column = np.array([values.get(key, np.nan) for key in keys], dtype=np.float64)
    return replace(ratings, coders=(*ratings.coders, name), values=np.column_stack([ratings.values, column]))


def code_about(ratings: Ratings, row: int, coder: str, value: float, **fields: object) -> Code:
    """A code about the same thing as a row of ratings.

    Args:
        ratings: to take what it is about from.
        row: of the ratings.
        coder: who says it.
        value: an index into `CATEGORIES`, or a level.
        fields: other fields of `Code`.
    """
    about = ratings.about.iloc[row]
    said: dict[str, Any] = {"coder": coder, "interview": str(about["interview"]), "unit": ratings.unit, **fields}
    said |= {"category": CATEGORIES[int(value)]} if ratings.scale == "category" else {"level": float(value)}
    said |= {name: float(about[name]) for name in ("start", "end") if np.isfinite(about[name])}
    said |= {"frame_number": int(about["frame_number"])} if ratings.unit == "frame" else {}
    return Code(**said)


def _places(coder: pd.Series[Any], names: Sequence[str]) -> Ints:
    """The index of each code's coder in some names, -1 if it is not among them."""
    number = {name: place for place, name in enumerate(names)}
    places = np.array([number.get(str(name), -1) for name in coder.cat.categories], dtype=np.int64)
    return places[coder.cat.codes.to_numpy()] if len(coder) else np.zeros(0, dtype=np.int64)


def _about(table: pd.DataFrame, rows: Ints, count: int) -> pd.DataFrame:
    """What each row is about, as the first code about it says; of stretches, the mean times."""
    first = np.full(count, -1, dtype=np.int64)
    first[rows[::-1]] = np.arange(len(table))[::-1]
    about = table.iloc[first][["interview", "frame_number", "start", "end"]].reset_index(drop=True)
    if count and (table["unit"].iloc[0] == "stretch"):
        for name in ("start", "end"):
            about[name] = np.bincount(rows, weights=table[name], minlength=count) / np.bincount(rows, minlength=count)
    return about


def _within_tolerance(table: pd.DataFrame, rows: Ints, count: int, column: Ints, tolerance: float) -> tuple[Ints, int]:
    """Join neighbouring frames of different coders that are at most `tolerance` seconds apart."""
    if table["start"].isna().any():
        raise InterviewError(
            "some codes of frames have no time, which a tolerance needs; fill their column start, in seconds"
        )
    coded = np.zeros((count, int(column.max(initial=0)) + 1), dtype=bool)
    coded[rows, column] = True
    about = _about(table, rows, count)
    interview, seconds = about["interview"].cat.codes.to_numpy(), about["start"].to_numpy()
    new = np.arange(count)
    order = np.lexsort((seconds, interview))
    order = order[~coded[order].all(axis=1)]  # what all have coded needs nobody else's frame
    last = -1
    for row in order.tolist():
        near = last >= 0 and interview[last] == interview[row] and seconds[row] - seconds[last] <= tolerance
        if near and not (coded[last] & coded[row]).any():
            coded[last] |= coded[row]
            new[row] = last
        else:
            last = row
    kept, merged = np.unique(new[rows], return_inverse=True)
    return merged, len(kept)


def _matched_stretches(table: pd.DataFrame, column: Ints, coders: int, overlap: float) -> tuple[Ints, int]:
    """Number the stretches so that those of different coders that overlap enough share a number."""
    rows, count = np.zeros(len(table), dtype=np.int64), 0
    interview = table["interview"].cat.codes.to_numpy()
    times = table[["start", "end"]].to_numpy()
    for video in np.unique(interview):
        units: list[tuple[float, float]] = []
        numbers: list[int] = []
        for coder in range(coders):
            own = np.flatnonzero((interview == video) & (column == coder))
            shared = overlaps(times[own], np.array(units).reshape(-1, 2))
            found = dict(zip(*(side.tolist() for side in linear_sum_assignment(-shared)), strict=True))
            for place, row in enumerate(own.tolist()):
                unit = found.get(place, -1)
                if unit < 0 or shared[place, unit] < overlap:
                    units.append((times[row, 0], times[row, 1]))
                    numbers.append(count)
                    unit, count = len(units) - 1, count + 1
                rows[row] = numbers[unit]
    return rows, count


def overlaps(one: Floats, other: Floats) -> Floats:
    """How much stretches share of what both cover together (intersection over union).

    Args:
        one: starts and ends in seconds, shape (a, 2).
        other: likewise, shape (b, 2).

    Returns:
        Shape (a, b), 0 to 1.
    """
    begin = np.maximum(one[:, np.newaxis, 0], other[np.newaxis, :, 0])
    end = np.minimum(one[:, np.newaxis, 1], other[np.newaxis, :, 1])
    shared = np.maximum(0, end - begin)
    length = (one[:, 1] - one[:, 0])[:, np.newaxis] + (other[:, 1] - other[:, 0])[np.newaxis, :]
    return np.asarray(shared / (length - shared))


def pairs_of(coders: Sequence[str]) -> list[tuple[int, int]]:
    """Every pair of coders, as indices."""
    return [(a, b) for a in range(len(coders)) for b in range(a + 1, len(coders))]
