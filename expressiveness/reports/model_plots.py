"""The figures about a model: its training, its mistakes, and its predictions for one video.

As in `expressiveness.reports.plots`, each function takes numbers and returns a Matplotlib figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from expressiveness.data import CATEGORIES, COLORS, Thresholds
from expressiveness.errors import ReportError
from expressiveness.reports.plots import INK, canvas, cleaned, empty_figure, plain
from expressiveness.types import Floats
from expressiveness.wording import counted

if TYPE_CHECKING:
    from expressiveness.evaluation import Evaluation
    from expressiveness.models import FramePredictions

THRESHOLD_NAMES = ("Reserved below", "Expressive above")
TRAINING, VALIDATION = "#0072B2", "#D55E00"


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


def probabilities_over_time(
    predictions: FramePredictions, *, title: str = "", thresholds: Thresholds | None = None
) -> Figure:
    """Draw the category probabilities over time in one video, and below it the frames' score where the model gives it.

    Stretches without a face stay empty.

    Args:
        predictions: from `predict_video`.
        title: names the video.
        thresholds: drawn across the scores.
    """
    scored = predictions.offsets is not None and predictions.score is not None
    figure = empty_figure(10, 5.6 if scored else 3.6)
    rows = figure.add_gridspec(2 if scored else 1, 1, height_ratios=(3, 2) if scored else None)
    axes = cleaned(figure.add_subplot(rows[0]))
    for times, values in _unbroken(predictions.seconds, predictions.probabilities.astype(np.float64)):
        axes.stackplot(times, values.T, colors=COLORS.values(), lw=0)
    for name, color in reversed(COLORS.items()):
        axes.fill_between([], [], color=color, label=name)
    axes.set(ylim=(0, 1), ylabel="probability")
    frames = counted(len(predictions.frame_number), "frame")
    axes.set_title(plain(f"{title or 'Probabilities over time'} ({frames})"), loc="left")
    figure.legend(frameon=False, ncols=len(CATEGORIES), loc="outside lower center")
    axes.margins(x=0)
    if scored:
        _draw_scores(cleaned(figure.add_subplot(rows[1], sharex=axes)), predictions, thresholds)
    figure.axes[-1].set_xlabel("seconds")
    return figure


def _draw_scores(axes: Axes, predictions: FramePredictions, thresholds: Thresholds | None) -> None:
    """Draw each frame's score, the video's as a line, and the thresholds, dashed, with their names."""
    assert predictions.offsets is not None
    assert predictions.score is not None
    scores = predictions.score + predictions.offsets.astype(np.float64)
    for times, values in _unbroken(predictions.seconds, scores[:, np.newaxis]):
        axes.plot(times, values[:, 0], color=INK, lw=1.2)
    axes.axhline(predictions.score, color=INK, lw=0.8, ls=":")
    for threshold, name in zip((thresholds.low, thresholds.high) if thresholds else (), THRESHOLD_NAMES, strict=False):
        axes.axhline(threshold, color=INK, lw=0.8, ls=(0, (4, 3)))
        axes.annotate(
            name,
            (1, threshold),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_ylabel("score (dotted: video)")


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
