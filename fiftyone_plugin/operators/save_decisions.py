"""Save decisions made with the keyboard, frame by frame."""

from __future__ import annotations

from typing import Any, cast

import fiftyone.operators as foo
from fiftyone import ViewField as F
from fiftyone.operators import types
from pydantic import Field

from ..forms import Form, InterviewOperator, Listing, Progress, Text, parameters

UNDO = "undo"


@parameters
class DecisionParameters:
    """What was decided, in order."""

    decided_by: Text = Field(title="Your name or initials")
    decisions: list[dict[str, Any]] = Field(
        title="Decisions",
        description=(
            "Each with a `key`, by which the answer names it; the `sample`; its `frames`; and a `decision` as Curate "
            "takes it, with a `category` where it sets one, or `undo`, with the `step` that is to be taken back or the "
            "key of the decision that it `undoes`; one on the `whole_video` needs no frames"
        ),
    )


class SaveDecisions(InterviewOperator[DecisionParameters]):
    """Decide on single frames of videos, many decisions in one call, each a step that can be undone by itself."""

    listing = Listing(
        name="save_decisions",
        label="Save decisions",
        description="Save decisions on single frames, as the timeline's keys make them",
        icon="keyboard",
        risk_level=types.RiskLevel.LOW,
        view_target=False,
        unlisted=True,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Explain where decisions come from; nobody fills this in."""
        form.note("keys", "Decisions come from the keys of the timeline, or from a program")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Save the decisions; one that fails is reported without affecting the others."""
        from expressiveness.errors import ExpressivenessError

        from ..review import decided_in

        chosen = self.read(ctx)
        steps: dict[str, str] = {}
        refused: dict[str, str] = {}
        for decision in chosen.decisions:
            key = str(decision.get("key"))
            try:
                steps[key] = _save(ctx, decision, chosen.decided_by, steps)
            except ExpressivenessError as error:
                refused[key] = str(error)
            except (KeyError, TypeError, ValueError) as error:  # sent by a program, or an old version of the page
                refused[key] = f"no decision that can be saved ({error!r})"
        samples = {str(decision["sample"]) for decision in chosen.decisions if "sample" in decision}
        return {
            "steps": steps,
            "refused": refused,
            "decided": decided_in(ctx.dataset.select(sorted(samples))),
            "message": f"{len(steps)} of {len(chosen.decisions)} decisions saved",
        }


def _save(ctx: foo.executor.ExecutionContext, decision: dict[str, Any], by: str, steps: dict[str, str]) -> str:
    """Save one decision; return the name of its step. `steps` has the steps of this call so far, by key."""
    from expressiveness.errors import InterviewError

    from ..curation import curate, undo_curation

    if decision["decision"] == UNDO:
        step = decision.get("step") or steps.get(str(decision.get("undoes")))
        if not step:
            raise InterviewError("what is to be taken back was not saved")
        return undo_curation(ctx.dataset, only=step).step
    video, what = ctx.dataset.select(decision["sample"]), cast("Any", decision["decision"])
    if decision.get("whole_video"):
        return curate(video, what, by=by, category=decision.get("category"), level="videos").step
    frames = video.match_frames(F("frame_number").is_in(decision["frames"]))
    return curate(frames, what, by=by, category=decision.get("category")).step
