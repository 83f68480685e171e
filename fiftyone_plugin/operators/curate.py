"""Decide on the faces or videos that a selection or view shows."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import InterviewOperator, Listing, Progress, choose, counted, one_of, text

LEVELS = {"faces": "The faces shown", "videos": "The whole videos"}


class Curate(InterviewOperator):
    """Exclude, confirm or correct what is selected, all at once, with who decided and when; can be undone."""

    listing = Listing(
        name="curate",
        label="Curate faces or videos",
        description="Exclude, confirm or correct what is selected or shown; kept with who decided and when",
        icon="fact_check",
        view_target=False,  # the form offers more than FiftyOne's own choice, and the narrowest first
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        decision: str,
        decided_by: str,
        category: str | None = None,
        level: str = "faces",
        shown_by: str = "faces",
        labels: Sequence[dict[str, Any]] | None = None,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Decide on faces or videos.

        Args:
            samples: a dataset of interviews, or a view of one: of videos, clips, frames or patches
            decision: "exclude", "include", "confirm", "category", "check" or "checked"
            decided_by: your name or initials
            category (None): the category to set, for the decision "category"
            level ("faces"): "faces" for the primary face of each frame shown, "videos" for whole videos
            shown_by ("faces"): the frame label whose frames count: "faces", or a run
            labels (None): only these labels, listed as `session.selected_labels` is
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"decision": decision, "decided_by": decided_by, "category": category, "level": level}
        params["shown_by"] = shown_by
        return foo.execute_operator(
            self.uri,
            view=samples.view(),
            selected_labels=list(labels or []),
            params=params,
            request_delegation=delegate,
        )

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose what to decide, about what, and say who decides."""
        from expressiveness.data import CATEGORIES

        from ..curation import DECISIONS
        from ..dataset import require_faces
        from ..fields import FACES

        require_faces(ctx.dataset)
        scopes = {name: label for name, (label, _) in _scopes(ctx).items()}
        choose(inputs, "scope", scopes, radio=True, label="What", default=next(iter(scopes)))
        choose(inputs, "level", LEVELS, radio=True, label="On", default="faces")
        if one_of(ctx, "level", LEVELS, "faces") == "faces" and _scope(ctx) != "labels":
            shown = _labels_shown(ctx)
            choose(inputs, "shown_by", shown, label="Frames that show", default=next(iter(shown), FACES))
        choose(inputs, "decision", DECISIONS, radio=True, label="Decision", default="exclude")
        if ctx.params.get("decision") == "category":
            choose(inputs, "category", {name: name for name in CATEGORIES}, radio=True, label="Category", required=True)
        inputs.str("decided_by", required=True, default=_login(), label="Your name or initials")
        inputs.view("about", types.Notice(label=f"{_about(ctx)}. Undo curation takes it back."))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Decide."""
        from ..curation import DECISIONS, curate
        from ..fields import FACES, runs_with_fields

        scope = _scope(ctx)
        labels = (FACES, *runs_with_fields(ctx.dataset))
        shown_by = (
            labels if scope == "labels" else (one_of(ctx, "shown_by", labels, next(iter(_labels_shown(ctx)), FACES)),)
        )
        report = curate(
            _scopes(ctx)[scope][1],
            one_of(ctx, "decision", DECISIONS, "exclude"),
            by=text(ctx, "decided_by", ""),
            category=text(ctx, "category", None),
            level=one_of(ctx, "level", LEVELS, "faces"),
            shown_by=shown_by,
        )
        what = f"{DECISIONS[report.decision]}: {counted(report.videos, 'video')}, {counted(report.faces, 'face')}"
        return {**report.as_dict(), "message": f"{what}. Undo curation takes it back."}


def _scopes(ctx: foo.executor.ExecutionContext) -> dict[str, tuple[str, fo.DatasetView]]:
    """What can be decided on, each with what the person reads, the narrowest first."""
    view = ctx.view
    scopes = {}
    if labels := ctx.selected_labels:
        scopes["labels"] = (f"The selected labels ({len(labels)})", view.select_labels(labels))
    if ctx.current_sample:
        scopes["open"] = ("What is open", view.select(ctx.current_sample))
    if ctx.selected:
        scopes["selected"] = (f"The selected samples ({len(ctx.selected)})", view.select(ctx.selected))
    if ctx.has_custom_view:
        scopes["view"] = (f"The current view ({len(view)})", view)
    return {**scopes, "dataset": (f"The whole dataset ({len(ctx.dataset)})", ctx.dataset.view())}


def _scope(ctx: foo.executor.ExecutionContext) -> str:
    scopes = _scopes(ctx)
    scope = ctx.params.get("scope")
    return scope if scope in scopes else next(iter(scopes))


def _labels_shown(ctx: foo.executor.ExecutionContext) -> dict[str, str]:
    """The frame labels that what is decided on shows, each with what the person reads; single faces show one kind."""
    from ..dataset import has_frame_labels
    from ..fields import FACES, runs_with_fields

    samples = _scopes(ctx)[_scope(ctx)][1]
    labels = {FACES: "a face", **{run: f"a prediction of run {run}" for run in runs_with_fields(ctx.dataset)}}
    return {field: label for field, label in labels.items() if has_frame_labels(samples, field)}


def _about(ctx: foo.executor.ExecutionContext) -> str:
    """How much the decision is about, counted by the database."""
    from ..dataset import source_ids
    from ..fields import FACES

    scope = _scope(ctx)
    samples = _scopes(ctx)[scope][1]
    if one_of(ctx, "level", LEVELS, "faces") == "videos":
        return counted(len(source_ids(samples)), "video")
    if scope == "labels":
        return counted(len(ctx.selected_labels), "label")
    field = text(ctx, "shown_by", next(iter(_labels_shown(ctx)), FACES))
    frames = len(samples) if samples.has_sample_field("frame_number") else samples.count(f"frames.{field}.detections")
    return f"The faces of up to {counted(frames, 'frame')}"


def _login() -> str:
    """The name that a person is known by on this machine, where there is one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
