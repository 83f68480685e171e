"""What both panels share: their column, and that an error in one of them is seen."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from ..failures import sentence_about


class InterviewPanel(foo.Panel):
    """A panel that shows its errors, where FiftyOne would say nothing and leave it as it was."""

    def execute(self, ctx: foo.executor.ExecutionContext) -> Any:
        """Answer an event, and draw the panel."""
        try:
            return super().execute(ctx)
        except Exception as error:  # noqa: BLE001  # told to the person, and logged where nobody foresaw it
            sentence = sentence_about(error)
        ctx.ops.notify(sentence, variant="error")
        ctx.ops.show_panel_output(self._drawn_with(ctx, sentence))
        return None

    def _drawn_with(self, ctx: foo.executor.ExecutionContext, sentence: str) -> types.Property:
        """Draw the panel below a sentence about an error, as far as it can be drawn."""
        panel = types.Object()
        panel.view("failure", types.Error(label="That did not work", description=sentence))
        try:
            drawn = self.render(ctx)
        except Exception:  # noqa: BLE001  # what hinders the drawing, too, is what the sentence is about
            panel.btn("read_again", label="Read again", icon="refresh", on_click=self.on_load)
        else:
            for name, part in drawn.type.properties.items():
                panel.add_property(name, part)
        return types.Property(panel, view=root_view())


def root_view() -> types.GridView:
    """A column as wide as the panel, filled from the top."""
    column = {"grid": {"sx": {"alignContent": "start", "gridTemplateColumns": "minmax(0, 1fr)"}}}
    return types.GridView(orientation="vertical", gap=2, width=100, height=100, pad=2, componentsProps=column)
