"""Say how far the work on a dataset is, stop it, and show what it made; the review panel asks this."""

from __future__ import annotations

from typing import Annotated, Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import (
    STOPPED,
    BackgroundWork,
    Choices,
    Form,
    InterviewOperator,
    Listing,
    Progress,
    Text,
    forget_work,
    parameters,
    work_on,
)

LOOK, STOP, FORGET = "look", "stop", "forget"
ORDERS = {LOOK: "Say how far it is", STOP: "Stop it", FORGET: "Show it no longer"}


@parameters
class FollowParameters:
    """What is to become of the work."""

    order: Annotated[Text, Choices(ORDERS)] = Field(LOOK, title="What to do")


class FollowWork(InterviewOperator[FollowParameters]):
    """Say how far the work on a dataset is, or how it ended; the panel asks every second while it goes on."""

    listing = Listing(
        name="follow_work",
        label="Follow work",
        description="How far the work on this dataset is",
        icon="hourglass_empty",
        risk_level=types.RiskLevel.LOW,
        view_target=False,
        unlisted=True,
    )

    on_dataset = False  # for each look, FiftyOne would read the dataset anew while the work changes it

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Say what this is; nobody fills it in."""
        form.ask("order")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Look; stop or forget it if wanted."""
        dataset, order = str(ctx.dataset_name), self.read(ctx).order
        if order == FORGET:
            forget_work(dataset)
        work = work_on(dataset)
        if work is None:
            return {"work": None}
        if order == STOP:
            work.stop()
        shown = work.as_dict()
        if work.wait(0) and not work.noticed and ctx.executor is not None:
            work.noticed = True
            _show(ctx, work)
        return {"work": shown}


def _show(ctx: foo.executor.ExecutionContext, work: BackgroundWork) -> None:
    """Have the App show what was made; another view than the one it shows only if nobody went elsewhere meanwhile."""
    stayed = ctx.request_params.get("view") == work.view
    show = type(work.operator).after if stayed and not work.error else InterviewOperator.after
    for _ in show(work.operator, ctx, work.result):
        pass  # the App is told as it is made
    shown = work.as_dict()
    if shown["state"] != STOPPED:
        ctx.ops.notify(shown["message"], variant="error" if work.error else shown["variant"])
