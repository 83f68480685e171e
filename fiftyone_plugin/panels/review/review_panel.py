"""The panel "Expressiveness review": a run's mistakes, each one click away.

FiftyOne calls an event's method, then `render`, which draws the state that `review_content` filled.
"""

from __future__ import annotations

import fiftyone.operators as foo
from fiftyone.operators import types

from ...requirements import missing_packages, missing_sentence
from ..root import InterviewPanel, root_view

FIND_SUSPICIOUS_LABELS = "@expressiveness/interviews/find_suspicious_labels"

RELOAD, SIDEBAR, FACES = "ExpressivenessReload", "ExpressivenessSidebar", "ExpressivenessFaces"
"""Defined in `components.js`: they reload the panel with the dataset, keep the sidebar in order, and decide by key."""

HELP = """
Choose a run, then click:

- a **cell** of the matrix, for the frames that it counts;
- a **row** of a table, for what it names.

**Look at them as** decides whether you see videos, clips or single faces. You see the 100 worst videos, or clips of
those, or the 120 most probable faces, though never a video's first frame.

Single faces are decided by **key**: `1` `2` `3` set the category, `c` confirms it, `x` leaves the face out of training,
`n` and `p` go on and back, `u` undoes, `?` shows the keys.

*Held-out people* were not used in training: only on them do the figures tell how good a run is.
"""


class ReviewPanel(InterviewPanel):
    """Where a run is wrong: confusion matrix, figures, training curves, worst videos, and another run beside it."""

    @property
    def config(self) -> foo.PanelConfig:
        """What FiftyOne knows of this panel."""
        return foo.PanelConfig(
            name="review_panel",
            label="Expressiveness review",
            icon="rule",
            surfaces="grid",
            help_markdown=HELP,
        )

    def on_load(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the newest run's statistics, or suggest the first step."""
        if missing := missing_packages():
            ctx.panel.state.first_do = {"sentence": missing_sentence(missing)}
            return
        from .review_content import load

        load(ctx)

    def on_change_dataset(self, ctx: foo.executor.ExecutionContext) -> None:
        """Start again."""
        ctx.panel.state.clear()
        self.on_load(ctx)

    def on_choice(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the statistics for the new choice."""
        self.on_load(ctx)

    def on_look(self, ctx: foo.executor.ExecutionContext) -> None:
        """Redraw for another tab or display mode; no statistics change."""

    def on_first_step(self, ctx: foo.executor.ExecutionContext) -> None:
        """Open the form of the first step's operator."""
        ctx.prompt(ctx.panel.state.first_do["operator"])

    def on_cell(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show the predictions in a cell of the matrix."""
        from .review_views import open_cell

        open_cell(ctx, *ctx.params["idx"])

    def on_view(self, ctx: foo.executor.ExecutionContext) -> None:
        """Open the view in a row of the list."""
        from .review_views import open_listed

        open_listed(ctx, ctx.params["row"])

    def on_video(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show one of the worst videos."""
        from .review_views import show_video

        show_video(ctx, ctx.params["row"])

    def on_suspect(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show one of the videos with a suspicious category."""
        from .review_views import show_suspect

        show_suspect(ctx, ctx.params["row"])

    def on_suspects(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show all of them."""
        from .review_views import show_suspects

        show_suspects(ctx)

    def on_look_for_suspects(self, ctx: foo.executor.ExecutionContext) -> None:
        """Open the form of the operator that finds them."""
        ctx.prompt(FIND_SUSPICIOUS_LABELS)

    def on_compared(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show what one run fixed or broke compared with the other."""
        from .review_views import open_change

        open_change(ctx, fixed=ctx.params["fixed"])

    def on_everything(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show the whole dataset again."""
        from .review_views import show_everything

        show_everything(ctx)

    def on_faces(self, ctx: foo.executor.ExecutionContext) -> None:
        """Tell the keys of the faces' grid what it shows."""
        import json

        from ...review import shown_faces

        ctx.panel.set_data("faces", {"json": json.dumps(shown_faces(ctx.view))})

    def on_save(self, ctx: foo.executor.ExecutionContext) -> None:
        """Save the views of this run's mistakes with the dataset."""
        from .review_views import save_views

        save_views(ctx)

    def render(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Draw the panel."""
        panel = types.Object()
        state = ctx.panel.state
        panel.obj("faces", view=types.View(component=FACES, composite_view=True, on_faces=self.on_faces))
        if first := state.first_do:
            panel.md(f"**{first['sentence']}**", name="sentence")
            if "operator" in first:
                panel.btn(
                    "first", label=first["label"], on_click=self.on_first_step, variant="contained", icon="play_arrow"
                )
        elif state.figures:
            from .review_layout import draw

            draw(self, panel, state)
        panel.obj("reload", view=types.View(component=RELOAD, composite_view=True, on_reload=self.on_choice))
        panel.obj("sidebar", view=types.View(component=SIDEBAR, composite_view=True))
        return types.Property(panel, view=root_view())
