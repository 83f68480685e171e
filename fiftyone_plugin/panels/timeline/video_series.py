"""Collect the timeline's data for one video, ready for JSON."""

from __future__ import annotations

from itertools import pairwise
from statistics import median_low
from typing import Any


def video_series(dataset: Any, sample: str, run: str) -> dict[str, Any] | None:
    """A run's predictions for one video, ready for JSON; None if there are none.

    Args:
        dataset: of interviews.
        sample: the video's id.
        run: whose predictions.

    Returns:
        The `sample`; the numbers of its judged `frames`, from 1; for each, `probabilities` in the order of `categories`
        and the index of its `truth`; the categories' `colors`; `scores` of the frames, or None if the model does not
        give them; the decisions, `decided`, see `decided_in`; `frame_rate`; `total`, the video's number of frames;
        `step`, the usual distance between judged frames.
    """
    from expressiveness.data import CATEGORIES, COLORS

    from ...fields import RunFields
    from ...review import decided_in

    label = f"frames.{run}.detections"
    names = ["metadata.frame_rate", "metadata.total_frame_count", RunFields(run).score, "frames.frame_number"]
    rows = dataset.select(sample).values([*names, f"{label}.probabilities", f"{label}.truth"])
    if not rows[0]:
        return None
    [rate], [total], [score], [numbers], [probabilities], [truths] = rows
    judged = [row for row in zip(numbers, probabilities, truths, strict=True) if row[1]]
    if not judged:
        return None
    gaps = [later - number for (number, *_), (later, *_) in pairwise(judged)]
    return {
        "sample": sample,
        "categories": list(CATEGORIES),
        "colors": [COLORS[name] for name in CATEGORIES],
        "frames": [number for number, _, _ in judged],
        "probabilities": [[round(value, 3) for value in faces[0]] for _, faces, _ in judged],
        "truth": [CATEGORIES.index(truth[0]) for _, _, truth in judged],
        "scores": _scores(dataset, sample, run, score),
        "decided": decided_in(dataset.select(sample))[sample],
        "frame_rate": rate,
        "total": total or judged[-1][0],
        "step": median_low(gaps or [1]),
    }


def _scores(dataset: Any, sample: str, run: str, score: float | None) -> list[float] | None:
    """The score of each judged frame; None if the run's model does not give it."""
    if score is None or not dataset.has_frame_field(f"{run}.detections.offset"):  # not written by earlier versions
        return None
    [offsets] = dataset.select(sample).values(f"frames.{run}.detections[].offset")
    if not offsets or None in offsets:
        return None
    return [round(score + one, 3) for one in offsets]
