"""Choose the interviewee among several people in a video."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from pydantic import Field

from ..forms import Form, InterviewOperator, Listing, Progress, Text, parameters


@parameters
class IntervieweeParameters:
    """Who is interviewed."""

    person: Text = Field(title="The person interviewed", description="The `index` of their faces")


class ChooseInterviewee(InterviewOperator[IntervieweeParameters]):
    """Take another person in a video for the one interviewed; the open video, or the selected one."""

    listing = Listing(
        name="choose_interviewee",
        label="Choose interviewee",
        description="Of several people in a video, say who is interviewed",
        icon="person_search",
        view_target=False,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose one of the people in the video."""
        from ..dataset import require_faces
        from ..steps import people_in

        require_faces(ctx.dataset)
        video = _video(ctx)
        if len(video) != 1:
            form.refuse("Open a video, or select one: who is interviewed is chosen in one at a time.")
            return
        people = people_in(video)
        if len(people) < 2:
            form.refuse("This video shows one person.")
            return
        others = next(str(one.person) for one in people if one.person)
        form.ask("person", description="", choices={str(p.person): str(p) for p in people}, default=others, radio=True)
        form.note("about", "Labels of runs are of the person before, until they predict this video again.")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Choose."""
        from ..steps import choose_interviewee, people_in

        video, person = _video(ctx), int(self.read(ctx).person)
        choose_interviewee(video, person)
        return {
            "person": person,
            "message": f"Taken for the person interviewed: {people_in(video)[0]}. Predict this video again.",
        }


def _video(ctx: foo.executor.ExecutionContext) -> fo.DatasetView:
    """The open video, else the selected one, else the only one."""
    from ..dataset import videos_of

    if ctx.current_sample:
        return videos_of(ctx.view.select(ctx.current_sample))
    if ctx.selected:
        return videos_of(ctx.view.select(ctx.selected))
    return videos_of(ctx.view)
