"""The panel "Expressiveness review": a run's mistakes, each one click away.

The browser draws it (`components.js`), from what `review_content` reads: so tabs change at once, everything can be
reached by keyboard, and only what needs the database asks the server.
"""

from __future__ import annotations

import fiftyone.operators as foo
from fiftyone.operators import types

from ...requirements import missing_packages, missing_sentence
from ..root import InterviewPanel, root_view

RELOAD, SIDEBAR, WORK = "ExpressivenessReload", "ExpressivenessSidebar", "ExpressivenessWork"
"""Defined in `components.js`: reloads the panel with the dataset; keeps the sidebar in order; shows long work."""

CONTENT, FACES = "ExpressivenessReviewPanel", "ExpressivenessFaces"
"""Defined in `components.js`, too: what the panel shows; decisions by key on the faces of the grid."""

HELP = """
Choose a run, then click:

- a **cell** of the matrix, for the frames that it counts;
- a **row** of a table, for what it names.

**Look at them as** decides whether you see videos, clips or single faces. You see the 100 worst videos, or clips of
those, or the 120 most probable faces.

Single faces are decided by **key**: `1` `2` `3` set the category, `c` confirms it, `x` leaves the face out of training,
`n` and `p` go on and back, `u` undoes, `?` shows the keys.

*Held-out people* were not used in training: only on them do the figures tell how good a run is.

By keyboard: Tab goes to the next cell, row or button, Enter opens it, the arrow keys change the tab.
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
            ctx.panel.state.missing = missing_sentence(missing)
            return
        from .review_content import load

        load(ctx)

    def on_change_dataset(self, ctx: foo.executor.ExecutionContext) -> None:
        """Start again."""
        ctx.panel.state.clear()
        self.on_load(ctx)

    def on_choice(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load the statistics for a choice of run, people and other run; without one, read them again."""
        if chosen := ctx.params.get("choices"):
            ctx.panel.state.choices = {**(ctx.panel.state.choices or {}), **chosen}
        self.on_load(ctx)

    def on_compare(self, ctx: foo.executor.ExecutionContext) -> None:
        """Load what the two chosen runs differ in."""
        from .review_content import compare

        compare(ctx)

    def on_show(self, ctx: foo.executor.ExecutionContext) -> None:
        """Show what was clicked in the grid."""
        from .review_views import show

        show(ctx)

    def on_faces(self, ctx: foo.executor.ExecutionContext) -> None:
        """Tell the keys of the faces' grid what it shows."""
        import json

        from ...review import shown_faces

        ctx.panel.set_data("faces", {"json": json.dumps(shown_faces(ctx.view))})

    def render(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Draw the panel."""
        panel = types.Object()
        if missing := ctx.panel.state.missing:
            panel.md(f"**{missing}**", name="sentence")
            return types.Property(panel, view=root_view())
        events = {"on_choice": self.on_choice, "on_show": self.on_show, "on_compare": self.on_compare}
        panel.obj("work", view=types.View(component=WORK, composite_view=True))
        panel.obj("faces", view=types.View(component=FACES, composite_view=True, on_faces=self.on_faces))
        panel.obj("review", view=types.View(component=CONTENT, composite_view=True, **events))
        panel.obj("reload", view=types.View(component=RELOAD, composite_view=True, on_reload=self.on_choice))
        panel.obj("sidebar", view=types.View(component=SIDEBAR, composite_view=True))
        return types.Property(panel, view=root_view())
