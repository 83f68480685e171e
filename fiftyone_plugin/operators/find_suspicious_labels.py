"""Find labels that are probably wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone.operators as foo

from ..forms import Form, InterviewOperator, Listing, NoParameters, Progress, counted, open_saved_view, target_videos


class FindSuspiciousLabels(InterviewOperator[NoParameters]):
    """Rate how suspicious each video's category is, and open those that a person should check."""

    listing = Listing(
        name="find_suspicious_labels",
        label="Find suspicious labels",
        description="Videos whose category is probably wrong, by a model that has not seen the person",
        icon="troubleshoot",
    )

    in_background = True
    when_stopped = "What was read of the videos is kept; looking again goes on from there."

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Say what will be done."""
        from ..steps import require_people

        samples = target_videos(ctx)
        require_people(ctx.dataset)
        form.note(
            "about",
            f"{counted(len(samples), 'video')}: each category is held against a model of movement that learned from "
            "the other people of the dataset. Videos whose movement is not known yet are read once more; that may be "
            "stopped, and goes on from there.",
        )

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Find them, and save the view."""
        from ..steps import LABELS_TO_CHECK, find_suspicious_labels

        report = find_suspicious_labels(target_videos(ctx), progress=progress)
        found = f"{counted(report.to_check, 'label')} of {counted(report.videos, 'video')} to check"
        passed_over = f", {len(report.failures)} passed over" if report.failures else ""
        return {**report.as_dict(), "view": LABELS_TO_CHECK, "message": found + passed_over}

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the view, with what is suggested."""
        from ..fields import FACES, SUGGESTION

        yield from open_saved_view(ctx, result["view"])
        yield ctx.ops.set_active_fields([SUGGESTION, f"frames.{FACES}"])
