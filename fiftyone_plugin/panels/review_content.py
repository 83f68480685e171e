"""What the review panel knows and does: it reads a run's figures into the panel's state, and opens views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

import fiftyone as fo
import fiftyone.operators as foo

from expressiveness.categories import CATEGORIES
from expressiveness.errors import ExpressivenessError

from .. import review
from ..fields import CATEGORY, FRAMES_LOOKED_AT, INTERVIEW_ID, RunFields, runs_with_fields
from ..review_figures import frame_change, frame_figures, video_change, video_figures, worst_videos
from ..runs import list_runs
from .charts import curve_traces, matrix_trace

Context: TypeAlias = foo.executor.ExecutionContext
Json = dict[str, Any]

HELD_OUT, EVERYONE = "held_out", "everyone"
FRAMES, VIDEOS = "frames", "videos"
AS_VIDEOS, AS_CLIPS, AS_FACES = "videos", "clips", "faces"
NOBODY = "none"
WORST = 12
"""Videos listed."""

PLUGIN = "@expressiveness/interviews"

_SEARCHES = {
    review.MISCLASSIFIED_FRAMES: review.wrong,
    review.CONFIDENT_MISTAKES: review.confidently_wrong,
    review.UNCERTAIN_FRAMES: review.uncertain,
}


def load(ctx: Context) -> None:
    """Read the figures of the chosen run into the panel's state, or what is to be done before there is one."""
    state = ctx.panel.state
    first = first_step(ctx.dataset)
    state.first_do = first
    if first:
        return
    runs = [run for run in list_runs(ctx.dataset) if run in set(runs_with_fields(ctx.dataset))]
    state.runs = runs
    state.run = state.run if state.run in runs else runs[-1]
    others = [run for run in runs if run != state.run]
    state.other = state.other if state.other in others else NOBODY
    held_out = len(review.held_out(ctx.dataset, state.run))
    state.held_out = held_out
    state.people = (state.people or HELD_OUT) if held_out else EVERYONE
    state.unit = state.unit or FRAMES
    state.look = state.look or AS_VIDEOS
    state.change_look = state.change_look or AS_VIDEOS
    state.tab = state.tab or "mistakes"
    _read_figures(ctx)


def first_step(dataset: fo.Dataset) -> Json | None:
    """What is to be done before there are predictions to review: a sentence, and the operator that does it."""
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


def open_cell(ctx: Context, row: int, column: int) -> None:
    """Show what a cell of the matrix counts."""
    state = ctx.panel.state
    truth, predicted = CATEGORIES[row], CATEGORIES[column]
    what = f"truly {truth}, predicted {predicted}"
    if state.unit == VIDEOS:
        _show(ctx, review.videos_misclassified_as(_samples(ctx), state.run, truth, predicted), what)
    else:
        _look(ctx, review.confused(state.run, truth, predicted), what)


def open_listed(ctx: Context, row: int) -> None:
    """Show what a row of the list of views names."""
    if row < 0:  # the heading
        return
    run, name = ctx.panel.state.run, ctx.panel.state.listed[row]["name"]
    if name in _SEARCHES:
        _look(ctx, _SEARCHES[name](run), name)
    else:
        _show(ctx, review.review_view(_samples(ctx), run, name), name)


def show_video(ctx: Context, row: int) -> None:
    """Show one of the worst videos, and open it once it is there."""
    if row < 0:
        return
    video = ctx.panel.state.worst[row]["id"]
    ctx.panel.state.to_open = video
    ctx.ops.set_view(ctx.dataset.select(video))
    _show_labels(ctx, [RunFields(ctx.panel.state.run).stretches])


def open_change(ctx: Context, *, fixed: bool) -> None:
    """Show the frames that the chosen run fixed, or broke, over the other one."""
    state = ctx.panel.state
    what = f"{'Fixed' if fixed else 'Broken'} by {state.run}"
    search = review.changed(state.other, state.run, fixed=fixed)
    if state.change_look == AS_FACES:
        _show_faces(ctx, search, what)
    else:
        _show(ctx, review.as_videos(_samples(ctx), search), what, also=[f"frames.{state.other}"])


def show_everything(ctx: Context) -> None:
    """Show the whole dataset again."""
    ctx.ops.clear_view()
    _show_labels(ctx, [])


def save_views(ctx: Context) -> None:
    """Save the views on this run's mistakes with the dataset."""
    state = ctx.panel.state
    names = review.save_review_views(_samples(ctx), state.run)
    ctx.ops.notify(f"Saved {len(names)} views of run {state.run} {_people(ctx)}", variant="success")
    ctx.ops.reload_dataset()


def counted(count: int, thing: str) -> str:
    """A number of things in words."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _step(sentence: str, operator: str, label: str) -> Json:
    return {"sentence": sentence, "operator": f"{PLUGIN}/{operator}", "label": label}


def _samples(ctx: Context) -> fo.Dataset | fo.DatasetView:
    """The videos that the panel is about: of the people whom no shown run was trained on, or of everyone."""
    state = ctx.panel.state
    if state.people == EVERYONE:
        return ctx.dataset
    samples = review.held_out(ctx.dataset, state.run)
    return samples if state.other == NOBODY else review.held_out(samples, state.other)


def _read_figures(ctx: Context) -> None:
    state, samples = ctx.panel.state, _samples(ctx)
    frames, videos = frame_figures(samples, state.run), video_figures(samples, state.run)
    confusion = frames.confusion if state.unit == FRAMES else videos.confusion
    results = ctx.dataset.load_run_results(state.run)
    history = getattr(results, "history", None) or {}
    state.figures = {
        "videos": len(samples),
        "total": confusion.total,
        "wrong": confusion.wrong,
        "by_category": [
            {"category": name, "precision": f"{p:.2f}", "recall": f"{r:.2f}", "f1": f"{f:.2f}", "count": f"{n:,}"}
            for name, p, r, f, n in zip(
                CATEGORIES, confusion.precision, confusion.recall, confusion.f1, confusion.support, strict=True
            )
        ],
        "measures": _measures(getattr(results, "evaluation", None)),
        "epochs": len(history.get("loss", [])),
    }
    state.listed = [
        {"name": review.MISCLASSIFIED_FRAMES, "count": counted(frames.confusion.wrong, "frame")},
        {"name": review.CONFIDENT_MISTAKES, "count": counted(frames.confident_mistakes, "frame")},
        {"name": review.UNCERTAIN_FRAMES, "count": counted(frames.uncertain, "frame")},
        {"name": review.MISCLASSIFIED_VIDEOS, "count": counted(videos.confusion.wrong, "video")},
        {"name": review.MISTAKE_CLIPS, "count": counted(frames.wrong_stretches, "clip")},
        {"name": review.WITHOUT_FACE, "count": counted(videos.without_face, "video")},
    ]
    state.worst = [
        {**asdict(video), "accuracy": f"{video.accuracy:.0%}"} for video in worst_videos(samples, state.run, most=WORST)
    ]
    state.change = _read_change(ctx, samples) if state.other != NOBODY else None
    ctx.panel.set_data("matrix", matrix_trace(confusion, state.unit))
    ctx.panel.set_data("accuracy_curve", curve_traces(history, "accuracy"))
    ctx.panel.set_data("loss_curve", curve_traces(history, "loss"))


def _read_change(ctx: Context, samples: fo.Dataset | fo.DatasetView) -> Json:
    """What the chosen run fixed and broke over the other one."""
    before, after = ctx.panel.state.other, ctx.panel.state.run
    changes = {FRAMES: frame_change(samples, before, after), VIDEOS: video_change(samples, before, after)}
    rows = [
        {"unit": unit, **{name: f"{n:,}" for name, n in asdict(change).items()}} for unit, change in changes.items()
    ]
    return {"rows": rows, "fixed": changes[FRAMES].fixed, "broken": changes[FRAMES].broken}


def _measures(evaluation: Json | None) -> list[Json]:
    """A run's own figures on the people it has not seen, with their intervals."""
    if not evaluation:
        return []
    video, frame = evaluation["video"], evaluation["frame"]
    return [
        _measure("Accuracy, videos", video["accuracy"], video.get("accuracy_ci")),
        _measure("Always the commonest category", video["majority_accuracy"], video.get("majority_accuracy_ci")),
        _measure("Macro F1, videos", video["macro_f1"], video.get("macro_f1_ci")),
        _measure("Spearman of the score", video["spearman"], video.get("spearman_ci")),
        _measure("Accuracy, frames", frame["accuracy"], frame.get("accuracy_ci")),
    ]


def _measure(name: str, value: float | None, interval: list[float] | None) -> Json:
    between = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
    return {"measure": name, "value": "" if value is None else f"{value:.2f}", "interval": between}


def _look(ctx: Context, search: review.Search, what: str) -> None:
    """Show predictions in the chosen way, the worst videos first."""
    look, samples = ctx.panel.state.look, _samples(ctx)
    if look == AS_FACES:
        _show_faces(ctx, search, what)
    elif look == AS_CLIPS:
        _show(ctx, review.as_clips(samples, search), what)
    else:
        videos = review.as_videos(samples.sort_by(RunFields(search.run).accuracy), search)
        _show(ctx, videos, what, count=len(review.videos_with(samples, search)))


def _show(ctx: Context, view: fo.DatasetView, what: str, also: Sequence[str] = (), count: int | None = None) -> None:
    """Show a view of videos or clips; `count`, where it is known already, is how many."""
    count = len(view) if count is None else count
    if not count:
        ctx.ops.notify(f"{what}: none {_people(ctx)}")
        return
    ctx.ops.set_view(view)
    _show_labels(ctx, also)
    ctx.ops.notify(f"{what}: {counted(count, 'clip' if view._is_clips else 'video')}")


def _show_faces(ctx: Context, search: review.Search, what: str) -> None:
    """Show single faces; that writes pictures of their frames."""
    from ..workflow import work_folder

    try:
        faces = review.as_faces(_samples(ctx), search, folder=work_folder(ctx.dataset) / "frames")
    except ExpressivenessError as error:
        ctx.ops.notify(str(error), variant="error")
        return
    if not faces.shown:
        ctx.ops.notify(f"{what}: no faces {_people(ctx)}")
        return
    ctx.ops.set_view(faces.view)
    ctx.ops.set_active_fields([search.run])
    shown = "" if faces.shown == faces.found else f" of {faces.found:,}, the most probable"
    ctx.ops.notify(f"{what}: {counted(faces.shown, 'face')}{shown}")


def _show_labels(ctx: Context, also: Sequence[str]) -> None:
    """Have the chosen run's labels drawn, whichever the person had chosen last."""
    fields = RunFields(ctx.panel.state.run)
    ctx.ops.set_active_fields([CATEGORY, f"frames.{fields.faces}", fields.video, *also])


def _people(ctx: Context) -> str:
    return "of all people" if ctx.panel.state.people == EVERYONE else "of held-out people"
