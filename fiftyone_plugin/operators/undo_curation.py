"""Undo the last curation step."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo

from ..forms import Form, InterviewOperator, Listing, NoParameters, Progress, counted


class UndoCuration(InterviewOperator[NoParameters]):
    """Put back what the last curation changed; repeated, it takes back the one before."""

    listing = Listing(
        name="undo_curation",
        label="Undo curation",
        description="Put back what the last curation changed",
        icon="undo",
        view_target=False,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Show what would be undone."""
        from ..curation import DECISIONS, last_step

        step = last_step(ctx.dataset)
        if step is None:
            form.refuse(f"{ctx.dataset.name} has no curation that could be undone.")
            return
        size = f"{counted(len(step.videos), 'video')}, {counted(len(step.faces), 'face')}"
        sentence = f"{DECISIONS[step.decision]}: {size}, by {step.by} at {step.at}"
        form.note("step", "This is taken back", sentence)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Undo it."""
        from ..curation import DECISIONS, undo_curation

        report = undo_curation(ctx.dataset)
        what = f"{DECISIONS[report.decision]}: {counted(report.videos, 'video')}, {counted(report.faces, 'face')}"
        left = f"; {report.left} were decided otherwise since and stay" if report.left else ""
        return {**report.as_dict(), "message": f"Taken back. {what}{left}."}
