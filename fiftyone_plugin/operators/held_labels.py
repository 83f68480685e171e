"""Say what the labels between judged frames are, for the open video."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import Form, InterviewOperator, Listing, Progress, Text, parameters


@parameters
class HeldLabelsParameters:
    """Which video."""

    sample: Text = Field(title="The id of the video, or of a clip of it")


class HeldLabels(InterviewOperator[HeldLabelsParameters]):
    """The labels that hold between judged frames; decisions made by hand in the Annotate tab are judged first."""

    listing = Listing(
        name="held_labels",
        label="Held labels",
        description="Show the last judged label on the frames between judged ones, without storing it",
        icon="linear_scale",
        risk_level=types.RiskLevel.LOW,
        view_target=False,
        unlisted=True,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Explain who calls this; nobody fills this in."""
        form.note("video", "The open video calls this")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Read the labels, if the dataset holds interviews; the App asks this in any dataset."""
        from ..curation import judge_hand_edits
        from ..dataset import source_ids
        from ..fields import FACES, INTERVIEW_ID
        from ..review import held_labels

        dataset, nothing = ctx.dataset, {"fields": [], "colors": {}, "judged": 0}
        if not (dataset.has_sample_field(INTERVIEW_ID) and dataset.has_frame_field(FACES)):
            return nothing
        shown = self.read(ctx).sample
        found = source_ids(ctx.view.select(shown)) or source_ids(dataset.select(shown))
        if not found:
            return nothing
        judged = judge_hand_edits(dataset.select(found[0]))
        return {**held_labels(dataset, found[0]), "judged": len(judged)}
