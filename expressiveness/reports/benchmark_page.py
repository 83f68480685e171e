"""The benchmark's results as lines of text and as an HTML page, and reading its groups file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from expressiveness._io import decoded, read_bounded
from expressiveness.data import CATEGORIES, COLORS, NEAR, RESERVED, participant_name
from expressiveness.errors import ReportError, reason
from expressiveness.models import TERMS
from expressiveness.reports.data_notes import (
    data_notes,
    identity_note,
    in_brackets,
    note_lines,
    order_table,
    text_lines,
)
from expressiveness.reports.html_page import Block, Picture, Table, page
from expressiveness.reports.plots import INK, canvas
from expressiveness.wording import NO_FRAME_TRUTH, counted, decimal

if TYPE_CHECKING:
    from expressiveness.evaluation import BenchmarkResults

COLUMNS = {
    "spearman": "Spearman",
    "c_index": "C-index",
    "kendall": "Kendall",
    "mae": "MAE",
    "ccc": "CCC",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "qwk": "QWK",
    "ece": "ECE",
}

MAX_GROUPS_BYTES = 64 * 2**20


def read_groups(file: Path | str) -> dict[str, str]:
    """Read the group of each participant from a CSV file with the columns `user_no` and `group`.

    Raises:
        ReportError: the file is missing, or has other columns.
    """
    try:
        text = decoded(read_bounded(Path(file), most=MAX_GROUPS_BYTES))
        rows = csv.DictReader(StringIO(text, newline=""), restval="")  # a row may end early
        return {participant_name(row["user_no"]): row["group"] for row in rows}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise ReportError(
            f"{file} cannot be read as groups ({_why(error)}); give a CSV with the columns user_no and group"
        ) from error


def _why(error: Exception) -> str:
    return f"no column {error}" if isinstance(error, KeyError) else reason(error)


def table_lines(results: BenchmarkResults) -> list[str]:
    """The table as lines of text, followed by notes on the data; `*` marks rows that leak."""
    rows = [_cells(row) for row in results.rows]
    header = ("", *COLUMNS.values())
    return [
        *text_lines([header, *rows]),
        f"{counted(results.clips, 'clip')} of {counted(results.participants, 'participant')}, "
        f"{counted(len(results.passed_over), 'clip')} skipped; "
        f"{counted(results.near_threshold, 'clip')} near a threshold; * marks rows that leak",
        *note_lines(results.as_dict()),
    ]


def benchmark_report(results: BenchmarkResults) -> str:
    """The results as HTML."""
    figures = results.as_dict()
    sections: dict[str, Sequence[Block]] = {
        "Held-out people": _held_out(figures),
        "Differences on the same people": [
            Table(
                ("", "Spearman", "better on", "macro-F1", "better on"),
                [
                    (f"{one['of']} over {one['over']}", *_gain(one, "spearman"), *_gain(one, "macro_f1"))
                    for one in figures["differences"]
                ],
            )
        ],
        "Single frames": _single_frames(figures["rows"]),
        "Calibration": _calibration(figures),
        "Parts of the data": _parts_of_data(figures),
        "Terms of use": [TERMS],
    }
    return page("Benchmark", sections)


def _held_out(figures: Mapping[str, Any]) -> list[Block]:
    rows = figures["rows"]
    recalls = [(_name(row), *(decimal(row["recall"][name]) for name in CATEGORIES)) for row in rows]
    return [
        f"{counted(figures['clips'], 'clip')} of {counted(figures['participants'], 'participant')}, each judged by "
        f"a model that has not seen the person ({figures['config']['folds']} folds). Rows marked * leak: they have "
        "seen the people they are judged on, and show what that is worth. Intervals come from drawing people.",
        Picture(_intervals(rows), "Spearman's rho of each row with its 95 % interval."),
        Table((f"{figures['clips']:,} clips", *COLUMNS.values()), [_cells(row) for row in rows]),
        *([note] if (note := identity_note(figures)) else []),
        Table(("recall", *CATEGORIES), recalls),
    ]


def _single_frames(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    judged = [(row["name"], row["frames"]) for row in rows if row["frames"]]
    if not judged:
        return [NO_FRAME_TRUTH]
    thirds = tuple(judged[0][1]["within_by_amplitude"] or ())
    return [
        "Spearman's rho between a model's frames and their known truth: the mean over videos of rho within each, also "
        "by thirds of the videos' amplitude, and rho over the frames of all videos.",
        Table(
            ("", "frames", "within a video", *(f"{third} amplitude" for third in thirds), "all frames"),
            [
                (
                    name,
                    f"{one['n']:,}",
                    decimal(one["within"]) + in_brackets(one["within_ci"]),
                    *(decimal((one["within_by_amplitude"] or {}).get(third)) for third in thirds),
                    decimal(one["pooled"]),
                )
                for name, one in judged
            ],
        ),
    ]


def _parts_of_data(figures: Mapping[str, Any]) -> list[Block]:
    headings = {"by_quality": "quality", "by_duration": "duration", "by_group": "group"}
    return [
        f"Figures of {_names(figures)[figures['leading']]}.",
        *(
            Table((heading, "clips", "Spearman", "accuracy", "macro-F1", "mean error"), _parts(figures[key]))
            for key, heading in headings.items()
            if figures[key]
        ),
        f"{counted(figures['near_threshold'], 'clip')} within {NEAR:g} of a threshold: "
        "there the category is close to chance.",
        _ceiling(figures["noise_ceiling"]),
        *data_notes(figures),
        *([orders] if (orders := order_table(figures)) else []),
    ]


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return _name(row), *(decimal(row[key]) + in_brackets(row.get(f"{key}_ci")) for key in COLUMNS)


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['name']}{' *' if row['leaky'] else ''}"


def _names(figures: Mapping[str, Any]) -> dict[str, str]:
    return {row["key"]: row["name"] for row in figures["rows"]}


def _gain(difference: Mapping[str, Any], figure: str) -> tuple[str, str]:
    gain = f"{difference[figure]:+.3f}{in_brackets(difference[f'{figure}_ci'])}"
    return gain, f"{difference[f'{figure}_better']:.0%} of draws"


def _calibration(figures: Mapping[str, Any]) -> list[Block]:
    names, leading = _names(figures), figures["leading"]
    errors = [(names[key], f"{found['ece']:.3f}") for key, found in figures["calibration"].items()]
    blocks: list[Block] = [Table(("", "expected calibration error"), errors)]
    if leading in figures["calibration"]:
        diagram = _reliability_diagram(figures["calibration"][leading]["bins"])
        blocks.append(Picture(diagram, f"Accuracy of {names[leading]} by its confidence."))
    return blocks


def _parts(parts: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (name, str(one["n"]), *(decimal(one[key]) for key in ("spearman", "accuracy", "macro_f1", "mean_error")))
        for name, one in parts.items()
    ]


def _ceiling(ceiling: Mapping[str, Any]) -> str:
    retakes = counted(ceiling["retakes"], "answer")
    if ceiling["ceiling"] is None:
        return f"{retakes} recorded twice: too few to estimate how well the best model could do."
    reached = f", of which {ceiling['spearman']:.2f} is {ceiling['share']:.0%}" if ceiling["share"] is not None else ""
    return (
        f"{retakes} recorded twice: their scores correlate by {ceiling['reliability']:.2f}, so a model can reach about "
        f"{ceiling['ceiling']:.2f}{reached}."
    )


def _intervals(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw each row's Spearman with its interval, the first row on top; hollow markers leak."""
    known = [row for row in reversed(rows) if row["spearman"] is not None]
    figure, axes = canvas(9, 1.2 + 0.4 * len(known))
    for position, row in enumerate(known):
        if row["spearman_ci"]:
            axes.plot(row["spearman_ci"], [position, position], color=INK, lw=1.5)
        axes.plot(
            row["spearman"], position, "o", color=COLORS[RESERVED], markerfacecolor="white" if row["leaky"] else None
        )
    axes.set_yticks(range(len(known)), [_name(row) for row in known])
    axes.axvline(0, color=INK, lw=0.6)
    axes.margins(x=0.06)
    axes.set_ylim(-0.6, len(known) - 0.4)
    axes.set_xlabel("Spearman's rho, with a 95 % interval over people")
    return figure


def _reliability_diagram(bins: Sequence[Mapping[str, Any]]) -> Figure:
    figure, axes = canvas(5, 5)
    axes.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=(0, (4, 3)))
    confidence, accuracy = [one["confidence"] for one in bins], [one["accuracy"] for one in bins]
    axes.plot(confidence, accuracy, "o-", color=COLORS[RESERVED], clip_on=False, zorder=3)
    for one in bins:
        axes.annotate(str(one["n"]), (one["confidence"], one["accuracy"]), xytext=(5, -10), textcoords="offset points")
    total = counted(sum(one["n"] for one in bins), "clip")
    axes.set(xlim=(-0.03, 1.06), ylim=(-0.03, 1.06), xlabel="confidence", ylabel="accuracy")
    axes.set_title(f"Reliability ({total}; numbers: clips)")
    return figure
