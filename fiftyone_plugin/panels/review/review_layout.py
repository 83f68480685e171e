"""Lay out the review panel: build FiftyOne components from the panel's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fiftyone.operators import Panel, types

from .charts import STILL, curve_layout, matrix_layout
from .choices import (
    AS_CLIPS,
    AS_FACES,
    AS_VIDEOS,
    COMPARE,
    EVERYONE,
    FIGURES,
    FRAMES,
    HELD_OUT,
    LABELS,
    MISTAKES,
    NO_OTHER,
    TOP,
    TRAINING,
    VIDEOS,
    WAYS,
    WITH,
    choices_of,
)

TABS = {
    MISTAKES: "Mistakes",
    FIGURES: "How good it is",
    TRAINING: "Training",
    COMPARE: "Compare",
    LABELS: "Labels to check",
}
LOOKS = {AS_VIDEOS: "Videos, with boxes", AS_CLIPS: "Clips, one a stretch", AS_FACES: "Faces, one by one"}
NARROW = {"minWidth": 0}
"""Tables have a minimum width of 650 pixels, which may exceed that of a panel beside the grid."""


def draw(events: Panel, panel: types.Object, state: Any) -> None:
    """Draw the common choices and the open tab."""
    row = panel.h_stack(TOP, gap=2, align_x="left")
    _dropdown(row, "run", "Run", {run: run for run in reversed(state.runs)}, events.on_choice)
    people = {HELD_OUT: f"Held-out people ({state.held_out} videos)"} if state.held_out else {}
    _dropdown(row, "people", "People", {**people, EVERYONE: "Everyone"}, events.on_choice)
    tabs = types.TabsView()
    for name, label in TABS.items():
        tabs.add_choice(name, label=label)
    panel.enum("tab", tabs.values(), view=tabs, on_change=events.on_look)
    _DRAW[choices_of(state).tab](events, panel, state)


def _mistakes(events: Panel, panel: types.Object, state: Any) -> None:
    figures, unit = state.figures, choices_of(state).unit
    panel.md(
        f"**{figures['wrong']:,}** of {figures['total']:,} {unit} are predicted wrong. "
        "Click a cell or a row to see what it counts.",
        name="summary",
    )
    row = panel.h_stack(WAYS, gap=2, align_x="left")
    _dropdown(row, "unit", "Count", {FRAMES: "Frames", VIDEOS: "Videos"}, events.on_choice)
    _dropdown(row, "look", "Look at them as", LOOKS, events.on_look)
    panel.plot("matrix", layout=matrix_layout(), config=STILL, on_click=events.on_cell, height="320px", width="100%")
    _table(panel, "listed", state.listed, {"name": "Show", "count": "How many"}, on_click_row=events.on_view)
    buttons = panel.h_stack("buttons", gap=1, align_x="left")
    buttons.btn("everything", label="Show everything again", icon="restart_alt", on_click=events.on_everything)
    buttons.btn("again", label="Read again", icon="refresh", on_click=events.on_choice)
    buttons.btn("save", label="Save these views", icon="bookmark_add", on_click=events.on_save)
    columns = {
        "interview": "Worst videos",
        "participant": "Person",
        "truth": "Truly",
        "predicted": "Predicted",
        "accuracy": "Frames right",
        "stretches": "Mistakes",
    }
    _table(panel, "worst", state.worst, columns, on_click_row=events.on_video)


def _figures(_: Panel, panel: types.Object, state: Any) -> None:
    figures, choices = state.figures, choices_of(state)
    panel.md(figures["of_whom"], name="of_whom")
    if figures["measures"]:
        columns = {"measure": "Measure", "value": "Value", "interval": "Interval (95 %)"}
        _table(panel, "measures", figures["measures"], columns)
        panel.md(figures["about_frames"], name="about_frames")
    whom = "held-out people" if choices.people == HELD_OUT else "everyone"
    panel.md(f"**Each category**, over the videos of {whom}:", name="each")
    columns = {"category": "Category", "precision": "Precision", "recall": "Recall", "f1": "F1", "count": "How many"}
    _table(panel, "by_category", figures["by_category"], columns)
    panel.md(
        "*Precision*: the share of its predictions that are right. *Recall*: the share of its cases that were found.",
        name="words",
    )


def _training(_: Panel, panel: types.Object, state: Any) -> None:
    epochs = state.figures["epochs"]
    if not epochs:
        panel.md("This run keeps no training curves.", name="no_curves")
        return
    for metric in ("accuracy", "loss"):
        panel.plot(f"{metric}_curve", layout=curve_layout(metric, epochs), config=STILL, height="240px", width="100%")


def _compare(events: Panel, panel: types.Object, state: Any) -> None:
    run = choices_of(state).run
    others = [other for other in reversed(state.runs) if other != run]
    if not others:
        panel.md("There is only one run so far. Train another one to compare them.", name="alone")
        return
    row = panel.h_stack(WITH, gap=2, align_x="left")
    labels = {NO_OTHER: "Choose a run", **{other: other for other in others}}
    _dropdown(row, "other", f"What {run} changed over", labels, events.on_choice)
    if not state.change:
        return
    _dropdown(row, "look", "Look at them as", {look: LOOKS[look] for look in (AS_VIDEOS, AS_FACES)}, events.on_look)
    columns = {
        "unit": "",
        "both_right": "Both right",
        "fixed": f"Fixed by {run}",
        "broken": f"Broken by {run}",
        "both_wrong": "Both wrong",
    }
    _table(panel, "change", state.change["rows"], columns)
    buttons = panel.h_stack("changes", gap=1, align_x="left")
    for name, icon in (("fixed", "thumb_up"), ("broken", "thumb_down")):
        count = state.change[name]
        label = f"Show the {count:,} frames that {run} {'fixed' if name == 'fixed' else 'broke'}"
        params = {"fixed": name == "fixed"}
        buttons.btn(name, label=label, icon=icon, on_click=events.on_compared, params=params, disabled=not count)


def _labels(events: Panel, panel: types.Object, state: Any) -> None:
    if not state.suspects:
        panel.md("Nobody has looked yet for videos whose category is probably wrong.", name="not_looked")
    elif not state.suspects["rows"]:
        panel.md("No category is doubted that nobody has decided on yet.", name="no_doubt")
    else:
        panel.md(
            f"A model that has not seen the person finds another category more probable for "
            f"**{state.suspects['count']:,}** of the videos that nobody has decided on yet. Click one to see it.",
            name="doubted",
        )
        columns = {
            "interview": "Video",
            "participant": "Person",
            "category": "Category",
            "suggested": "Rather",
            "suspicion": "Suspicion",
        }
        _table(panel, "suspects", state.suspects["rows"], columns, on_click_row=events.on_suspect)
    buttons = panel.h_stack("labels", gap=1, align_x="left")
    if state.suspects and state.suspects["rows"]:
        buttons.btn("suspects", label="Show them all", icon="grid_view", on_click=events.on_suspects)
    look = "Look again" if state.suspects else "Find suspicious labels"
    buttons.btn("look_for", label=look, icon="troubleshoot", on_click=events.on_look_for_suspects)


_DRAW: Mapping[str, Callable[[Panel, types.Object, Any], None]]
_DRAW = {MISTAKES: _mistakes, FIGURES: _figures, TRAINING: _training, COMPARE: _compare, LABELS: _labels}


def _dropdown(row: types.Object, name: str, label: str, labels: dict[str, str], on_change: Any) -> None:
    """Draw a dropdown; its value is in the panel's state, see `choices`."""
    view = types.DropdownView(label=label)
    for value, text in labels.items():
        view.add_choice(value, label=text)
    row.enum(name, view.values(), label=label, view=view, on_change=on_change)


def _table(panel: types.Object, name: str, rows: list[dict[str, Any]], columns: dict[str, str], **events: Any) -> None:
    view = types.TableView(componentsProps={"table": {"sx": NARROW}}, **events)
    for key, label in columns.items():
        view.add_column(key, label=label)
    panel.list(f"{name}_table", types.Object(), default=rows, view=view)
