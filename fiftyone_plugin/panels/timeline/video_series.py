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
        The `sample` and the `run`; the `model`, in words; the numbers of its judged `frames`, from 1; for each,
        `probabilities` in the order of `categories`, and the index of its truth in each reading, `truths`, of which
        `against` is the one that the review uses; the categories' `colors`; `scores` of the frames, or None if the
        model does not give them, of the `target` with its `thresholds`; the decisions, `decided`, see `decided_in`;
        `frame_rate`; `total`, the video's number of frames; `step`, the usual distance between judged frames.
    """
    from expressiveness.data import CATEGORIES, COLORS

    from ...curation import frames_against
    from ...fields import RunFields
    from ...review import decided_in

    label = f"frames.{run}.detections"
    names = ["metadata.frame_rate", "metadata.total_frame_count", RunFields(run).score, "frames.frame_number"]
    video = dataset.select(sample)
    rows = video.values([*names, f"{label}.probabilities", f"{label}.truth"])
    if not rows[0]:
        return None
    [rate], [total], [score], [numbers], [probabilities], [truths] = rows
    judged = [row for row in zip(numbers, probabilities, truths, strict=True) if row[1]]
    if not judged:
        return None
    gaps = [later - number for (number, *_), (later, *_) in pairwise(judged)]
    measure = _measure(dataset, run)
    offsets = None if measure is None or score is None else _offsets(dataset, sample, run)
    against: str = frames_against(dataset, run) if offsets else "video"
    readings = {against: [CATEGORIES.index(truth[0]) for *_, truth in judged]}
    if offsets and (truth := _truth(video, *measure)):
        other, reading = ("video", truth.by_video_alone()) if against == "face" else ("face", truth)
        moments = zip([number for number, *_ in judged], offsets, strict=True)
        readings[other] = [CATEGORIES.index(reading.of_frame(*moment)) for moment in moments]
    return {
        "sample": sample,
        "run": run,
        "model": _model_in_words(dataset, run),
        "categories": list(CATEGORIES),
        "colors": [COLORS[name] for name in CATEGORIES],
        "frames": [number for number, *_ in judged],
        "probabilities": [[round(value, 3) for value in faces[0]] for _, faces, _ in judged],
        "truths": readings,
        "against": against,
        "scores": offsets and [round(score + offset, 3) for offset in offsets],
        "target": measure and measure[0],
        "thresholds": measure and [measure[1].low, measure[1].high],
        "decided": decided_in(video)[sample],
        "frame_rate": rate,
        "total": total or judged[-1][0],
        "step": median_low(gaps or [1]),
    }


def _offsets(dataset: Any, sample: str, run: str) -> list[float] | None:
    """The score of each judged frame minus the video's; None if the run's model does not give it."""
    if not dataset.has_frame_field(f"{run}.detections.offset"):  # not written by earlier versions
        return None
    [offsets] = dataset.select(sample).values(f"frames.{run}.detections[].offset")
    return None if not offsets or None in offsets else offsets


def _measure(dataset: Any, run: str) -> Any:
    """The score that a run predicts, and its thresholds; None if the run has no record any more."""
    from expressiveness.errors import ModelError

    from ...dataset import measure_of

    try:
        return measure_of(dataset, run)
    except ModelError:
        return None


def _truth(video: Any, target: str, thresholds: Any) -> Any:
    """What the predictions for one video are compared with; None if it has no such score."""
    from expressiveness.errors import InterviewError

    from ...curation import truths_of

    try:
        [truth] = truths_of(video, target, thresholds).values()
    except InterviewError:
        return None
    return truth


_MODELS = {"movement": "movement + frame intensity", "notebook_cnn": "the notebook's network"}


def _model_in_words(dataset: Any, run: str) -> str:
    from expressiveness.errors import ModelError

    from ...dataset import FIRST_MODEL, record_of

    try:
        name = str(record_of(dataset, run)["config"].get("model", FIRST_MODEL))
    except ModelError:
        return "a model whose record is gone"
    return _MODELS.get(name, name)
