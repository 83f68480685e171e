"""Open a view of a run's mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import (
    Choices,
    Form,
    InterviewOperator,
    Listing,
    Progress,
    Stated,
    Text,
    open_saved_view,
    parameters,
    show_run,
    target_videos,
)


@parameters
class ReviewParameters:
    """Whose mistakes, and which."""

    run: Text | None = Field(None, title="Run", description="Whose predictions to review; the newest if not given")
    view: Annotated[Text, Choices(Stated("..review", "REVIEW_VIEWS", __package__))] = Field(
        default_factory=Stated("..review", "MISCLASSIFIED_FRAMES", __package__), title="Show"
    )


class ReviewErrors(InterviewOperator[ReviewParameters]):
    """Save the views on a run's mistakes with the dataset, and open one of them."""

    listing = Listing(
        name="review_errors",
        label="Review errors",
        description="Show where a run is wrong: frames, videos, confident and uncertain ones",
        icon="rule",
        risk_level=types.RiskLevel.LOW,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose a run and a view."""
        from ..dataset import model_label, require_predictions
        from ..review import REVIEW_VIEWS

        target_videos(ctx)  # has FiftyOne ask: dataset, view or selection
        runs = require_predictions(ctx.dataset)
        named = {run: f"{run}: {model_label(ctx.dataset, run)}" for run in reversed(runs)}
        form.ask("run", choices=named, default=runs[-1])
        explained = {name: view.description for name, view in REVIEW_VIEWS.items()}
        form.ask("view", choices=list(explained), explained=explained, radio=True)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Update correctness after manual edits in the Annotate tab, and save the views."""
        from ..curation import judge_again, record_hand_edits
        from ..dataset import require_predictions
        from ..review import save_review_views

        chosen = self.read(ctx)
        if edited := record_hand_edits(target_videos(ctx)):
            judge_again(ctx.dataset, edited)
        run = chosen.run or require_predictions(ctx.dataset)[-1]
        views = save_review_views(target_videos(ctx), run)
        found = ctx.dataset.load_saved_view(chosen.view)
        return {
            "run": run,
            "views": views,
            "view": chosen.view,
            "videos": len(found),
            "message": f"{chosen.view}: {len(found)} videos",
        }

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the view with the run's labels."""
        yield from open_saved_view(ctx, result["view"])
        yield show_run(ctx, result["run"])
