"""Matplotlib figures about interviews, and saving them.

Each function takes plain numbers and returns a figure, without pyplot and its global state; `save` writes it.
Categories have the same colour and order everywhere, also in the App.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.stats import gaussian_kde

from expressiveness._io import output_file
from expressiveness.data import CATEGORIES, COLORS, RESERVED, Thresholds
from expressiveness.types import Floats
from expressiveness.wording import counted, shortened

INK, GRID = "#222222", "#dddddd"
MOST_BINS = 200
MOST_QUESTIONS = 80
"""More would make the figure too tall; the questions with the most clips are kept."""
QUESTION_LETTERS = 48


def save(figure: Figure, path: Path, *, overwrite: bool = False) -> Path:
    """Write a figure in the format of the suffix, one of `FIGURE_FORMATS`.

    Raises:
        OutputError: the file cannot be written, or it exists and `overwrite` is not set.
    """
    with output_file(path, overwrite=overwrite) as unfinished:
        unfinished.write_bytes(rendered(figure, path.suffix.removeprefix(".")))
    return path


_UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def rendered(figure: Figure, format: str) -> bytes:
    """A figure as the bytes of a file in one of `FIGURE_FORMATS`, or PDF; the same figure gives the same bytes."""
    file = BytesIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "expressiveness"}), warnings.catch_warnings():
        # A question may use characters that Matplotlib's font lacks: an SVG still shows them, a PNG shows boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(file, format=format, dpi=150, metadata=_UNDATED.get(format))
    return file.getvalue()


def score_histogram(scores: Sequence[float], thresholds: Thresholds, *, label: str = "score") -> Figure:
    """Draw the distribution of scores: a histogram in category colours, the density, and the thresholds.

    Args:
        scores: one or more.
        thresholds: separate the categories.
        label: of the score's axis.
    """
    values = np.asarray(scores, dtype=np.float64)
    figure, axes = canvas(9, 4.5)
    edges = _bin_edges(values, thresholds)
    index = np.array([thresholds.index(score) for score in values])
    parts = [values[index == k] for k in range(len(CATEGORIES))]
    names = [f"{name} ({len(part) / len(values):.0%})" for name, part in zip(CATEGORIES, parts, strict=True)]
    axes.hist(
        parts, bins=edges.tolist(), stacked=True, color=list(COLORS.values()), label=names, edgecolor="white", lw=0.4
    )
    if np.ptp(values) > 0:
        grid = np.linspace(edges[0], edges[-1], 400)
        density = gaussian_kde(values)(grid) * len(values) * (edges[1] - edges[0])
        axes.plot(grid, density, color=INK, lw=1.5, label="density")
    for threshold in (thresholds.low, thresholds.high):
        axes.axvline(threshold, color=INK, ls=(0, (4, 3)), lw=1)
        side = -1 if threshold == thresholds.low else 1
        axes.annotate(
            _number(f"{threshold:g}"),
            (threshold, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4 * side, 4),
            textcoords="offset points",
            ha="right" if side < 0 else "left",
        )
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel=plain(label), ylabel="clips")
    axes.set_title(f"Scores of {counted(len(values), 'clip')}", pad=22)
    axes.legend(frameon=False)
    return figure


def score_box(scores: Sequence[float], thresholds: Thresholds, *, label: str = "score") -> Figure:
    """Draw scores as a box plot, with whiskers up to 1.5 times the interquartile range."""
    values = np.asarray(scores, dtype=np.float64)
    figure, axes = canvas(9, 2.6)
    axes.boxplot(
        values,
        orientation="horizontal",
        widths=0.5,
        patch_artist=True,
        boxprops={"facecolor": "#e8e8e8", "edgecolor": INK},
        medianprops={"color": INK, "lw": 2},
        flierprops={"marker": "o", "markersize": 3, "markerfacecolor": "none", "markeredgecolor": INK, "alpha": 0.5},
    )
    _shade_categories(axes, thresholds)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    axes.set_title(_number(f"Median {middle:.2f}; half of all clips are between {low:.2f} and {high:.2f}"))
    axes.set(xlabel=plain(label), yticks=[])
    return figure


def category_counts(counts: Mapping[str, int]) -> Figure:
    """Draw how many clips each category has; `counts` by category, a missing one counts as 0."""
    values = [counts.get(name, 0) for name in CATEGORIES]
    total = max(1, sum(values))
    figure, axes = canvas(7, 4)
    bars = axes.bar(CATEGORIES, values, color=list(COLORS.values()), width=0.65)
    axes.bar_label(bars, [f"{value:,}  ({value / total:.0%})" for value in values], padding=3)
    axes.margins(y=0.12)
    axes.set(ylabel="clips", title="Categories")
    return figure


def clips_per_participant(clips: Sequence[int]) -> Figure:
    """Draw how many participants have how many clips; `clips` has one count per participant."""
    values, participants = np.unique(np.asarray(clips), return_counts=True)
    figure, axes = canvas(7, 4)
    axes.bar(values, participants, color=COLORS[RESERVED], width=0.8)
    axes.axvline(float(np.median(clips)), color=INK, ls=(0, (4, 3)), lw=1)
    axes.set_xlim(0, values.max() + 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="clips", ylabel="participants")
    axes.set_title(f"{counted(len(clips), 'participant')}; median of {np.median(clips):g} clips (dashed)")
    return figure


def score_by_question(scores: Mapping[str, Sequence[float]], thresholds: Thresholds, *, label: str = "score") -> Figure:
    """Draw each question's median score and the middle half of its clips, the highest median on top.

    Args:
        scores: by question, at least one each.
        thresholds: separate the categories.
        label: of the score's axis.
    """
    kept = sorted(scores, key=lambda question: len(scores[question]), reverse=True)[:MOST_QUESTIONS]
    quartiles = {question: np.quantile(scores[question], [0.25, 0.5, 0.75]) for question in kept}
    ordered = sorted(kept, key=lambda question: float(quartiles[question][1]))
    figure, axes = canvas(9, 1.6 + 0.24 * len(ordered))
    for row, question in enumerate(ordered):
        low, middle, high = quartiles[question]
        axes.plot([low, high], [row, row], color=INK, lw=2, solid_capstyle="butt", alpha=0.45)
        axes.plot(middle, row, "o", color=INK, markersize=5)
    _shade_categories(axes, thresholds)
    axes.set_yticks(range(len(ordered)), [f"{_label(question)}  ({len(scores[question])})" for question in ordered])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(ordered) - 0.3)
    axes.set_xlabel(f"{plain(label)}: median, and the middle half of the clips")
    rest = len(scores) - len(kept)
    axes.set_title(f"Scores by question (clips){f'; {rest} more questions have fewer clips' if rest else ''}")
    return figure


class ShownFigure(Figure):
    """A figure that notebooks display without `%matplotlib inline`."""

    def _repr_png_(self) -> bytes:
        return rendered(self, "png")


def empty_figure(width: float, height: float) -> Figure:
    """A figure without axes; width and height in inches."""
    return ShownFigure(figsize=(width, height), layout="constrained")


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure with one pair of axes; width and height in inches."""
    figure = empty_figure(width, height)
    return figure, cleaned(figure.add_subplot())


def cleaned(axes: Axes) -> Axes:
    """The same axes in our style: a light grid behind the data, no box around it."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, lw=0.6)
    return axes


def plain(text: str) -> str:
    """Escape dollar signs, which Matplotlib would read as a formula."""
    return text.replace("$", r"\$")


def _bin_edges(scores: Floats, thresholds: Thresholds) -> Floats:
    """Edges of equal bins, with thresholds on edges if that gives a sensible number of bins."""
    gap = thresholds.high - thresholds.low
    usual = np.histogram_bin_edges(scores, "fd")
    step = gap / max(1, round(gap / float(usual[1] - usual[0])))
    # The tolerance keeps a score on the outermost edge inside despite rounding.
    first = math.floor((scores.min() - thresholds.low) / step - 1e-9)
    last = math.floor((scores.max() - thresholds.low) / step + 1e-9) + 1
    if last - first > MOST_BINS:
        return np.linspace(scores.min(), scores.max(), 61)
    return np.asarray(thresholds.low + step * np.arange(first, last + 1), dtype=np.float64)


def _shade_categories(axes: Axes, thresholds: Thresholds) -> None:
    """Shade the background of the score axis with the categories' colours."""
    left, right = axes.get_xlim()
    bounds = np.clip([left, thresholds.low, thresholds.high, right], left, right)
    for (name, color), start, end in zip(COLORS.items(), bounds[:-1], bounds[1:], strict=True):
        axes.axvspan(start, end, color=color, alpha=0.18, lw=0, zorder=0, label=name)
    axes.set_xlim(left, right)
    axes.figure.legend(loc="outside lower center", ncols=len(COLORS), frameon=False)


def _label(question: str) -> str:
    return plain(shortened(" ".join(question.split()), QUESTION_LETTERS))


def _number(text: str) -> str:
    """Use the minus sign of Matplotlib's axes for the numbers in a text."""
    return text.replace("-", "\N{MINUS SIGN}")
