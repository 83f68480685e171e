"""How far coders agree, with intervals over participants, and in words what such figures cannot tell.

Start at `agreement`. Codes of one person's frames are not independent, so the intervals come from drawing whole
participants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness.coding.codes import Codings
from expressiveness.coding.coefficients import alpha, alpha_of_levels, intraclass_correlations, kappa
from expressiveness.coding.ratings import Ratings, pairs_of
from expressiveness.data import CATEGORIES, short_name
from expressiveness.evaluation import BOOTSTRAP_DRAWS, draws_of_people, percentile_interval
from expressiveness.types import Floats, Ints
from expressiveness.wording import counted, decimal, interval

FEW_PEOPLE = 10
"""With fewer the percentile bootstrap gives intervals that are clearly too narrow."""

FEW_UNITS = 30

ONE_SIDED = 0.9
"""If one category has such a share of the codes, kappa and alpha are low even if coders nearly always agree."""

COUNT = len(CATEGORIES)


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient with its 95 % interval; None if it is undefined."""

    value: float | None
    ci: tuple[float, float] | None

    def __str__(self) -> str:
        if self.value is None:
            return "undefined"
        return f"{decimal(self.value)}{f' ({interval(self.ci)})' if self.ci else ''}"


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two coders, on what both coded."""

    coders: tuple[str, str]
    n: int
    figures: dict[str, Figure]  # `agreement`, `kappa`, `kappa_linear` and `kappa_quadratic`
    confusion: tuple[tuple[float, ...], ...]
    """The first coder in rows, in the order of CATEGORIES; with a tolerance there may be halves."""

    def __repr__(self) -> str:
        return f"PairAgreement({' and '.join(self.coders)}, n={self.n})"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far k coders agree about the frames, stretches or videos that at least two of them coded."""

    unit: str
    scale: str
    coders: tuple[str, ...]
    n: int  # units with at least two codes
    coded_by_all: int
    people: int
    figures: dict[str, Figure]  # of all coders together
    pairs: tuple[PairAgreement, ...]  # of categories
    notes: tuple[str, ...]  # what to keep in mind, in sentences

    def __repr__(self) -> str:
        return f"Agreement({counted(self.n, self.unit)}, {self.scale}, by {', '.join(self.coders)})"

    def as_dict(self) -> dict[str, Any]:
        """All figures, ready for JSON."""
        return {
            "unit": self.unit,
            "scale": self.scale,
            "coders": list(self.coders),
            "n": self.n,
            "coded_by_all": self.coded_by_all,
            "people": self.people,
            "figures": _plain(self.figures),
            "pairs": [
                {
                    "coders": list(pair.coders),
                    "n": pair.n,
                    "figures": _plain(pair.figures),
                    "confusion": [list(row) for row in pair.confusion],
                }
                for pair in self.pairs
            ],
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """The figures as lines of text."""
        scale = "categories" if self.scale == "category" else "levels"
        lines = [f"{counted(self.n, self.unit)} with {scale} by at least two of {', '.join(self.coders)}:"]
        lines += [f"  {LABELS[name]}: {figure}" for name, figure in self.figures.items()]
        for pair in self.pairs:
            first, second = pair.coders
            lines += [f"  {first} and {second}, {counted(pair.n, self.unit)}:"]
            lines += [f"    {LABELS[name]}: {figure}" for name, figure in pair.figures.items()]
            heads = [short_name(name) for name in CATEGORIES]
            lines += [f"    {first} says, and {second}: {', '.join(heads)}"]
            for head, row in zip(heads, pair.confusion, strict=True):
                lines.append(f"      {head}: {', '.join(f'{n:g}' for n in row)}")
        return [*lines, *(f"  Note: {note}" for note in self.notes)]


LABELS = {
    "alpha_nominal": "Krippendorff's alpha, nominal",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "alpha_interval": "Krippendorff's alpha, interval",
    "icc_single": "ICC(2,1), one coder",
    "icc_mean": "ICC(2,k), mean of the coders",
    "agreement": "share of equal codes",
    "kappa": "Cohen's kappa",
    "kappa_linear": "kappa, linear weights",
    "kappa_quadratic": "kappa, quadratic weights",
}
"""In the order in which they are shown."""


def agreement(ratings: Ratings, *, draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> Agreement:
    """How far coders agree.

    With a tolerance, two coders' categories of a frame also count as equal if the other gave that category within so
    many seconds, as people do not mark a change at the very same frame. Pairs are then counted from either side and
    averaged (Bakeman, Quera and Gnisci, "Observer agreement for timed-event sequential data", Behav. Res. Methods 41
    (2009), report both sides); alpha and ICC stay strict.

    Args:
        ratings: of the coders.
        draws: bootstrap samples of participants, for the intervals.
        seed: of the bootstrap.
    """
    shared = ratings.select(np.flatnonzero(np.isfinite(ratings.values).sum(axis=1) > 1))
    complete = np.isfinite(shared.values).all(axis=1)
    people, owner = np.unique(shared.participant, return_inverse=True)
    drawn = _times_drawn(len(people), draws, seed)
    figures = _of_categories(shared, owner, drawn) if ratings.scale == "category" else {}
    figures |= _of_levels(shared, owner, drawn)
    pairs = _pairs(ratings, draws, seed) if ratings.scale == "category" else ()
    return Agreement(
        ratings.unit,
        ratings.scale,
        ratings.coders,
        len(shared.values),
        int(complete.sum()),
        len(people),
        figures,
        pairs,
        tuple(_notes(ratings, len(shared.values), int(complete.sum()), len(people), figures)),
    )


def seen_notes(codings: Codings) -> list[str]:
    """A sentence about the codes that were given with a model's prediction in sight, if there are any."""
    table = codings.current().table
    table = table[(table["role"] == "single").to_numpy()]
    shown = int((table["seen"] == "shown").sum())
    if not shown:
        return []
    return [
        f"{shown:,} of {counted(len(table), 'code')} were given with a model's prediction in sight; coders may agree "
        "because they followed it, so report only codes of the blind mode"
    ]


def _of_categories(ratings: Ratings, owner: Ints, drawn: Floats) -> dict[str, Figure]:
    sums = _coincidences(ratings, owner, len(drawn.T))
    return {
        f"alpha_{metric}": _figure(sums, drawn, partial(alpha, metric=metric))
        for metric in ("nominal", "ordinal", "interval")
    }


def _of_levels(ratings: Ratings, owner: Ints, drawn: Floats) -> dict[str, Figure]:
    """Figures of values as numbers; the ICC is over what all coders coded."""
    people, k = len(drawn.T), len(ratings.coders)
    known = np.isfinite(ratings.values)
    middle = ratings.values[known].mean() if known.any() else 0.0
    values = np.where(known, ratings.values - middle, 0.0)  # around 0, so that no digits are lost in the squares
    counts, totals, squares = known.sum(axis=1), values.sum(axis=1), (values**2).sum(axis=1)
    within = (counts * squares - totals**2) / (counts - 1)
    figures = {}
    if ratings.scale == "level":
        sums = _by_person([counts, totals, squares, within], owner, people)
        figures["alpha_interval"] = _figure(sums, drawn, alpha_of_levels)
    full = known.all(axis=1)
    columns = [full, full * totals**2, full * squares, *(full * values[:, coder] for coder in range(k))]
    sums = _by_person(columns, owner, people)
    for place, name in enumerate(("icc_single", "icc_mean")):
        figures[name] = _figure(sums, drawn, partial(_icc, place=place))
    return figures


def _icc(sums: Floats, *, place: int) -> Floats:
    """One of the two intraclass correlations, from sums as `_of_levels` makes them."""
    correlations = intraclass_correlations(sums[..., 0], sums[..., 1], sums[..., 3:], sums[..., 2])
    return correlations[place]


def _pairs(ratings: Ratings, draws: int, seed: int) -> tuple[PairAgreement, ...]:
    found = []
    for a, b in pairs_of(ratings.coders):
        both = ratings.select(np.flatnonzero(np.isfinite(ratings.values[:, [a, b]]).all(axis=1)))
        people, owner = np.unique(both.participant, return_inverse=True)
        one, other = (both.values[:, coder].astype(np.int64) for coder in (a, b))
        tables = _tables(owner, one, other, len(people))
        if ratings.tolerance and ratings.unit == "frame":
            forward = _tables(owner, one, _forgiven(both, one, other), len(people))
            backward = _tables(owner, _forgiven(both, other, one), other, len(people))
            tables = (forward + backward) / 2
        drawn = _times_drawn(len(people), draws, seed)
        figures = {
            "agreement": _figure(tables, drawn, _share_equal),
            "kappa": _figure(tables, drawn, kappa),
            "kappa_linear": _figure(tables, drawn, lambda table: kappa(table, "linear")),
            "kappa_quadratic": _figure(tables, drawn, lambda table: kappa(table, "quadratic")),
        }
        rows = tuple(tuple(row) for row in tables.sum(axis=0).tolist())
        found.append(PairAgreement((ratings.coders[a], ratings.coders[b]), len(one), figures, rows))
    return tuple(found)


def _forgiven(ratings: Ratings, one: Ints, other: Ints) -> Ints:
    """The other coder's categories, with those that they gave within the tolerance counted as equal."""
    interview, seconds = ratings.about["interview"].cat.codes.to_numpy(), ratings.about["start"].to_numpy()
    order = np.lexsort((seconds, interview))
    # All videos on one line, far enough apart that no tolerance reaches from one into the next.
    line = seconds + interview * (np.nanmax(seconds, initial=0) + 3 * ratings.tolerance + 1)
    line = line[order]
    slack = ratings.tolerance + 1e-9
    begin, end = np.searchsorted(line, line - slack), np.searchsorted(line, line + slack, side="right")
    result = other.copy()
    for category in range(COUNT):
        so_far = np.concatenate([[0], np.cumsum(other[order] == category)])
        near = np.zeros(len(one), dtype=bool)
        near[order] = so_far[end] > so_far[begin]
        result[near & (one == category)] = category
    return result


def _coincidences(ratings: Ratings, owner: Ints, people: int) -> Floats:
    """Each person's table of coincidences, shape (people, c, c); see `alpha`."""
    known = np.isfinite(ratings.values)
    codes = np.where(known, ratings.values, 0).astype(np.int64)
    weight = 1 / np.maximum(known.sum(axis=1) - 1, 1)
    tables = np.zeros((people, COUNT, COUNT))
    for a, b in pairs_of(ratings.coders):
        both = known[:, a] & known[:, b]
        counts = _tables(owner[both], codes[both, a], codes[both, b], people, weight[both])
        tables += counts + counts.transpose(0, 2, 1)
    return tables


def _tables(owner: Ints, one: Ints, other: Ints, people: int, weights: Floats | None = None) -> Floats:
    """Each person's table of two coders' categories, shape (people, c, c)."""
    counts = np.bincount((owner * COUNT + one) * COUNT + other, weights, minlength=people * COUNT**2)
    return counts.astype(np.float64).reshape(people, COUNT, COUNT)


def _by_person(columns: Sequence[npt.NDArray[Any]], owner: Ints, people: int) -> Floats:
    """Each person's sums of some columns, shape (people, columns)."""
    return np.stack([np.bincount(owner, column, minlength=people) for column in columns], axis=-1)


def _times_drawn(people: int, draws: int, seed: int) -> Floats:
    """How often each person is in each bootstrap sample, shape (draws, people)."""
    if not people:
        return np.zeros((0, 0))
    names = np.arange(people).astype(str)
    samples = draws_of_people(names, draws, seed)
    return np.stack([np.bincount(rows, minlength=people) for rows in samples]).astype(np.float64)


def _figure(sums: Floats, drawn: Floats, coefficient: Callable[[Floats], Floats]) -> Figure:
    """A coefficient of everybody's sums, and its interval over the people drawn."""
    value = float(coefficient(sums.sum(axis=0)))
    if not np.isfinite(value):
        return Figure(None, None)
    samples = np.tensordot(drawn, sums, axes=1)
    bounds = percentile_interval(coefficient(samples))
    return Figure(value, (bounds[0], bounds[1]) if bounds else None)


def _share_equal(table: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.trace(table, axis1=-2, axis2=-1) / table.sum(axis=(-2, -1)))


def _notes(ratings: Ratings, count: int, coded_by_all: int, people: int, figures: Mapping[str, Figure]) -> list[str]:
    """What the figures cannot tell, in sentences."""
    if len(ratings.coders) < 2:
        return ["there is only one coder here; have a second one code some of the same videos"]
    if not count:
        return [f"no {ratings.unit} was coded by two people; give them some of the same videos (expressiveness assign)"]
    notes = []
    if not ratings.by_person:
        notes.append(
            "who is in each video is not known, so the intervals are over videos, and too narrow if people have "
            "several; give the folder of interviews, too"
        )
    if people < FEW_PEOPLE:
        what = "participant" if ratings.by_person else "video"
        notes.append(f"the intervals rest on {counted(people, what)} and are too narrow; code more people")
    if count < FEW_UNITS:
        notes.append(f"{counted(count, ratings.unit)} are few; chance alone moves such figures by tenths")
    if coded_by_all < count and len(ratings.coders) > 2:
        notes.append(f"ICC is over the {coded_by_all:,} that all {len(ratings.coders)} coders coded")
    values = ratings.values[np.isfinite(ratings.values).sum(axis=1) > 1]
    if ratings.scale == "category":
        shares = np.bincount(values[np.isfinite(values)].astype(np.int64), minlength=COUNT) / np.isfinite(values).sum()
        top = int(shares.argmax())
        if shares[top] >= ONE_SIDED:
            notes.append(
                f"{shares[top]:.0%} of the codes are {short_name(CATEGORIES[top])}; kappa and alpha are then low even "
                "if coders nearly always agree (Feinstein and Cicchetti 1990); report the share of equal codes, too"
            )
        missing = [short_name(CATEGORIES[place]) for place in np.flatnonzero(shares == 0)]
        if missing:
            notes.append(f"nobody said {' or '.join(missing)}, so nothing is known of agreement about it")
    if any(figure.value is None for figure in figures.values()):
        notes.append("an undefined figure has no variation to agree about, or nothing that all coders coded")
    return notes


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: {"value": one.value, "ci": one.ci and list(one.ci)} for name, one in figures.items()}
