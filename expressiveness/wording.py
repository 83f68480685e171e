"""How numbers and validation errors are shown to people.

The results of `evaluate` are worded here once for the command line, the model card, notebooks, HTML pages and the App.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

REASONS_SHOWN = 3
"""Validation errors listed for one record."""

NO_FRAME_TRUTH = "Nobody labelled single frames here, so their accuracy is unknown."

VIDEO_FIGURES = {
    "accuracy": "accuracy",
    "majority_accuracy": "accuracy of always answering the commonest category",
    "macro_f1": "macro-F1",
    "qwk": "quadratic weighted kappa",
    "spearman": "Spearman's rho",
    "kendall": "Kendall's tau-b",
    "c_index": "C-index",
    "mae": "mean absolute error of the score",
    "ccc": "concordance correlation (CCC)",
    "ece": "expected calibration error",
}
"""The label of each figure over videos, in display order."""


def counted(number: int, noun: str) -> str:
    """A number and what it counts, as in "2,011 clips"; `noun` is the singular."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """A text cut to at most so many characters, the last one "…"."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def duration(seconds: float) -> str:
    """A length of time for people: "40 s", "12 min", "3.5 h"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def decimal(value: float | None) -> str:
    """A figure with two decimals, or "" for None."""
    # Round before formatting: a mean of -1e-17 must read 0.00, not -0.00.
    return "" if value is None else f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")


def interval(bounds: Sequence[float] | None) -> str:
    """The two ends of an interval, as in "0.31 to 0.52"."""
    return "" if bounds is None else f"{decimal(bounds[0])} to {decimal(bounds[1])}"


def figure_rows(evaluation: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The label, value and interval of each figure of an evaluation, over videos and over frames.

    Args:
        evaluation: from `Evaluation.as_dict`; models of earlier versions store fewer figures.
    """
    video, frames = evaluation["video"], evaluation.get("frames") or {}
    sets = video.get("sets") or {}
    thirds = (frames.get("within_by_amplitude") or {}).items()
    rows = [(label, video.get(name), video.get(f"{name}_ci")) for name, label in VIDEO_FIGURES.items()]
    if sets:
        promised = f"sets that promise {sets['promise']:.0%}"
        rows += [(f"{promised}: hold the category", sets["coverage"], sets["coverage_ci"])]
        rows += [(f"{promised}: name one category", sets["alone"], None)]
        rows += [(f"{promised}: cannot say", sets["cannot_say"], None)]
    rows += [("frames within a video, Spearman's rho", frames.get("within"), frames.get("within_ci"))]
    rows += [(f"frames within a video, {third} amplitude", value, None) for third, value in thirds]
    if coders := frames.get("coders"):
        rows += [("frames within a video, coder against coder", coders["within"], coders["within_ci"])]
    rows += [("frames of all videos, Spearman's rho", frames.get("pooled"), None)]
    return [(label, decimal(value), interval(bounds)) for label, value, bounds in rows if value is not None]


def about_frames(evaluation: Mapping[str, Any]) -> str:
    """How well single frames match the known truth, in a sentence.

    Args:
        evaluation: as for `figure_rows`.
    """
    frames = evaluation.get("frames")
    if not frames:
        return NO_FRAME_TRUTH
    of_all = "" if frames["pooled"] is None else f", {decimal(frames['pooled'])} over the frames of all videos"
    within = f"{decimal(frames['within'])} within a video" if frames["videos"] else "unknown within a video"
    said = f"The truth of {counted(frames['n'], 'frame')} is known: Spearman's rho is {within}{of_all}."
    return f"{said}{_about_coders(frames['coders'])}" if frames.get("coders") else said


def _about_coders(coders: Mapping[str, Any]) -> str:
    """How far those who coded the frames agree, which is the most that a model can be shown to reach."""
    names = " and ".join(coders["coders"])
    whose = "; ".join(f"{number:,} by {name}" for name, number in coders["whose"].items())
    left = f", {coders['open']:,} open and left out" if coders["open"] else ""
    if len(coders["coders"]) < 2 or coders["within"] is None:
        return f" It is what {names} coded ({whose}{left}); how far coders agree is unknown."
    ceiling = f"{decimal(coders['within'])} ({interval(coders['within_ci'])})"
    return f" {names} reach {ceiling} with each other, and no model can be shown to do better. Frames: {whose}{left}."


def as_text(file: Path | str) -> str:
    """A file name as printable text; file names may hold bytes that are not valid UTF-8."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def problems(error: ValidationError) -> str:
    """A record's validation errors in one line, without its values, which may contain people's names."""
    found = [
        ": ".join([".".join(map(str, problem["loc"])), _place_in_line(problem["msg"])]).removeprefix(": ")
        for problem in error.errors(include_url=False, include_input=False)
    ]
    rest = len(found) - REASONS_SHOWN
    return "; ".join(found[:REASONS_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _place_in_line(message: str) -> str:
    """Drop the line number: each record is parsed on its own, so the parser always says line 1."""
    return re.sub(r" at line 1 column (\d+)$", r" at column \1", message)
