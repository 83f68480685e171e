"""Detect, train, predict and review in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone.operators as foo

from ..forms import Form, InterviewOperator, Listing, Progress, parameters, target_videos
from .detect_faces import DetectFaces, FaceParameters, estimate
from .predict import Predict
from .review_errors import ReviewErrors, ReviewParameters
from .train_model import (
    TrainModel,
    TrainParameters,
    ask_epochs,
    ask_model,
    ask_run,
    ask_target,
    time_for,
    warnings_about,
)

STEPS: tuple[tuple[type[InterviewOperator[Any]], str], ...] = (
    (DetectFaces, "finding faces"),
    (TrainModel, "training"),
    (Predict, "predicting"),
    (ReviewErrors, "reviewing"),
)


@parameters
class PipelineParameters(TrainParameters, ReviewParameters, FaceParameters):
    """The parameters of the steps."""


class RunPipeline(InterviewOperator[PipelineParameters]):
    """Find faces, train on them, classify them all, and open the frames that come out wrong.

    FiftyOne's own `PipelineOperator` would queue the four operators as one, too, but in FiftyOne 1.22 it gives every
    stage the parameters of the whole, returns nothing, and shows no progress in the App.
    """

    listing = Listing(
        name="run_pipeline",
        label="Detect, train, predict and review",
        description="All steps in one go; what an earlier run left is used again",
        icon="account_tree",
    )

    in_background = True
    when_stopped = "The steps before are kept; running it again goes on from there."

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose the main settings; the separate operators offer the rest."""
        from ..dataset import require_interviews

        samples = target_videos(ctx)
        require_interviews(samples)
        for number, sentence in enumerate(warnings_about(samples, form)):
            form.warn(f"warning_{number}", sentence)
        model = ask_model(form)
        ask_run(ctx.dataset, form, model)
        form.ask("every", title="Look for faces on every N-th frame")
        ask_target(ctx.dataset, form)
        ask_epochs(form, model)
        form.note("estimate", f"Finding faces: {estimate(samples, movement=_needs_movement(model))}")
        form.note("time", time_for(samples, model))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Run the steps, each with its own operator's parameters."""
        from ..dataset import next_run_name
        from ..steps import folder_for

        chosen = self.read(ctx)
        run = chosen.run or next_run_name(ctx.dataset, chosen.model)
        folder_for(ctx.dataset, run)  # check before face detection, which takes hours
        ctx.params |= {"run": run, "movement": _needs_movement(chosen.model)}
        result: dict[str, Any] = {}
        furthest = 0.0  # a step may restart its progress for each phase, but the total must not go back
        for number, (operator, name) in enumerate(STEPS):

            def step(done: float, total: float, note: str = "", number: int = number, name: str = name) -> None:
                nonlocal furthest
                furthest = max(furthest, number + done / max(total, 1))
                words = f"Step {number + 1} of {len(STEPS)}, {name}"
                progress(furthest, len(STEPS), f"{words}: {note}" if note else words)

            step(0, 1)
            result[operator.__name__] = operator().run(ctx, step)
        messages = [part["message"] for part in result.values()]
        return {
            "run": run,
            "variant": result["TrainModel"]["variant"],
            "failures": [failure for part in result.values() for failure in part.get("failures", [])],
            "view": result["ReviewErrors"]["view"],
            "steps": messages,
            "message": " ".join(messages[1:]),
        }

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the view of the mistakes."""
        return ReviewErrors().after(ctx, result)


def _needs_movement(model: str) -> bool:
    from expressiveness.models import MODELS

    return "movement" in MODELS[model].needs
