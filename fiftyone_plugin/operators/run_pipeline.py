"""Detect, train, predict and review in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import InterviewOperator, Listing, Progress, choose, target_videos, text, warn
from .detect_faces import DetectFaces, estimate
from .predict import Predict
from .review_errors import ReviewErrors
from .train_model import TrainModel, choose_target, chosen_model, model_labels, name_run, options_of, warnings_about

STEPS = ((DetectFaces, "finding faces"), (TrainModel, "training"), (Predict, "predicting"), (ReviewErrors, "reviewing"))


class RunPipeline(InterviewOperator):
    """Find faces, train on them, classify them all, and open the frames that come out wrong.

    FiftyOne's own `PipelineOperator` would queue the four operators as one, too, but in FiftyOne 1.22 it gives every
    stage the parameters of the whole, returns nothing, and shows no progress in the App.
    """

    listing = Listing(
        name="run_pipeline",
        label="Detect, train, predict and review",
        description="The whole way in one go; what an earlier run left is used again",
        icon="account_tree",
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        run: str | None = None,
        model: str = "notebook_cnn",
        detector: str = "auto",
        every: int = 5,
        workers: int | None = None,
        target: str | None = None,
        epochs: int | None = None,
        seed: int = 0,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Detect, train, predict and review.

        Args:
            samples: a dataset of interviews, or a view of one
            run (None): the run's name; cnn_1, cnn_2, ... or movement_1, ... if None
            model ("notebook_cnn"): "notebook_cnn" or "movement", as of Train model
            detector ("auto"): "auto", "short" or "full"
            every (5): look at every N-th frame
            workers (None): processes that find faces; one a core if None
            target (None): the score that gives the categories; the one that the dataset was imported with if None
            epochs (50): the most to train for
            seed (0): the same seed gives the same model
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"run": run, "model": model, "detector": detector, "every": every, "workers": workers}
        params |= {"target": target, "epochs": epochs, "seed": seed}
        return foo.execute_operator(self.uri, view=samples.view(), params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose what matters most; the single operators offer the rest."""
        from ..dataset import require_interviews

        samples = target_videos(ctx)
        require_interviews(samples)
        model = chosen_model(ctx)
        choose(inputs, "model", model_labels(), radio=True, default=model, label="Model")
        name_run(ctx, inputs, model)
        inputs.int("every", default=5, min=1, label="Look for faces on every N-th frame")
        choose_target(ctx, inputs)
        if epochs := options_of(model).get("epochs"):
            inputs.int("epochs", default=epochs, min=1, label="Epochs at most")
        inputs.view("estimate", types.Notice(label=f"Finding faces: {estimate(samples)}"))
        for number, sentence in enumerate(warnings_about(samples, ctx)):
            warn(inputs, f"warning_{number}", sentence)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Go through the steps; each finds the parameters of its own operator."""
        from ..dataset import next_run_name
        from ..steps import folder_for

        run = text(ctx, "run", None) or next_run_name(ctx.dataset, chosen_model(ctx))
        folder_for(ctx.dataset, run)  # before faces are looked for, which takes hours
        ctx.params["run"] = run
        result: dict[str, Any] = {}
        for number, (operator, name) in enumerate(STEPS):

            def step(done: float, total: float, note: str = "", number: int = number, name: str = name) -> None:
                words = f"Step {number + 1} of {len(STEPS)}, {name}"
                progress(number + done / max(total, 1), len(STEPS), f"{words}: {note}" if note else words)

            step(0, 1)
            result[operator.__name__] = operator().run(ctx, step)
        messages = [part["message"] for part in result.values()]
        return {
            "run": run,
            "view": result["ReviewErrors"]["view"],
            "steps": messages,
            "message": " ".join(messages[1:]),
        }

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the view on the mistakes."""
        return ReviewErrors().after(ctx, result)
