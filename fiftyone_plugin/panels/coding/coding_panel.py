"""The modal panel "Expressiveness coding": what one coder says about the open video, and nothing of anybody else."""

from __future__ import annotations

import json

import fiftyone.operators as foo
from fiftyone.operators import types

from ...requirements import missing_packages, missing_sentence
from ..root import InterviewPanel, root_view


class CodingPanel(InterviewPanel):
    """Code frames, stretches, levels and the whole video, by key or with the mouse."""

    @property
    def config(self) -> foo.PanelConfig:
        """What FiftyOne knows of this panel."""
        return foo.PanelConfig(
            name="coding_panel",
            label="Expressiveness coding",
            icon="how_to_vote",
            surfaces="modal",
            help_markdown="Say how expressive the face is. Your codes stand beside those of others, and replace none.",
        )

    def on_load(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the coder's own codes of the open video."""
        ctx.panel.state.sentence = _load(ctx)

    def on_change_current_sample(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load those of the newly opened video."""
        self.on_load(ctx)

    def render(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Draw the panel."""
        panel = types.Object()
        if ctx.panel.state.sentence:
            panel.md(ctx.panel.state.sentence, name="sentence_shown")
        else:
            panel.obj("coding", view=types.View(component="ExpressivenessCoding", composite_view=True))
        return types.Property(panel, view=root_view())


def _load(ctx: foo.executor.ExecutionContext) -> str | None:
    """Load the open video's codes into the panel; return a message if there is nothing to code."""
    if missing := missing_packages():
        return missing_sentence(missing)
    from expressiveness.data import CATEGORIES, COLORS

    from ...coding import coder_here, is_blind, own_codes
    from ...dataset import require_interviews, source_ids

    if not ctx.current_sample:
        return "Open a video to code it."
    require_interviews(ctx.dataset)
    generated = ctx.view._is_clips or ctx.view._is_patches or ctx.view._is_frames
    [sample] = source_ids(ctx.view.select(ctx.current_sample)) if generated else [str(ctx.current_sample)]
    [rate] = ctx.dataset.select(sample).values("metadata.frame_rate")
    coder = coder_here()
    content = {
        "sample": sample,
        "coder": coder,
        "blind": is_blind(),
        "categories": list(CATEGORIES),
        "colors": [COLORS[name] for name in CATEGORIES],
        "frame_rate": rate,
        "codes": own_codes(ctx.dataset, coder, sample) if coder else [],
    }
    # As text, since the App merges new data into old.
    ctx.panel.set_data("coding", {"json": json.dumps(content)})
    return None
