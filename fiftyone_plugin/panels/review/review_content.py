"""What the review panel shows of a run, as `components.js` draws it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import fiftyone as fo
import fiftyone.operators as foo

from expressiveness.data import CATEGORIES
from expressiveness.evaluation import Confusion
from expressiveness.wording import VIDEO_FIGURES, about_frames, counted, decimal, figure_rows, interval

from ... import review
from ...dataset import list_runs, model_label, record_of
from ...fields import FRAMES_LOOKED_AT, INTERVIEW_ID, SUSPICION, runs_with_fields
from ...review import FrameFigures, VideoFigures, frame_change, frame_figures, video_change, video_figures, worst_videos
from ...steps import labels_to_check, suspect_videos
from .choices import EVERYONE, FRAMES, VIDEOS, Choices, choices_of, chosen_videos, compared_videos, keep_choices

Context: TypeAlias = foo.executor.ExecutionContext
Json = dict[str, Any]

WORST = 12
"""Number of videos listed."""

PLUGIN = "@expressiveness/interviews"


def load(ctx: Context) -> None:
    """Load the chosen run's statistics into the panel, or the next step if there is no run yet."""
    ctx.panel.set_data("sidebar", {"groups": _sidebar(ctx.dataset), "colors": _colors(ctx.dataset)})
    first = first_step(ctx.dataset)
    keep(ctx, {"first": first} if first else _content(ctx))


def compare(ctx: Context) -> None:
    """Load what two runs differ in, apart from the rest: it is counted over all frames, which may be a million."""
    choices = choices_of(ctx.panel.state)
    if choices.run and choices.other:
        change = _change(compared_videos(ctx.dataset, choices), choices.other, choices.run)
        of = [choices.run, choices.other, choices.people]
        ctx.panel.set_data("review.change", json.dumps({"of": of, **change}))


def keep(ctx: Context, content: Json) -> None:
    """Hand content to the browser, as text: the App merges new data into old, keeping the end of longer lists."""
    ctx.panel.set_data("review.json", json.dumps(content))


def first_step(dataset: fo.Dataset) -> Json | None:
    """The step needed before there are predictions to review: a sentence, and the operator for it."""
    if not dataset.has_sample_field(INTERVIEW_ID) or not len(dataset):
        return _step("This dataset holds no interviews yet.", "import_interviews", "Import interviews")
    if not len(dataset.exists(FRAMES_LOOKED_AT)):
        return _step("No faces have been looked for in these interviews yet.", "detect_faces", "Detect faces")
    runs = list_runs(dataset)
    if not runs:
        return _step("No model has been trained on these interviews yet.", "train_model", "Train a model")
    if not set(runs) & set(runs_with_fields(dataset)):
        return _step(f"The run {runs[-1]} has not classified these faces yet.", "predict", "Predict expressiveness")
    return None


def _content(ctx: Context) -> Json:
    dataset, state = ctx.dataset, ctx.panel.state
    runs = [run for run in list_runs(dataset) if run in set(runs_with_fields(dataset))]
    choices = choices_of(state)
    new = runs[-1] not in (state.runs or runs)  # so switch to it
    run = choices.run if choices.run in runs and not new else runs[-1]
    before = runs[runs.index(run) - 1] if run != runs[0] else runs[-1]
    other = choices.other if choices.other in runs and choices.other != run and not new else before
    held_out = len(review.held_out(dataset, run))
    choices = replace(choices, run=run, other=None if other == run else other)
    state.runs = runs
    keep_choices(state, choices)  # who is held out may only be written in a moment
    choices = replace(choices, people=choices.people if held_out else EVERYONE)
    return {
        "dataset": dataset.name,
        "categories": list(CATEGORIES),
        "runs": [{"name": name, "about": model_label(dataset, name)} for name in reversed(runs)],
        "choices": asdict(choices),
        "wanted": choices_of(state).people,
        "held_out": held_out,
        "suspects": _suspects(dataset),
        **_figures(dataset, choices),
    }


def _sidebar(dataset: fo.Dataset) -> list[Json]:
    """The sidebar groups, in the App's format."""
    groups = dataset.app_config.sidebar_groups or []
    return [{"name": group.name, "paths": list(group.paths), "expanded": group.expanded} for group in groups]


def _colors(dataset: fo.Dataset) -> list[Json]:
    """The label colors, in the App's format; the App itself reads them only when a dataset is opened."""
    scheme = dataset.app_config.color_scheme
    return list(scheme.fields or []) if scheme else []


def _step(sentence: str, operator: str, label: str) -> Json:
    return {"sentence": sentence, "operator": f"{PLUGIN}/{operator}", "label": label}


def _figures(dataset: fo.Dataset, choices: Choices) -> Json:
    run, samples = str(choices.run), chosen_videos(dataset, choices)
    frames, videos = frame_figures(samples, run), video_figures(samples, run)
    record = record_of(dataset, run)
    evaluation = record["evaluation"]
    return {
        "confusion": {FRAMES: _matrix(frames.confusion), VIDEOS: _matrix(videos.confusion)},
        "listed": _listed(frames, videos),
        "worst": [
            {**asdict(video), "accuracy": f"{video.accuracy:.0%}"} for video in worst_videos(samples, run, most=WORST)
        ],
        "figures": {
            "verdict": (evaluation or {}).get("verdict"),
            "of_whom": _of_whom(run, evaluation),
            "measures": _measures(evaluation),
            "about_frames": about_frames(evaluation) if evaluation else None,
            "corrected": _corrected(dataset, run),
            "by_category": _by_category(videos.confusion),
        },
        "curves": {
            metric: {"training": record["history"].get(metric), "validation": record["history"].get(f"val_{metric}")}
            for metric in ("accuracy", "loss")
            if record["history"].get(metric)
        },
    }


def _matrix(confusion: Confusion) -> Json:
    return {"counts": confusion.counts, "total": confusion.total, "wrong": confusion.wrong}


def _corrected(dataset: fo.Dataset, run: str) -> Json | None:
    """Accuracy on held-out videos twice: against the scores alone, as training had it, and with people's decisions."""
    samples = review.held_out(dataset, run)
    trained, now = review.as_trained(samples, run), video_figures(samples, run).confusion
    if not trained.total or not now.total:
        return None
    return {
        "n": now.total,
        "trained": {"accuracy": decimal(trained.accuracy), "macro_f1": decimal(trained.macro_f1)},
        "now": {"accuracy": decimal(now.accuracy), "macro_f1": decimal(now.macro_f1)},
        "moved": trained.counts != now.counts,
    }


def _listed(frames: FrameFigures, videos: VideoFigures) -> list[Json]:
    """The views that can be opened, with their sizes."""
    counts = {
        review.MISCLASSIFIED_FRAMES: counted(frames.confusion.wrong, "frame"),
        review.CONFIDENT_MISTAKES: counted(frames.confident_mistakes, "frame"),
        review.UNCERTAIN_FRAMES: counted(frames.uncertain, "frame"),
        review.MISCLASSIFIED_VIDEOS: counted(videos.confusion.wrong, "video"),
        review.MISTAKE_CLIPS: counted(frames.wrong_stretches, "clip"),
        review.WITHOUT_FACE: counted(videos.without_face, "video"),
    }
    return [{"name": name, "count": count} for name, count in counts.items()]


def _suspects(dataset: fo.Dataset) -> Json | None:
    """The labels to check; None if suspicious labels were not searched for yet."""
    if not dataset.has_sample_field(SUSPICION):
        return None
    worst = suspect_videos(dataset, most=WORST)
    rows = [{**asdict(video), "suspicion": f"{video.suspicion:.0%}"} for video in worst]
    return {"rows": rows, "count": len(labels_to_check(dataset))}


def _change(samples: fo.Dataset | fo.DatasetView, before: str, after: str) -> Json:
    """How two runs differ: their figures, and what one fixed and broke."""
    changes = {FRAMES: frame_change(samples, before, after), VIDEOS: video_change(samples, before, after)}
    rows = [
        {"unit": unit, **{name: f"{count:,}" for name, count in asdict(change).items()}}
        for unit, change in changes.items()
    ]
    figures = [
        {
            "measure": VIDEO_FIGURES[one.name],
            "before": decimal(one.before),
            "after": decimal(one.after),
            "difference": decimal(one.after - one.before),
            "interval": interval(one.interval),
        }
        for one in review.run_figures(samples, before, after)
    ]
    return {
        "rows": rows,
        "figures": figures,
        "videos": len(samples),
        "fixed": changes[FRAMES].fixed,
        "broken": changes[FRAMES].broken,
    }


def _by_category(confusion: Confusion) -> list[Json]:
    figures = (confusion.precision, confusion.recall, confusion.f1)
    return [
        {"category": name, "precision": f"{p:.2f}", "recall": f"{r:.2f}", "f1": f"{f:.2f}", "count": f"{n:,}"}
        for name, n, p, r, f in zip(CATEGORIES, confusion.support, *figures, strict=True)
    ]


def _of_whom(run: str, evaluation: Json | None) -> str:
    """Which people a run was evaluated on."""
    if not evaluation:
        return "This run has not been judged on people that it was not trained on."
    videos, people = counted(evaluation["video"]["n"], "video"), evaluation["participants"]
    if evaluation.get("leaky"):
        return f"On {videos} of {people} people whose other frames run {run} was trained on:"
    return f"On {videos} of {people} people that run {run} has not seen, with intervals over people:"


def _measures(evaluation: Json | None) -> list[Json]:
    """A run's held-out metrics, with their intervals."""
    if not evaluation:
        return []
    return [
        {"measure": measure, "value": value, "interval": bounds} for measure, value, bounds in figure_rows(evaluation)
    ]
