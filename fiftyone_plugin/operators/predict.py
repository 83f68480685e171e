"""Classify the detected faces with a run's model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import fiftyone.operators as foo
from pydantic import Field

from ..forms import (
    Choices,
    Form,
    InterviewOperator,
    Listing,
    Progress,
    Text,
    counting,
    parameters,
    show_run,
    target_videos,
)

FRAMES_AGAINST = {
    "face": "What the face does in it: a calm moment of a lively answer is right as calm",
    "video": "Its video's category, whatever the face does in it",
}


@parameters
class PredictParameters:
    """Whose model classifies."""

    run: Text | None = Field(None, title="Run", description="Whose model is used; the newest if not given")
    frames_against: Annotated[Text, Choices(FRAMES_AGAINST)] = Field(
        "face",
        title="A frame is right by",
        description="face: what the face does in it, where the model knows that; video: its video's category alone",
    )


class Predict(InterviewOperator[PredictParameters]):
    """Write a run's category on every frame with a face, and its category and score on every video."""

    listing = Listing(
        name="predict",
        label="Predict expressiveness",
        description="Classify every face that was found, with a trained run",
        icon="auto_awesome",
    )

    in_background = True
    when_stopped = "The videos classified so far have their predictions; predicting again does all of them."

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose a run."""
        from ..dataset import model_label, require_faces, require_runs

        samples = target_videos(ctx)
        require_faces(samples)
        runs = require_runs(ctx.dataset)
        named = {run: f"{run}: {model_label(ctx.dataset, run)}" for run in reversed(runs)}
        form.ask("run", choices=named, default=runs[-1])
        form.ask("frames_against", description="", choices=FRAMES_AGAINST, radio=True)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Classify, and save the views of the mistakes."""
        from ..dataset import require_runs
        from ..fields import runs_with_fields
        from ..review import save_review_views
        from ..steps import predict

        chosen = self.read(ctx)
        run = chosen.run or require_runs(ctx.dataset)[-1]
        report = predict(
            target_videos(ctx),
            run,
            frames_against="video" if chosen.frames_against == "video" else "face",
            progress=counting(progress, "videos"),
        )
        save_review_views(ctx.dataset, run)
        failed = f", {len(report.failures)} passed over" if report.failures else ""
        message = f"{report.frames} frames of {report.videos} videos classified{failed}"
        tab = "compare" if len(runs_with_fields(ctx.dataset)) > 1 else "mistakes"
        return {**report.as_dict(), "message": message, "tab": tab}

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Show the predicted labels."""
        yield from super().after(ctx, result)
        yield show_run(ctx, result["run"])
