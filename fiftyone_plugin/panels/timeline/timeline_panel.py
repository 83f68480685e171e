"""The modal panel "Expressiveness timeline": what a run says of the open video over time, and why.

The plot itself is in `components.js`: a Python panel can neither read nor set the video player's current frame
(`FrameLoaderView` and `set_frame_number` only work for image sequences), while both are a single call in the browser.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from ...requirements import missing_packages, missing_sentence
from ..root import InterviewPanel, root_view
from .video_series import video_series


class TimelinePanel(InterviewPanel):
    """A run's level and categories over the open video, moving with it; a click goes to that moment."""

    @property
    def config(self) -> foo.PanelConfig:
        """What FiftyOne knows of this panel."""
        return foo.PanelConfig(
            name="timeline_panel",
            label="Expressiveness timeline",
            icon="timeline",
            surfaces="modal",
            help_markdown="How expressive the face is over the video, and why. Click to go there; drag to mark.",
        )

    def on_load(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load what the run says of the open video."""
        ctx.panel.state.sentence = _load(ctx)

    def on_change_current_sample(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load what the run says of the newly opened video."""
        self.on_load(ctx)

    def on_run(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load what another run says, already set in the panel's state by the App."""
        self.on_load(ctx)

    def on_follow(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load what the run says that was chosen in the review panel."""
        ctx.panel.state.set("choices.run", ctx.params.get("run"))
        self.on_load(ctx)

    def on_look(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the timeline anew if the video was edited by hand; called again and again in the Annotate tab."""
        if ctx.current_sample and _edited(ctx, _video_of(ctx)):
            self.on_load(ctx)

    def render(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Draw the panel."""
        panel = types.Object()
        state = ctx.panel.state
        if state.sentence:
            panel.md(state.sentence, name="sentence_shown")
        else:
            from ...review import QUEUES

            row = panel.h_stack("choices", align_x="left")
            if len(state.runs) > 1:
                _dropdown(row, "run", {run: f"Run {run}" for run in reversed(state.runs)}, self.on_run)
            _dropdown(row, "queue", {name: label for name, (label, _) in QUEUES.items()}, self.on_run)
            events = {"on_follow": self.on_follow, "on_look": self.on_look, "on_read": self.on_load}
            panel.obj("timeline", view=types.View(component="ExpressivenessTimeline", composite_view=True, **events))
        return types.Property(panel, view=root_view())


def _dropdown(row: types.Object, name: str, labels: Mapping[str, str], on_change: Any) -> None:
    view = types.DropdownView(compact=True)
    for value, label in labels.items():
        view.add_choice(value, label=label)
    row.enum(name, view.values(), view=view, on_change=on_change)


def _load(ctx: foo.executor.ExecutionContext) -> str | None:
    """Load what the chosen run says of the open video into the panel; return a message if that is nothing."""
    if missing := missing_packages():
        return missing_sentence(missing)
    from ...curation import login
    from ...fields import runs_with_fields
    from ...review import QUEUES, review_queue

    state = ctx.panel.state
    runs = runs_with_fields(ctx.dataset)
    if not runs:
        return "No run has classified these faces yet: run *Predict expressiveness* on the dataset."
    if not ctx.current_sample:
        return "Open a video to see its timeline."
    run = state.get("choices.run")
    run = run if run in runs else runs[-1]
    queue = state.get("choices.queue")
    queue = queue if queue in QUEUES else next(iter(QUEUES))
    state.set({"runs": runs, "choices": {"run": run, "queue": queue}})
    video = _video_of(ctx)
    _edited(ctx, video)
    series = video_series(ctx.dataset, video, run)
    if not series:
        return f"Run {run} found no face to classify in this video."
    waiting = {"name": queue, "run": run, **review_queue(ctx.dataset, run, queue).as_dict()}
    # As text, since the App merges new data into old: a shorter list would keep the end of a longer one.
    ctx.panel.set_data("timeline", {"json": json.dumps({**series, "runs": runs, "queue": waiting, "coder": login()})})
    return None


def _video_of(ctx: foo.executor.ExecutionContext) -> str:
    """The id of the open video; clips and faces have ids of their own."""
    from ...dataset import source_ids

    [video] = source_ids(ctx.view.select(ctx.current_sample))
    return video


def _edited(ctx: foo.executor.ExecutionContext, video: str) -> bool:
    """Judge what was edited by hand in a video since somebody last looked; whether there was anything."""
    from ...curation import judge_hand_edits

    return bool(judge_hand_edits(ctx.dataset.select(video)))
