"""The modal panel "Expressiveness timeline": a run's probabilities over the open video.

The plot itself is in `components.js`: FiftyOne neither tells a panel in Python which frame the video player is at, nor
lets it go to one (`FrameLoaderView` and `set_frame_number` reach image sequences only); in the browser both are one
call.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median_low
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from ..requirements import missing_packages, missing_sentence
from .root import InterviewPanel, root_view


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
        """Read the open video's probabilities."""
        ctx.panel.state.sentence = _load(ctx)

    def on_change_current_sample(self, ctx: foo.executor.ExecutionContext) -> None:
        """Read those of the video that was opened instead."""
        self.on_load(ctx)

    def on_run(self, ctx: foo.executor.ExecutionContext) -> None:
        """Read those of another run, which the App has put into the panel's state."""
        self.on_load(ctx)

    def render(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Draw the panel."""
        panel = types.Object()
        state = ctx.panel.state
        if state.sentence:
            panel.md(state.sentence, name="sentence_shown")
        else:
            if len(state.runs) > 1:
                view = types.DropdownView(compact=True)
                for run in reversed(state.runs):
                    view.add_choice(run, label=f"Run {run}")
                row = panel.h_stack("choices", align_x="left")
                row.enum("run", view.values(), view=view, on_change=self.on_run)
            panel.obj("timeline", view=types.View(component="ExpressivenessTimeline", composite_view=True))
        return types.Property(panel, view=root_view())


def _load(ctx: foo.executor.ExecutionContext) -> str | None:
    """Put the chosen run's probabilities of the open video into the panel; if there are none, say so."""
    if missing := missing_packages():
        return missing_sentence(missing)
    from ..fields import runs_with_fields

    state = ctx.panel.state
    runs = runs_with_fields(ctx.dataset)
    if not runs:
        return "No run has classified these faces yet: run *Predict expressiveness* on the dataset."
    if not ctx.current_sample:
        return "Open a video to see its timeline."
    run = state.get("choices.run")
    run = run if run in runs else runs[-1]
    state.set({"runs": runs, "choices": {"run": run}})
    series = video_series(ctx.dataset, _video_of(ctx), run)
    if not series:
        return f"Run {run} found no face to classify in this video."
    ctx.panel.set_data("timeline", series)
    return None


def video_series(dataset: Any, sample: str, run: str) -> dict[str, Any] | None:
    """A run's predictions of one video, ready for JSON; None if there are none.

    Args:
        dataset: of interviews.
        sample: the video's id.
        run: whose predictions.

    Returns:
        `frames` from 1; for each, `probabilities` in the order of `categories` and the index of its `truth`; `colors`
        of the categories; `scores`, the score that each frame stands for, where the model knows that, else None;
        `frame_rate`; `total`, the number of the video's frames; `step`, the usual distance of two judged frames.
    """
    from expressiveness.data import CATEGORIES, COLORS

    from ..fields import RunFields

    label = f"frames.{run}.detections"
    names = ["metadata.frame_rate", "metadata.total_frame_count", RunFields(run).score, "frames.frame_number"]
    rows = dataset.select(sample).values([*names, f"{label}.probabilities", f"{label}.truth"])
    if not rows[0]:
        return None
    [rate], [total], [score], [numbers], [probabilities], [truths] = rows
    judged = [row for row in zip(numbers, probabilities, truths, strict=True) if row[1]]
    if not judged:
        return None
    gaps = [later - number for (number, *_), (later, *_) in pairwise(judged)]
    return {
        "categories": list(CATEGORIES),
        "colors": [COLORS[name] for name in CATEGORIES],
        "frames": [number for number, _, _ in judged],
        "probabilities": [[round(value, 3) for value in faces[0]] for _, faces, _ in judged],
        "truth": [CATEGORIES.index(truth[0]) for _, _, truth in judged],
        "scores": _scores(dataset, sample, run, score),
        "frame_rate": rate,
        "total": total or judged[-1][0],
        "step": median_low(gaps or [1]),
    }


def _scores(dataset: Any, sample: str, run: str, score: float | None) -> list[float] | None:
    """The score that each judged frame of a video stands for; None where the run's model does not know that."""
    if score is None or not dataset.has_frame_field(f"{run}.detections.offset"):  # earlier versions wrote none
        return None
    [offsets] = dataset.select(sample).values(f"frames.{run}.detections[].offset")
    if not offsets or None in offsets:
        return None
    return [round(score + one, 3) for one in offsets]


def _video_of(ctx: foo.executor.ExecutionContext) -> str:
    """The id of the video that is open; a clip or a face is shown under an id of its own."""
    view = ctx.view
    if view._is_clips or view._is_patches or view._is_frames:
        return str(view.select(ctx.current_sample).values("sample_id")[0])
    return str(ctx.current_sample)
