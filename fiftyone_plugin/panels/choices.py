"""What a person has chosen in the review panel.

A choice stands in the panel's state where its dropdown is drawn, group by group: the App changes it there at once, so
the next click already goes by it, however long the server takes to answer the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HELD_OUT, EVERYONE = "held_out", "everyone"
FRAMES, VIDEOS = "frames", "videos"
AS_VIDEOS, AS_CLIPS, AS_FACES = "videos", "clips", "faces"
MISTAKES, FIGURES, TRAINING, COMPARE, LABELS = "mistakes", "figures", "training", "compare", "labels"
NO_OTHER = "none"

TOP, WAYS, WITH = "top", "ways", "with"
"""The groups of dropdowns: above all, in the tab of mistakes, and in the tab that compares."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Every choice."""

    run: str | None = None
    people: str = HELD_OUT
    unit: str = FRAMES  # that the matrix counts
    look: str = AS_VIDEOS
    other: str = NO_OTHER  # the run to compare with
    change_look: str = AS_VIDEOS
    tab: str = MISTAKES


def choices_of(state: Any) -> Choices:
    """Read the choices from a panel's state; what has not been chosen yet is the default."""
    top, ways, compared = (state.get(group) or {} for group in (TOP, WAYS, WITH))
    found = {**top, **ways, "other": compared.get("other"), "change_look": compared.get("look"), "tab": state.tab}
    return Choices(**{name: value for name, value in found.items() if value})


def keep_choices(state: Any, choices: Choices) -> None:
    """Write the choices into a panel's state."""
    state.set(
        {
            TOP: {"run": choices.run, "people": choices.people},
            WAYS: {"unit": choices.unit, "look": choices.look},
            WITH: {"other": choices.other, "look": choices.change_look},
            "tab": choices.tab,
        }
    )
