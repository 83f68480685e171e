"""The user's choices in the review panel that need the server, and the videos they select."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import fiftyone as fo

from ...review import held_out

HELD_OUT, EVERYONE = "held_out", "everyone"
FRAMES, VIDEOS = "frames", "videos"
AS_VIDEOS, AS_CLIPS, AS_FACES = "videos", "clips", "faces"


@dataclass(frozen=True, slots=True)
class Choices:
    """Whose predictions on which people, and which run they are compared with."""

    run: str | None = None
    people: str = HELD_OUT
    other: str | None = None


def choices_of(state: Any) -> Choices:
    """Read the choices from a panel's state, with defaults for missing ones."""
    return Choices(**{name: value for name, value in (state.choices or {}).items() if value})


def keep_choices(state: Any, choices: Choices) -> None:
    """Write the choices into a panel's state."""
    state.choices = asdict(choices)


def chosen_videos(dataset: fo.Dataset, choices: Choices) -> fo.Dataset | fo.DatasetView:
    """The videos to show: those of people held out from the run, if there are any; or all of them."""
    if choices.people == EVERYONE or choices.run is None:
        return dataset
    samples = held_out(dataset, choices.run)
    return samples if len(samples) else dataset


def compared_videos(dataset: fo.Dataset, choices: Choices) -> fo.Dataset | fo.DatasetView:
    """The videos on which two runs are compared: those of people held out from both, or all of them."""
    samples = chosen_videos(dataset, choices)
    return held_out(samples, choices.other) if choices.other and choices.people == HELD_OUT else samples
