"""Open the review panel by a button above the grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import REVIEW_PANEL, Form, InterviewOperator, Listing, NoParameters


class OpenReviewPanel(InterviewOperator[NoParameters]):
    """Open the panel "Expressiveness review" beside the grid; the App has a button for it."""

    listing = Listing(
        name="open_review_panel",
        label="Review panel",
        description="Open the panel Expressiveness review beside the grid",
        icon="rule",
        risk_level=types.RiskLevel.LOW,
        view_target=False,
        unlisted=True,
    )

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne knows of this operator; as a generator, it shows no window of its own."""
        config = super().config
        config.execute_as_generator = True
        return config

    def resolve_placement(self, ctx: foo.executor.ExecutionContext) -> types.Placement:
        """The button."""
        button = types.Button(label="Expressiveness review", icon="rule", prompt=False)
        return types.Placement(types.Places.SAMPLES_GRID_SECONDARY_ACTIONS, button)

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Explain what it does; there is nothing to choose."""
        form.note("about", "Opens the review panel")

    def execute(self, ctx: foo.executor.ExecutionContext) -> Iterator[Any]:
        """Open the panel, or bring it to the front."""
        yield ctx.ops.open_panel(REVIEW_PANEL, layout="horizontal")
