"""A frame's intensity: how far the face is from its own rest, as trees read it from 41 blendshapes.

The trees were grown on rendered faces, whose expression is known on every frame; nothing of them is learned from the
user's data, so they serve a study of any size. How they were made is written beside their numbers, see `provenance`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np

from expressiveness.intensity.boosted_trees import BoostedTrees
from expressiveness.movement import Movement, Neutral, expression_of, neutral_of
from expressiveness.types import Floats

WEIGHTS = "intensity.npz"
OFFSET = 0.1
"""Added to the rendered energy before its logarithm: below that, faces look alike."""

PROVENANCE, SPREAD, RELIABILITY = "provenance", "spread", "reliability"


@dataclass(frozen=True, slots=True, eq=False)
class FrameIntensity:
    """What was learned from rendered faces."""

    trees: BoostedTrees
    spread: float  # standard deviation of the error of a frame's log intensity within its video, on people held out
    reliability: float  # squared correlation of the log intensity within videos with the truth, on people held out
    provenance: dict[str, Any]  # what it was learned from, and by which command

    def __repr__(self) -> str:
        return f"FrameIntensity({len(self.trees.feature)} trees)"

    def log_intensity(self, movement: Movement, neutral: Neutral | None = None) -> Floats:
        """How far the face is from rest on each frame, shape (n,): the logarithm of an energy of about 0 to 2.5.

        Args:
            movement: of one video.
            neutral: of its person; what this video alone tells of it, if None.
        """
        if not len(movement):
            return np.zeros(0)
        return self.of_expression(expression_of(movement), neutral or neutral_of([movement]))

    def of_expression(self, expression: Floats, neutral: Neutral) -> Floats:
        """The same of `expression_of` a movement, shape (n, 41)."""
        return self.trees(neutral.deviations(expression))


@cache
def frame_intensity() -> FrameIntensity:
    """The one that is part of this package."""
    with np.load(BytesIO(files(__package__).joinpath(WEIGHTS).read_bytes()), allow_pickle=False) as numbers:
        return FrameIntensity(
            trees=BoostedTrees(**{one.name: _plain(numbers[one.name]) for one in fields(BoostedTrees)}),
            spread=float(numbers[SPREAD]),
            reliability=float(numbers[RELIABILITY]),
            provenance=json.loads(str(numbers[PROVENANCE])),
        )


def _plain(array: np.ndarray[Any, Any]) -> Any:
    return array if array.ndim else array.item()
