"""Decide on the faces or videos that a selection or view shows."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types
from fiftyone.operators.constants import ViewTarget

from .base import InterviewOperator, Progress, choose, chosen, counted


class Curate(InterviewOperator):
    """Exclude, confirm or correct what is selected, all at once, with who decided and when; can be undone."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne knows of this operator."""
        return foo.OperatorConfig(
            name="curate",
            label="Curate faces or videos",
            description="Exclude, confirm or correct what is selected or shown; kept with who decided and when",
            icon="/assets/fact_check.svg",
            dynamic=True,
            execute_as_generator=True,
            allow_delegated_execution=True,
            risk_level=types.RiskLevel.MEDIUM,
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
            labels (None): only these labels, as `ctx.selected_labels` lists them
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"decision": decision, "decided_by": decided_by, "category": category, "level": level}
        params["shown_by"] = shown_by
        if labels is not None:
            params["view_target"] = ViewTarget.SELECTED_LABELS
        return foo.execute_operator(
            self.uri,
            view=samples.view(),
            selected_labels=list(labels or []),
            params=params,
            request_delegation=delegate,
        )

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose what to decide, about what, and say who decides."""
        from expressiveness.categories import CATEGORIES
        from ..deciding import DECISIONS
        from ..fields import FACES, runs_with_fields
        from ..workflow import require_faces

        require_faces(ctx.dataset)
        inputs.view_target(ctx, allow_selected_labels=True, action_description="Decide on")
        choose(inputs, "decision", DECISIONS, radio=True, label="Decision", default="exclude")
        if ctx.params.get("decision") == "category":
            choose(inputs, "category", {name: name for name in CATEGORIES}, radio=True, label="Category", required=True)
        levels = {"faces": "The faces shown", "videos": "The whole videos"}
        choose(inputs, "level", levels, radio=True, label="On", default="faces")
        if chosen(ctx, "level", "faces") == "faces" and not _on_labels(ctx):
            shown = {FACES: "a face", **{run: f"a prediction of run {run}" for run in runs_with_fields(ctx.dataset)}}
            choose(inputs, "shown_by", shown, label="Frames that show", default=FACES)
        inputs.str("decided_by", required=True, default=_login(), label="Your name or initials")
        inputs.view("about", types.Notice(label=_about(ctx)))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Decide."""
        from ..deciding import DECISIONS, curate
        from ..fields import FACES, runs_with_fields

        shown_by = (FACES, *runs_with_fields(ctx.dataset)) if _on_labels(ctx) else (chosen(ctx, "shown_by", FACES),)
        report = curate(
            ctx.target_view(),
            chosen(ctx, "decision", "exclude"),
            by=chosen(ctx, "decided_by", ""),
            category=ctx.params.get("category"),
            level=chosen(ctx, "level", "faces"),
            shown_by=shown_by,
        )
        what = f"{DECISIONS[report.decision]}: {counted(report.videos, 'video')}, {counted(report.faces, 'face')}"
        return {**report.as_dict(), "message": f"{what}. Undo curation takes it back."}


def _on_labels(ctx: foo.executor.ExecutionContext) -> bool:
    return ctx.request_params.get("view_target") == ViewTarget.SELECTED_LABELS


def _about(ctx: foo.executor.ExecutionContext) -> str:
    """How much the decision is about, counted by the database."""
    from ..fields import FACES
    from ..shown import source_ids

    samples = ctx.target_view()
    if chosen(ctx, "level", "faces") == "videos":
        return f"{counted(len(source_ids(samples)), 'video')}. Undo curation takes it back."
    if _on_labels(ctx):
        return f"{counted(len(ctx.selected_labels), 'label')}. Undo curation takes it back."
    field = chosen(ctx, "shown_by", FACES)
    frames = len(samples) if samples.has_sample_field("frame_number") else samples.count(f"frames.{field}.detections")
    return f"The faces of up to {counted(frames, 'frame')}. Undo curation takes it back."


def _login() -> str:
    """The name that a person is known by on this machine, where there is one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


