"""Open what a person wants first: the import form without any interviews, or the panel where work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone.operators as foo

from ..forms import REVIEW_PANEL, Form, InterviewOperator, Listing, NoParameters, work_on

IMPORT = "@expressiveness/interviews/import_interviews"


class Welcome(InterviewOperator[NoParameters]):
    """Open the import form without any interviews, the panel where work goes on; the App calls this as it starts."""

    listing = Listing(
        name="welcome",
        label="Welcome",
        description="Open the import form where there are no interviews yet",
        icon="waving_hand",
        view_target=False,
        unlisted=True,
    )

    on_dataset = False

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne knows of this operator."""
        config = super().config
        config.on_startup = config.execute_as_generator = True
        return config

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Explain what it does; nobody fills this in."""
        form.note("welcome", "The App calls this as it starts")

    def execute(self, ctx: foo.executor.ExecutionContext) -> Iterator[Any]:
        """Open the form if the placeholder dataset is open; the panel if nobody has seen yet how work on it ended."""
        from ..app import NO_INTERVIEWS_YET

        if ctx.dataset is None:
            return
        if ctx.dataset.name == NO_INTERVIEWS_YET:
            yield ctx.prompt(IMPORT)
        work = work_on(ctx.dataset.name)
        if work is not None and not work.noticed:
            yield ctx.ops.open_panel(REVIEW_PANEL, layout="horizontal")
