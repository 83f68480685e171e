"""The figures about a model: its training, its mistakes, and its predictions for one video.

As in `expressiveness.reports.plots`, each function takes numbers and returns a Matplotlib figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from expressiveness.data import CATEGORIES, COLORS
from expressiveness.errors import ReportError
from expressiveness.reports.plots import INK, canvas, cleaned, empty_figure, plain
from expressiveness.types import Floats
from expressiveness.wording import counted

if TYPE_CHECKING:
    from expressiveness.evaluation import Evaluation
    from expressiveness.models import FramePredictions

TRAINING, VALIDATION = "#0072B2", "#D55E00"
_CATEGORY_FIGURES = (("recall", "recall", ""), ("precision", "precision", "///"), ("f1-score", "F1", "xxx"))


def confusion_matrix(matrix: Evaluation | Sequence[Sequence[int]], *, title: str = "Confusion matrix") -> Figure:
    """Draw a confusion matrix: counts, and each one's share of its row.

    Args:
        matrix: what `evaluate` returns, or counts of shape (3, 3), truth in rows, both axes in the order of
            `CATEGORIES`.
        title: says what was counted.
    """
    counts = np.asarray(matrix if isinstance(matrix, Sequence) else matrix.video["confusion_matrix"])
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure, axes = canvas(7, 5.2)
    figure.set_layout_engine("compressed")  # the matrix stays square
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        color = "white" if share > 0.55 else INK
        axes.text(column, row - 0.08, f"{counts[row, column]:,}", ha="center", va="center", color=color, fontsize=15)
        axes.text(column, row + 0.2, f"{share:.0%}", ha="center", va="center", color=color)
    names = [name.replace(" ", "\n") for name in CATEGORIES]
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    for name, *ticks in zip(CATEGORIES, axes.get_xticklabels(), axes.get_yticklabels(), strict=True):
        for tick in ticks:
            tick.set(color=_readable(COLORS[name]), fontweight="bold")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set(xlabel="predicted", ylabel="true")
    axes.set_title(plain(title), pad=12)
    figure.colorbar(
        image, ax=axes, shrink=0.8, label="share of the true category", format=lambda share, _: f"{share:.0%}"
    )
    return figure


def category_figures(report: Mapping[str, Mapping[str, float]], *, title: str = "By category") -> Figure:
    """Draw each category's recall, precision and F1.

    Args:
        report: `recall`, `precision`, `f1-score` and `support` by category, from `evaluate`.
        title: says what was counted.
    """
    figure, axes = canvas(8, 4.2)
    for shift, (key, name, hatch) in enumerate(_CATEGORY_FIGURES):
        values = [report[category][key] for category in CATEGORIES]
        places = np.arange(len(CATEGORIES)) + (shift - 1) * 0.27
        bars = axes.bar(places, values, 0.25, color=list(COLORS.values()), hatch=hatch, edgecolor="white", lw=0)
        axes.bar_label(bars, [f"{name}\n{value:.2f}" for value in values], padding=2, fontsize=9)
    names = [f"{category}\n{counted(int(report[category]['support']), 'video')}" for category in CATEGORIES]
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1.15), yticks=np.linspace(0, 1, 6))
    axes.set_title(plain(title))
    return figure


def score_scatter(evaluation: Evaluation) -> Figure:
    """Draw the predicted score of each video against its true one, in the colour of its true category.

    The dashed line is where they are equal.
    """
    clips = evaluation.clips
    figure, axes = canvas(6, 6)
    for name, color in COLORS.items():
        own = clips[clips["category"] == name]
        label = f"{name} ({len(own):,})"
        axes.scatter(own["score"], own["predicted_score"], s=18, color=color, alpha=0.75, lw=0, label=label)
    axes.axline((0, 0), slope=1, color=INK, lw=1, ls=(0, (4, 3)))
    axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel="true score", ylabel="predicted score")
    axes.set_title(f"Scores of {counted(len(clips), 'video')}")
    axes.legend(frameon=False, loc="upper left")
    return figure


def training_curves(history: Mapping[str, Sequence[float]]) -> Figure:
    """Draw training and validation accuracy and loss by epoch, and the epoch whose weights were kept.

    Args:
        history: `TrainedModel.history`, one value per epoch of accuracy, val_accuracy, loss and val_loss.

    Raises:
        ReportError: there are no epochs, as for the movement model.
    """
    if not history.get("val_accuracy"):
        raise ReportError("this model did not train in epochs, so it has no curves; see confusion_matrix instead")
    figure = empty_figure(10, 4)
    best = int(np.argmax(history["val_accuracy"])) + 1
    for place, metric in enumerate(("accuracy", "loss"), start=1):
        axes = cleaned(figure.add_subplot(1, 2, place))
        epochs = range(1, len(history[metric]) + 1)
        marker = "o" if len(epochs) == 1 else None
        axes.plot(epochs, history[metric], color=TRAINING, lw=2, marker=marker, label="training")
        axes.plot(epochs, history[f"val_{metric}"], color=VALIDATION, lw=2, ls="--", marker=marker, label="validation")
        axes.axvline(best, color=INK, ls=":", lw=1.2, label=f"kept: epoch {best}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="epoch", title=metric.capitalize())
        axes.legend(frameon=False)
    return figure


def probabilities_over_time(predictions: FramePredictions, *, title: str = "") -> Figure:
    """Draw the category probabilities over time in one video; stretches without a face stay empty.

    Args:
        predictions: from `predict_video`.
        title: names the video.
    """
    figure, axes = canvas(10, 3.6)
    for times, values in _unbroken(predictions.seconds, predictions.probabilities.astype(np.float64)):
        axes.stackplot(times, values.T, colors=COLORS.values(), lw=0)
    for name, color in reversed(COLORS.items()):
        axes.fill_between([], [], color=color, label=name)
    axes.axhline(0.5, color="white", lw=0.8, alpha=0.7)
    axes.set(ylim=(0, 1), xlabel="seconds", ylabel="probability")
    axes.set_title(plain(title or "Probabilities over time"), loc="left")
    axes.legend(frameon=False, ncols=len(CATEGORIES), loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0)
    axes.margins(x=0)
    return figure


def _unbroken(seconds: Floats, values: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Split a video's frames at gaps longer than the usual step between frames.

    Each part is extended by half a step at both ends, so that a single frame is visible.
    """
    gaps = np.diff(seconds)
    usual = float(np.median(gaps)) if len(gaps) else 1.0
    breaks = np.flatnonzero(gaps > 1.5 * usual) + 1
    for times, part in zip(np.split(seconds, breaks), np.split(values, breaks), strict=True):
        if len(times):
            ends = (times[0] - usual / 2, times[-1] + usual / 2)
            yield np.concatenate([ends[:1], times, ends[1:]]), np.concatenate([part[:1], part, part[-1:]])


def _readable(color: str) -> str:
    """Replace the gray of Balanced, which is too light for text, by a darker one."""
    return "#666666" if color == "#999999" else color
