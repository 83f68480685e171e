"""Take back the last curation."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import InterviewOperator, Listing, Progress, counted, refuse


class UndoCuration(InterviewOperator):
    """Put back what the last curation changed; repeated, it takes back the one before."""

    listing = Listing(
        name="undo_curation",
        label="Undo curation",
        description="Put back what the last curation changed",
        icon="undo",
        view_target=False,
    )

    def __call__(self, samples: fo.Dataset | fo.DatasetView, delegate: bool = False) -> foo.executor.ExecutionResult:
        """Take back the last curation.

        Args:
            samples: a dataset of interviews, or a view of one; the dataset's last curation is taken back
            delegate (False): whether to leave the work to a delegated worker
        """
        return foo.execute_operator(self.uri, view=samples.view(), request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """See what would be taken back."""
        from ..curation import DECISIONS, last_step

        step = last_step(ctx.dataset)
        if step is None:
            refuse(inputs, f"{ctx.dataset.name} has no curation that could be undone.")
            return
        size = f"{counted(len(step.videos), 'video')}, {counted(len(step.faces), 'face')}"
        sentence = f"{DECISIONS[step.decision]}: {size}, by {step.by} at {step.at}"
        inputs.view("step", types.Notice(label="This is taken back", description=sentence))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Take it back."""
        from ..curation import DECISIONS, undo_curation

        report = undo_curation(ctx.dataset)
        what = f"{DECISIONS[report.decision]}: {counted(report.videos, 'video')}, {counted(report.faces, 'face')}"
        left = f"; {report.left} were decided otherwise since and stay" if report.left else ""
        return {**report.as_dict(), "message": f"Taken back. {what}{left}."}
