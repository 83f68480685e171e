"""Open the videos, clips or faces behind a number in the review panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import fiftyone as fo
import fiftyone.operators as foo

from expressiveness.data import CATEGORIES
from expressiveness.errors import ExpressivenessError
from expressiveness.wording import counted

from ... import review
from ...dataset import PICTURES, work_folder
from ...fields import CATEGORY, FACES, SUGGESTED_CATEGORY, RunFields
from ...steps import labels_to_check
from .choices import AS_CLIPS, AS_FACES, EVERYONE, VIDEOS, choices_of, chosen_videos

Context: TypeAlias = foo.executor.ExecutionContext

_SEARCHES = {
    review.MISCLASSIFIED_FRAMES: review.wrong,
    review.CONFIDENT_MISTAKES: review.confidently_wrong,
    review.UNCERTAIN_FRAMES: review.uncertain,
}


def open_cell(ctx: Context, row: int, column: int) -> None:
    """Show the predictions in a cell of the matrix."""
    run, unit = _run(ctx), choices_of(ctx.panel.state).unit
    truth, predicted = CATEGORIES[row], CATEGORIES[column]
    what = f"Truly {truth}, predicted {predicted}"
    if unit == VIDEOS:
        _show(ctx, review.videos_misclassified_as(_samples(ctx), run, truth, predicted), what)
    else:
        _look(ctx, review.confused(run, truth, predicted), what)


def open_listed(ctx: Context, row: int) -> None:
    """Open the view in a row of the list."""
    if row < 0:  # the heading
        return
    run, name = _run(ctx), ctx.panel.state.listed[row]["name"]
    if name in _SEARCHES:
        _look(ctx, _SEARCHES[name](run), name)
    else:
        _show(ctx, review.review_view(_samples(ctx), run, name), name)


def show_video(ctx: Context, row: int) -> None:
    """Show one of the worst videos in the grid, with the run's labels."""
    if row < 0:
        return
    video = ctx.panel.state.worst[row]
    ctx.ops.set_view(ctx.dataset.select(video["id"]))
    _show_labels(ctx, [RunFields(_run(ctx)).stretches])
    ctx.ops.notify(f"Interview {video['interview']}: click it to watch")


def show_suspect(ctx: Context, row: int) -> None:
    """Show one of the videos with a suspicious category."""
    if row >= 0:
        video = ctx.panel.state.suspects["rows"][row]
        _show_category(ctx, ctx.dataset.select(video["id"]))
        ctx.ops.notify(f"Interview {video['interview']}: click it to watch, then decide with Curate")


def show_suspects(ctx: Context) -> None:
    """Show all videos with a suspicious category, most suspicious first."""
    _show_category(ctx, labels_to_check(ctx.dataset))


def open_change(ctx: Context, *, fixed: bool) -> None:
    """Show the frames that the chosen run fixed or broke compared with the other."""
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
    """Save the views of this run's mistakes with the dataset."""
    names = review.save_review_views(_samples(ctx), _run(ctx))
    ctx.ops.notify(f"Saved {len(names)} views of run {_run(ctx)} {_people(ctx)}", variant="success")
    ctx.ops.reload_dataset()


def _run(ctx: Context) -> str:
    """The chosen run."""
    run = choices_of(ctx.panel.state).run
    assert run, "nothing to click is drawn before there is a run"
    return run


def _samples(ctx: Context) -> fo.Dataset | fo.DatasetView:
    return chosen_videos(ctx.dataset, choices_of(ctx.panel.state))


def _look(ctx: Context, search: review.Search, what: str) -> None:
    """Show predictions in the chosen display mode, worst videos first."""
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
    """Show a view of videos or clips; `count` is their number, if known."""
    count = len(view) if count is None else count
    if not count:
        ctx.ops.notify(f"{what}: none {_people(ctx)}")
        return
    ctx.ops.set_view(view)
    _show_labels(ctx, [RunFields(_run(ctx)).stretches] if view._is_clips else also)
    ctx.ops.notify(f"{what}: {counted(count, 'clip' if view._is_clips else 'video')}")


def _show_faces(ctx: Context, search: review.Search, what: str) -> None:
    """Show single faces, writing pictures of their frames."""
    try:
        faces = review.as_faces(_samples(ctx), search, folder=work_folder(ctx.dataset) / PICTURES)
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
    """Show the chosen run's labels, and the faces, which the Annotate tab edits."""
    fields = RunFields(_run(ctx))
    ctx.ops.set_active_fields([CATEGORY, f"frames.{fields.faces}", fields.video, f"frames.{FACES}", *also])


def _show_category(ctx: Context, view: fo.DatasetView) -> None:
    """Show videos with their category and the suggested one."""
    ctx.ops.set_view(view)
    ctx.ops.set_active_fields([CATEGORY, SUGGESTED_CATEGORY, f"frames.{FACES}"])


def _people(ctx: Context) -> str:
    return "of all people" if choices_of(ctx.panel.state).people == EVERYONE else "of held-out people"
