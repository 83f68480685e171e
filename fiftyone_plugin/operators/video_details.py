"""Say what the face does in a video, and what is said in it, for the timeline."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import Form, InterviewOperator, Listing, Progress, Text, parameters


@parameters
class VideoDetailsParameters:
    """Which video."""

    sample: Text = Field(title="The id of the video")


class VideoDetails(InterviewOperator[VideoDetailsParameters]):
    """The regions of the face over time, why a video is judged as it is, a strip of faces, and the transcript."""

    listing = Listing(
        name="video_details",
        label="Video details",
        description="Regions of the face, faces and transcript of one video, as the timeline shows them",
        icon="insights",
        risk_level=types.RiskLevel.LOW,
        view_target=False,
        unlisted=True,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Explain who calls this; nobody fills this in."""
        form.note("timeline", "The timeline calls this")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Read what is stored; nothing is decoded."""
        from ..review import video_details

        return video_details(ctx.dataset, self.read(ctx).sample)
