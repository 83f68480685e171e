"""Open a view on a run's mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import InterviewOperator, Listing, Progress, choose, one_of, open_saved_view, show_run, target_videos, text


class ReviewErrors(InterviewOperator):
    """Save the views on a run's mistakes with the dataset, and open one of them."""

    listing = Listing(
        name="review_errors",
        label="Review errors",
        description="Show where a run is wrong: frames, videos, confident and uncertain ones",
        icon="rule",
        risk_level=types.RiskLevel.LOW,
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        run: str,
        view: str = "Misclassified frames",
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Save the views on a run's mistakes.

        Args:
            samples: a dataset of interviews, or a view of one
            run: whose predictions to review
            view ("Misclassified frames"): the one to open in the App
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"run": run, "view": view}
        return foo.execute_operator(self.uri, view=samples.view(), params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose a run and a view."""
        from ..dataset import require_predictions
        from ..review import MISCLASSIFIED_FRAMES, REVIEW_VIEWS

        target_videos(ctx)  # has FiftyOne ask: dataset, view or selection
        runs = require_predictions(ctx.dataset)
        choose(inputs, "run", {run: run for run in runs}, default=runs[-1], label="Run")
        views = types.RadioGroup()
        for name, view in REVIEW_VIEWS.items():
            views.add_choice(name, label=name, description=view.description)
        inputs.str("view", default=MISCLASSIFIED_FRAMES, label="Show", view=views)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Save the views; what was corrected in the Annotate tab is no mistake any more."""
        from ..curation import judge_again, record_hand_edits
        from ..dataset import require_predictions
        from ..review import MISCLASSIFIED_FRAMES, REVIEW_VIEWS, save_review_views

        if edited := record_hand_edits(target_videos(ctx)):
            judge_again(ctx.dataset, edited)
        run = text(ctx, "run", None) or require_predictions(ctx.dataset)[-1]
        views = save_review_views(target_videos(ctx), run)
        view = one_of(ctx, "view", REVIEW_VIEWS, MISCLASSIFIED_FRAMES)
        found = ctx.dataset.load_saved_view(view)
        return {
            "run": run,
            "views": views,
            "view": view,
            "videos": len(found),
            "message": f"{view}: {len(found)} videos",
        }

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the view, the run's labels drawn."""
        yield from open_saved_view(ctx, result["view"])
        yield show_run(ctx, result["run"])
