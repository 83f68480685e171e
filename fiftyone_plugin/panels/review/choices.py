"""The user's choices in the review panel, and the videos they select.

A choice is stored in the panel's state under the group that its dropdown is in. The App updates it there immediately,
so the next click uses it even if the server is slow to respond.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import fiftyone as fo

from ...review import held_out

HELD_OUT, EVERYONE = "held_out", "everyone"
FRAMES, VIDEOS = "frames", "videos"
AS_VIDEOS, AS_CLIPS, AS_FACES = "videos", "clips", "faces"
MISTAKES, FIGURES, TRAINING, COMPARE, LABELS = "mistakes", "figures", "training", "compare", "labels"
NO_OTHER = "none"

TOP, WAYS, WITH = "top", "ways", "with"
"""The groups of dropdowns: at the top, in the mistakes tab, and in the comparison tab."""


@dataclass(frozen=True, slots=True)
class Choices:
    """All choices."""

    run: str | None = None
    people: str = HELD_OUT
    unit: str = FRAMES  # counted in the matrix
    look: str = AS_VIDEOS
    other: str = NO_OTHER  # the run to compare with
    change_look: str = AS_VIDEOS
    tab: str = MISTAKES


def choices_of(state: Any) -> Choices:
    """Read the choices from a panel's state, with defaults for missing ones."""
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


def chosen_videos(dataset: fo.Dataset, choices: Choices) -> fo.Dataset | fo.DatasetView:
    """The videos to show: those of people held out from all shown runs, or all of them."""
    if choices.people == EVERYONE or choices.run is None:
        return dataset
    samples = held_out(dataset, choices.run)
    return samples if choices.other == NO_OTHER else held_out(samples, choices.other)
