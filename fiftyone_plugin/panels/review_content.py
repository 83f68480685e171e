"""What the review panel knows and does: it reads a run's figures into the panel's state, and opens views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import fiftyone as fo
import fiftyone.operators as foo

from expressiveness.categories import CATEGORIES
from expressiveness.confusion import Confusion
from expressiveness.errors import ExpressivenessError
from expressiveness.wording import counted, decimal, interval

from .. import review
from ..fields import (
    CATEGORY,
    FRAMES_LOOKED_AT,
    INTERVIEW_ID,
    SUGGESTED_CATEGORY,
    SUSPICION,
    RunFields,
    runs_with_fields,
)
from ..review_figures import frame_change, frame_figures, video_change, video_figures, worst_videos
from ..runs import list_runs
from ..suspicion import labels_to_check, suspect_videos
from .charts import curve_traces, matrix_trace
from .choices import AS_CLIPS, AS_FACES, EVERYONE, FRAMES, NO_OTHER, VIDEOS, Choices, choices_of, keep_choices

Context: TypeAlias = foo.executor.ExecutionContext
Json = dict[str, Any]

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
    ctx.panel.set_data("sidebar", _sidebar(ctx.dataset))
    state.first_do = first_step(ctx.dataset)
    if state.first_do:
        return
    runs = [run for run in list_runs(ctx.dataset) if run in set(runs_with_fields(ctx.dataset))]
    choices = choices_of(state)
    new = runs[-1] not in (state.runs or runs)  # and so what one wants to see
    run = choices.run if choices.run in runs and not new else runs[-1]
    other = choices.other if choices.other in runs and choices.other != run else NO_OTHER
    held_out = len(review.held_out(ctx.dataset, run))
    choices = replace(choices, run=run, other=other, people=choices.people if held_out else EVERYONE)
    keep_choices(state, choices)
    state.set({"runs": runs, "held_out": held_out, "suspects": _suspects(ctx.dataset)})
    _read_figures(ctx, run, choices)


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
    run, unit = _run(ctx), choices_of(ctx.panel.state).unit
    truth, predicted = CATEGORIES[row], CATEGORIES[column]
    what = f"Truly {truth}, predicted {predicted}"
    if unit == VIDEOS:
        _show(ctx, review.videos_misclassified_as(_samples(ctx), run, truth, predicted), what)
    else:
        _look(ctx, review.confused(run, truth, predicted), what)


def open_listed(ctx: Context, row: int) -> None:
    """Show what a row of the list of views names."""
    if row < 0:  # the heading
        return
    run, name = _run(ctx), ctx.panel.state.listed[row]["name"]
    if name in _SEARCHES:
        _look(ctx, _SEARCHES[name](run), name)
    else:
        _show(ctx, review.review_view(_samples(ctx), run, name), name)


def show_video(ctx: Context, row: int) -> None:
    """Show one of the worst videos in the grid; opened from there, it has the run's labels drawn on it."""
    if row < 0:
        return
    video = ctx.panel.state.worst[row]
    ctx.ops.set_view(ctx.dataset.select(video["id"]))
    _show_labels(ctx, [RunFields(_run(ctx)).stretches])
    ctx.ops.notify(f"Interview {video['interview']}: click it to watch")


def show_suspect(ctx: Context, row: int) -> None:
    """Show one of the videos whose category is doubted."""
    if row >= 0:
        video = ctx.panel.state.suspects["rows"][row]
        _show_category(ctx, ctx.dataset.select(video["id"]))
        ctx.ops.notify(f"Interview {video['interview']}: click it to watch, then decide with Curate")


def show_suspects(ctx: Context) -> None:
    """Show every video whose category is doubted, the most suspicious first."""
    _show_category(ctx, labels_to_check(ctx.dataset))


def open_change(ctx: Context, *, fixed: bool) -> None:
    """Show the frames that the chosen run fixed, or broke, over the other one."""
    run, choices = _run(ctx), choices_of(ctx.panel.state)
    what = f"{'Fixed' if fixed else 'Broken'} by {run}"
    search = review.changed(choices.other, run, fixed=fixed)
    if choices.change_look == AS_FACES:
        _show_faces(ctx, search, what)
    else:
        _show(ctx, review.as_videos(_samples(ctx), search), what, also=[f"frames.{choices.other}"])


def show_everything(ctx: Context) -> None:
    """Show the whole dataset again."""
    ctx.ops.clear_view()
    _show_labels(ctx, [])


def save_views(ctx: Context) -> None:
    """Save the views on this run's mistakes with the dataset."""
    names = review.save_review_views(_samples(ctx), _run(ctx))
    ctx.ops.notify(f"Saved {len(names)} views of run {_run(ctx)} {_people(ctx)}", variant="success")
    ctx.ops.reload_dataset()


def _sidebar(dataset: fo.Dataset) -> list[Json]:
    """The groups of the sidebar, as the App holds them."""
    groups = dataset.app_config.sidebar_groups or []
    return [{"name": group.name, "paths": list(group.paths), "expanded": group.expanded} for group in groups]


def _step(sentence: str, operator: str, label: str) -> Json:
    return {"sentence": sentence, "operator": f"{PLUGIN}/{operator}", "label": label}


def _run(ctx: Context) -> str:
    """The chosen run."""
    run = choices_of(ctx.panel.state).run
    assert run, "nothing to click is drawn before there is a run"
    return run


def _samples(ctx: Context) -> fo.Dataset | fo.DatasetView:
    """The videos that the panel is about: of the people whom no shown run was trained on, or of everyone."""
    choices = choices_of(ctx.panel.state)
    if choices.people == EVERYONE:
        return ctx.dataset
    samples = review.held_out(ctx.dataset, _run(ctx))
    return samples if choices.other == NO_OTHER else review.held_out(samples, choices.other)


def _read_figures(ctx: Context, run: str, choices: Choices) -> None:
    samples = _samples(ctx)
    frames, videos = frame_figures(samples, run), video_figures(samples, run)
    confusion = frames.confusion if choices.unit == FRAMES else videos.confusion
    results = ctx.dataset.load_run_results(run)
    history, evaluation = getattr(results, "history", None) or {}, getattr(results, "evaluation", None)
    ctx.panel.state.set(
        {
            "figures": {
                "total": confusion.total,
                "wrong": confusion.wrong,
                "of_whom": _of_whom(run, evaluation),
                "measures": _measures(evaluation),
                "by_category": _by_category(confusion),
                "epochs": len(history.get("loss", [])),
            },
            "listed": [
                {"name": review.MISCLASSIFIED_FRAMES, "count": counted(frames.confusion.wrong, "frame")},
                {"name": review.CONFIDENT_MISTAKES, "count": counted(frames.confident_mistakes, "frame")},
                {"name": review.UNCERTAIN_FRAMES, "count": counted(frames.uncertain, "frame")},
                {"name": review.MISCLASSIFIED_VIDEOS, "count": counted(videos.confusion.wrong, "video")},
                {"name": review.MISTAKE_CLIPS, "count": counted(frames.wrong_stretches, "clip")},
                {"name": review.WITHOUT_FACE, "count": counted(videos.without_face, "video")},
            ],
            "worst": [
                {**asdict(video), "accuracy": f"{video.accuracy:.0%}"}
                for video in worst_videos(samples, run, most=WORST)
            ],
            "change": None if choices.other == NO_OTHER else _change(samples, choices.other, run),
        }
    )
    ctx.panel.set_data("matrix", matrix_trace(confusion, choices.unit))
    ctx.panel.set_data("accuracy_curve", curve_traces(history, "accuracy"))
    ctx.panel.set_data("loss_curve", curve_traces(history, "loss"))


def _suspects(dataset: fo.Dataset) -> Json | None:
    """The labels to check, or None where suspicious ones have not been looked for."""
    if not dataset.has_sample_field(SUSPICION):
        return None
    worst = suspect_videos(dataset, most=WORST)
    rows = [{**asdict(video), "suspicion": f"{video.suspicion:.0%}"} for video in worst]
    return {"rows": rows, "count": len(labels_to_check(dataset))}


def _change(samples: fo.Dataset | fo.DatasetView, before: str, after: str) -> Json:
    """What one run fixed and broke over the other."""
    changes = {FRAMES: frame_change(samples, before, after), VIDEOS: video_change(samples, before, after)}
    rows = [
        {"unit": unit, **{name: f"{count:,}" for name, count in asdict(change).items()}}
        for unit, change in changes.items()
    ]
    return {"rows": rows, "fixed": changes[FRAMES].fixed, "broken": changes[FRAMES].broken}


def _by_category(confusion: Confusion) -> list[Json]:
    figures = (confusion.precision, confusion.recall, confusion.f1)
    return [
        {"category": name, "precision": f"{p:.2f}", "recall": f"{r:.2f}", "f1": f"{f:.2f}", "count": f"{n:,}"}
        for name, n, p, r, f in zip(CATEGORIES, confusion.support, *figures, strict=True)
    ]


def _of_whom(run: str, evaluation: Json | None) -> str:
    """Who a run was judged on."""
    if not evaluation:
        return "This run has not been judged on people that it was not trained on."
    videos, people = counted(evaluation["video"]["n"], "video"), evaluation["participants"]
    if evaluation.get("leaky"):
        return f"**On {videos} of {people} people whose other frames run {run} was trained on**, which flatters it:"
    return f"**On {videos} of {people} people that run {run} has not seen**, with intervals over people:"


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


def _measure(name: str, value: float | None, bounds: list[float] | None) -> Json:
    return {"measure": name, "value": decimal(value), "interval": interval(bounds)}


def _look(ctx: Context, search: review.Search, what: str) -> None:
    """Show predictions in the chosen way, the worst videos first."""
    look, samples = choices_of(ctx.panel.state).look, _samples(ctx)
    if look == AS_FACES:
        _show_faces(ctx, search, what)
        return
    found = len(review.videos_with(samples, search))
    most = review.MOST_VIDEOS
    if found > most:
        what = f"{what}, in the {most:,} worst of {found:,} videos"
    if look == AS_CLIPS:
        _show(ctx, review.as_clips(samples, search), what)
    else:
        _show(ctx, review.as_videos(samples, search), what, count=min(found, most))


def _show(ctx: Context, view: fo.DatasetView, what: str, also: Sequence[str] = (), count: int | None = None) -> None:
    """Show a view of videos or clips; `count`, where it is known already, is how many."""
    count = len(view) if count is None else count
    if not count:
        ctx.ops.notify(f"{what}: none {_people(ctx)}")
        return
    ctx.ops.set_view(view)
    _show_labels(ctx, [RunFields(_run(ctx)).stretches] if view._is_clips else also)
    ctx.ops.notify(f"{what}: {counted(count, 'clip' if view._is_clips else 'video')}")


def _show_faces(ctx: Context, search: review.Search, what: str) -> None:
    """Show single faces; that writes pictures of their frames."""
    from ..dataset_info import work_folder

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
    fields = RunFields(_run(ctx))
    ctx.ops.set_active_fields([CATEGORY, f"frames.{fields.faces}", fields.video, *also])


def _show_category(ctx: Context, view: fo.DatasetView) -> None:
    """Show videos with their category and the one that is suggested instead."""
    ctx.ops.set_view(view)
    ctx.ops.set_active_fields([CATEGORY, SUGGESTED_CATEGORY])


def _people(ctx: Context) -> str:
    return "of all people" if choices_of(ctx.panel.state).people == EVERYONE else "of held-out people"
