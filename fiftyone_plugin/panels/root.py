"""Code shared by the panels: their layout and error display."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from ..failures import sentence_about


class InterviewPanel(foo.Panel):
    """A panel that displays its errors, which FiftyOne would ignore, leaving the panel unchanged."""

    def execute(self, ctx: foo.executor.ExecutionContext) -> Any:
        """Handle an event, and draw the panel."""
        try:
            return super().execute(ctx)
        except Exception as error:  # noqa: BLE001  # shown to the user, and logged if unexpected
            sentence = sentence_about(error)
        ctx.ops.notify(sentence, variant="error")
        ctx.ops.show_panel_output(self._drawn_with(ctx, sentence))
        return None

    def _drawn_with(self, ctx: foo.executor.ExecutionContext, sentence: str) -> types.Property:
        """Draw an error message, and below it the panel, if possible."""
        panel = types.Object()
        panel.view("failure", types.Error(label="That did not work", description=sentence))
        try:
            drawn = self.render(ctx)
        except Exception:  # noqa: BLE001  # probably the same error again
            panel.btn("read_again", label="Read again", icon="refresh", on_click=self.on_load)
        else:
            for name, part in drawn.type.properties.items():
                panel.add_property(name, part)
        return types.Property(panel, view=root_view())


def root_view() -> types.GridView:
    """A column of the panel's full width."""
    column = {"grid": {"sx": {"alignContent": "start", "gridTemplateColumns": "minmax(0, 1fr)"}}}
    return types.GridView(orientation="vertical", gap=2, width=100, height=100, pad=2, componentsProps=column)
