"""The modal panel "Expressiveness timeline": a run's probabilities over the open video.

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
    """The probability of each category over the open video, moving with it; a click goes to that moment."""

    @property
    def config(self) -> foo.PanelConfig:
        """What FiftyOne knows of this panel."""
        return foo.PanelConfig(
            name="timeline_panel",
            label="Expressiveness timeline",
            icon="timeline",
            surfaces="modal",
            help_markdown="How probable each category is over the video. It moves with the video; click to go there.",
        )

    def on_load(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the open video's probabilities."""
        ctx.panel.state.sentence = _load(ctx)

    def on_change_current_sample(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the newly opened video's probabilities."""
        self.on_load(ctx)

    def on_run(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load those of another run, already set in the panel's state by the App."""
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
            panel.obj("timeline", view=types.View(component="ExpressivenessTimeline", composite_view=True))
        return types.Property(panel, view=root_view())


def _dropdown(row: types.Object, name: str, labels: Mapping[str, str], on_change: Any) -> None:
    view = types.DropdownView(compact=True)
    for value, label in labels.items():
        view.add_choice(value, label=label)
    row.enum(name, view.values(), view=view, on_change=on_change)


def _load(ctx: foo.executor.ExecutionContext) -> str | None:
    """Load the chosen run's probabilities for the open video into the panel; return a message if there are none."""
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
    series = video_series(ctx.dataset, video, run)
    if not series:
        return f"Run {run} found no face to classify in this video."
    waiting = {"name": queue, "run": run, **review_queue(ctx.dataset, run, queue).as_dict()}
    # As text, since the App merges new data into old: a shorter list would keep the end of a longer one.
    ctx.panel.set_data("timeline", {"json": json.dumps({**series, "queue": waiting, "coder": login()})})
    return None


def _video_of(ctx: foo.executor.ExecutionContext) -> str:
    """The id of the open video; clips and faces have ids of their own."""
    view = ctx.view
    if view._is_clips or view._is_patches or view._is_frames:
        return str(view.select(ctx.current_sample).values("sample_id")[0])
    return str(ctx.current_sample)
