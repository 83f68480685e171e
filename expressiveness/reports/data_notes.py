"""Notes on the data below the benchmark's table, for the terminal and the HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from expressiveness.reports.html_page import Table
from expressiveness.wording import counted, decimal, interval

BELOW_CHANCE = (
    "A negative figure here is an artefact of the design: if each person's clips cover the whole range of scores, the "
    "mean of the others lies on the opposite side of the clip that is predicted."
)


def identity_note(figures: Mapping[str, Any]) -> str | None:
    """Explains a negative figure of the row `identity`; None if it is not negative."""
    rows = [row for row in figures["rows"] if row["key"] == "identity" and (row["spearman"] or 0) < 0]
    return f"{rows[0]['name']}: {decimal(rows[0]['spearman'])}. {BELOW_CHANCE}" if rows else None


def data_notes(figures: Mapping[str, Any]) -> list[str]:
    """Sentences on the ceiling set by the raters' agreement, and on what a person's other clips reveal."""
    notes = []
    if ceiling := figures["rating_ceiling"]:
        reach = "" if ceiling["ceiling"] is None else f", so a model can reach about {ceiling['ceiling']:.2f}"
        notes.append(
            f"The ratings of {counted(ceiling['clips'], 'clip')} have a reliability of {ceiling['reliability']:.2f}, "
            f"from the standard error of each score{reach}."
        )
    if (leak := figures["own_mean"])["spearman"] is not None:
        note = (
            f"The mean score of a person's other clips predicts a clip's with a Spearman's rho of "
            f"{decimal(leak['spearman'])} ({counted(leak['clips'], 'clip')})"
        )
        if leak["spearman"] >= 0:
            notes.append(f"{note}: that is how much knowing the person reveals.")
        elif identity_note(figures):  # which explains it
            notes.append(f"{note}, for the reason given for identity.")
        else:
            notes.append(f"{note}. {BELOW_CHANCE}")
    return notes


def order_table(figures: Mapping[str, Any]) -> Table | None:
    """The share of pairs that each row puts in the intended order; None if the data has no pairs."""
    orders: Sequence[Mapping[str, Any]] = figures["intended_orders"]
    if not orders:
        return None
    names = {"scores": "the scores themselves", **{row["key"]: row["name"] for row in figures["rows"]}}
    heading = [f"{one['name']} ({counted(one['pairs'], 'pair')})" for one in orders]
    return Table(
        ("share of pairs in the intended order", *heading),
        [(name, *(_share(one["shares"][key]) for one in orders)) for key, name in names.items()],
    )


def note_lines(figures: Mapping[str, Any]) -> list[str]:
    """All notes as lines of text."""
    note, table = identity_note(figures), order_table(figures)
    lines = [*([note] if note else []), *data_notes(figures)]
    return lines if table is None else [*lines, *text_lines([table.header, *table.rows])]


def text_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows of a table as lines of text with aligned columns."""
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in rows]


def in_brackets(bounds: Sequence[float] | None) -> str:
    """An interval to follow its figure, as in " (0.31 to 0.52)"."""
    return f" ({interval(bounds)})" if bounds else ""


def _share(found: Mapping[str, Any]) -> str:
    return decimal(found["share"]) + in_brackets(found["share_ci"])
