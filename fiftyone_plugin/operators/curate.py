"""Decide on the faces or videos in a selection or view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast

import fiftyone as fo
import fiftyone.operators as foo
from pydantic import Field

from ..forms import Choices, Form, InterviewOperator, Listing, Progress, Stated, Text, counted, parameters

LEVELS = {"faces": "The faces shown", "videos": "The whole videos"}


@parameters
class CurateParameters:
    """What is decided, about what, and by whom."""

    decision: Annotated[Text, Choices(Stated("..curation", "DECISIONS", __package__))] = Field(title="Decision")
    decided_by: Text = Field(title="Your name or initials")
    category: Annotated[Text, Choices(Stated("expressiveness.data", "CATEGORIES"))] | None = Field(
        None, title="Category", description="For the decision to set one"
    )
    level: Annotated[Text, Choices(LEVELS)] = Field("faces", title="On")
    shown_by: Text | None = Field(
        None, title="Frames that show", description="The frame label whose frames count: faces, or a run"
    )
    labels: list[dict[str, Any]] | None = Field(
        None, title="Only these labels", description="Listed as `session.selected_labels` is"
    )
    scope: Text | None = Field(
        None, title="What", description="labels, open, selected, view or dataset; the narrowest there is if not given"
    )


class Curate(InterviewOperator[CurateParameters]):
    """Exclude, confirm or correct what is selected, all at once, with who decided and when; can be undone."""

    listing = Listing(
        name="curate",
        label="Curate faces or videos",
        description="Exclude, confirm or correct what is selected or shown; kept with who decided and when",
        icon="fact_check",
        view_target=False,  # our form offers more choices than FiftyOne's, narrowest first
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose the decision and its scope, and name the reviewer."""
        from ..curation import login
        from ..dataset import require_faces
        from ..fields import FACES

        require_faces(ctx.dataset)
        scopes = _scopes(ctx, form.chosen("labels"))
        offered = {name: scope.label for name, scope in scopes.items()}
        asked = form.ask("scope", description="", choices=offered, default=next(iter(scopes)), radio=True)
        scope = _narrowest(scopes, asked)
        level, field = form.ask("level", radio=True), FACES
        if level == "faces" and not scope.labels:
            shown = _labels_shown(ctx.dataset, scope)
            field = form.ask("shown_by", description="", choices=shown, default=next(iter(shown), FACES))
        if form.ask("decision", default="check", radio=True) == "category":
            form.ask("category", description="", radio=True, required=True)
        form.ask("decided_by", default=login())
        form.note("about", f"{_about(scope, level, field)}. Undo curation takes it back.")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Decide."""
        from ..curation import DECISIONS, curate
        from ..fields import FACES, runs_with_fields

        chosen = self.read(ctx)
        scope = _narrowest(_scopes(ctx, chosen.labels), chosen.scope)
        shown_by = chosen.shown_by or next(iter(_labels_shown(ctx.dataset, scope)), FACES)
        report = curate(
            scope.samples,
            cast("Any", chosen.decision),
            by=chosen.decided_by,
            category=chosen.category,
            level=cast("Any", chosen.level),
            shown_by=(FACES, *runs_with_fields(ctx.dataset)) if scope.labels else (shown_by,),
        )
        what = f"{DECISIONS[report.decision]}: {counted(report.videos, 'video')}, {counted(report.faces, 'face')}"
        return {**report.as_dict(), "message": f"{what}. Undo curation takes it back."}


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a decision may apply to."""

    label: str
    samples: fo.DatasetView
    labels: int = 0  # number of selected labels


def _scopes(ctx: foo.executor.ExecutionContext, given: list[dict[str, Any]] | None) -> dict[str, _Scope]:
    """The possible scopes of a decision, narrowest first."""
    view = ctx.view
    scopes = {}
    if labels := given or ctx.selected_labels:
        scopes["labels"] = _Scope(f"The selected labels ({len(labels)})", view.select_labels(labels), len(labels))
    if ctx.current_sample:
        scopes["open"] = _Scope("What is open", view.select(ctx.current_sample))
    if ctx.selected:
        scopes["selected"] = _Scope(f"The selected samples ({len(ctx.selected)})", view.select(ctx.selected))
    if ctx.has_custom_view:
        scopes["view"] = _Scope(f"The current view ({len(view)})", view)
    return {**scopes, "dataset": _Scope(f"The whole dataset ({len(ctx.dataset)})", ctx.dataset.view())}


def _narrowest(scopes: dict[str, _Scope], wanted: str | None) -> _Scope:
    """The wanted scope if still available, else the narrowest."""
    return scopes[wanted] if wanted in scopes else next(iter(scopes.values()))


def _labels_shown(dataset: fo.Dataset, scope: _Scope) -> dict[str, str]:
    """The frame labels shown in the scope, with their display names; patch views have only one."""
    from ..dataset import has_frame_labels
    from ..fields import FACES, runs_with_fields

    labels = {FACES: "a face", **{run: f"a prediction of run {run}" for run in runs_with_fields(dataset)}}
    return {field: label for field, label in labels.items() if has_frame_labels(scope.samples, field)}


def _about(scope: _Scope, level: str, field: str) -> str:
    """How many faces or videos the decision applies to, counted by the database."""
    from ..dataset import source_ids

    samples = scope.samples
    if level == "videos":
        return counted(len(source_ids(samples)), "video")
    if scope.labels:
        return counted(scope.labels, "label")
    frames = len(samples) if samples.has_sample_field("frame_number") else samples.count(f"frames.{field}.detections")
    return f"The faces of up to {counted(frames, 'frame')}"
