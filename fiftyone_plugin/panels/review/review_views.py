"""Open the videos, clips or faces behind a number in the review panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import fiftyone as fo
import fiftyone.operators as foo

from expressiveness.data import CATEGORIES, short_name
from expressiveness.errors import ExpressivenessError
from expressiveness.wording import counted

from ... import review
from ...dataset import PICTURES, work_folder
from ...fields import CATEGORY, FACES, SUGGESTED_CATEGORY, SUGGESTION, RunFields, shown_of
from ...steps import labels_to_check
from .choices import AS_CLIPS, AS_FACES, EVERYONE, VIDEOS, choices_of, chosen_videos, compared_videos

Context: TypeAlias = foo.executor.ExecutionContext

_SEARCHES = {
    review.MISCLASSIFIED_FRAMES: review.wrong,
    review.CONFIDENT_MISTAKES: review.confidently_wrong,
    review.UNCERTAIN_FRAMES: review.uncertain,
}


def show(ctx: Context) -> None:
    """Show in the grid what was clicked: `what` names one of `_SHOWS`, which reads the other parameters."""
    _SHOWS[ctx.params["what"]](ctx)


def _cell(ctx: Context) -> None:
    """The predictions in a cell of the matrix."""
    run, truth, predicted = _run(ctx), CATEGORIES[ctx.params["row"]], CATEGORIES[ctx.params["column"]]
    what = f"Truly {short_name(truth)}, predicted {short_name(predicted)}"
    if ctx.params["unit"] == VIDEOS:
        _show(ctx, review.videos_misclassified_as(_samples(ctx), run, truth, predicted), what)
    else:
        _look(ctx, review.confused(run, truth, predicted), what)


def _listed(ctx: Context) -> None:
    """The view in a row of the list."""
    run, name = _run(ctx), ctx.params["name"]
    if name in _SEARCHES:
        _look(ctx, _SEARCHES[name](run), name)
    else:
        _show(ctx, review.review_view(_samples(ctx), run, name), name)


def _video(ctx: Context) -> None:
    """One of the worst videos in the grid, with the run's labels."""
    ctx.ops.set_view(ctx.dataset.select(ctx.params["id"]))
    _show_labels(ctx, [RunFields(_run(ctx)).stretches])
    _say(ctx, f"Interview {ctx.params['interview']}: click it to watch")


def _suspect(ctx: Context) -> None:
    """One of the videos with a suspicious category."""
    _show_category(ctx, ctx.dataset.select(ctx.params["id"]))
    _say(ctx, f"Interview {ctx.params['interview']}: click it to watch, then decide with Curate")


def _suspects(ctx: Context) -> None:
    """All videos with a suspicious category, most suspicious first."""
    view = labels_to_check(ctx.dataset)
    _show_category(ctx, view)
    _say(ctx, f"{counted(len(view), 'label')} to check, the most suspicious first")


def _change(ctx: Context) -> None:
    """The frames that the chosen run fixed or broke compared with the other."""
    run, choices, fixed = _run(ctx), choices_of(ctx.panel.state), ctx.params["fixed"]
    what = f"{'Fixed' if fixed else 'Broken'} by {run}"
    search, samples = review.changed(str(choices.other), run, fixed=fixed), compared_videos(ctx.dataset, choices)
    if ctx.params["look"] == AS_FACES:
        _show_faces(ctx, samples, search, what)
    else:
        _show(ctx, review.as_videos(samples, search), what, also=[f"frames.{choices.other}"])


def _everything(ctx: Context) -> None:
    """The whole dataset again."""
    ctx.ops.clear_view()
    _show_labels(ctx, [])
    _say(ctx, "")


def _saved(ctx: Context) -> None:
    """Save the views of this run's mistakes with the dataset."""
    names = review.save_review_views(_samples(ctx), _run(ctx))
    ctx.ops.notify(f"Saved {len(names)} views of run {_run(ctx)} {_people(ctx)}", variant="success")
    ctx.ops.reload_dataset()


_SHOWS: Mapping[str, Callable[[Context], None]] = {
    "cell": _cell,
    "listed": _listed,
    "video": _video,
    "suspect": _suspect,
    "suspects": _suspects,
    "change": _change,
    "everything": _everything,
    "save": _saved,
}


def _say(ctx: Context, sentence: str) -> None:
    """Say in the panel what the grid shows now."""
    ctx.panel.set_data("review.shown", sentence)


def _run(ctx: Context) -> str:
    """The chosen run."""
    run = choices_of(ctx.panel.state).run
    assert run, "nothing to click is drawn before there is a run"
    return run


def _samples(ctx: Context) -> fo.Dataset | fo.DatasetView:
    return chosen_videos(ctx.dataset, choices_of(ctx.panel.state))


def _look(ctx: Context, search: review.Search, what: str) -> None:
    """Show predictions in the chosen display mode, worst videos first."""
    look, samples = ctx.params["look"], _samples(ctx)
    if look == AS_FACES:
        _show_faces(ctx, samples, search, what)
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
    """Show a view of videos or clips; `count` is their number, if known."""
    count = len(view) if count is None else count
    if not count:
        _say(ctx, f"{what}: none {_people(ctx)}")
        return
    ctx.ops.set_view(view)
    _show_labels(ctx, [RunFields(_run(ctx)).stretches] if view._is_clips else also)
    _say(ctx, f"{what}: {counted(count, 'clip' if view._is_clips else 'video')}")


def _show_faces(ctx: Context, samples: review.Samples, search: review.Search, what: str) -> None:
    """Show single faces, writing pictures of their frames."""
    try:
        faces = review.as_faces(samples, search, folder=work_folder(ctx.dataset) / PICTURES)
    except ExpressivenessError as error:
        ctx.ops.notify(str(error), variant="error")
        _say(ctx, "")
        return
    if not faces.shown:
        _say(ctx, f"{what}: no faces {_people(ctx)}")
        return
    ctx.ops.set_view(faces.view)
    ctx.ops.set_active_fields([RunFields(search.run).verdict])
    shown = "" if faces.shown == faces.found else f" of {faces.found:,}, the most probable"
    _say(ctx, f"{what}: {counted(faces.shown, 'face')}{shown}")


def _show_labels(ctx: Context, also: Sequence[str]) -> None:
    """Show the chosen run's labels, and the faces, which the Annotate tab edits."""
    ctx.ops.set_active_fields([*shown_of(ctx.dataset, _run(ctx)), *also])


def _show_category(ctx: Context, view: fo.DatasetView) -> None:
    """Show videos with their category and the suggested one."""
    ctx.ops.set_view(view)
    known = ctx.dataset.has_sample_field(SUGGESTION)  # not written by earlier versions
    ctx.ops.set_active_fields([*([SUGGESTION] if known else [CATEGORY, SUGGESTED_CATEGORY]), f"frames.{FACES}"])


def _people(ctx: Context) -> str:
    return "of all people" if choices_of(ctx.panel.state).people == EVERYONE else "of held-out people"
