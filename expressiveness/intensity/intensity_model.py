"""A frame's intensity: how far the face is from neutral, predicted from 41 blendshapes by trees and neural networks.

They were trained on rendered faces, whose expression is known on every frame, and not on the user's data, so they work
for a study of any size. `provenance` records the training data and the command.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np

from expressiveness.intensity.boosted_trees import BoostedTrees
from expressiveness.intensity.plain_nets import PlainNet
from expressiveness.movement import Movement, Neutral, expression_of, neutral_of
from expressiveness.types import Floats
from expressiveness.wording import counted

WEIGHTS = "intensity.npz"
OFFSET = 0.1
"""Added to the rendered energy before the log; faces below it look alike."""

PROVENANCE = "provenance"
SINGLE_NUMBERS = ("lowest", "highest", "spread", "reliability")


@dataclass(frozen=True, slots=True, eq=False)
class FrameIntensity:
    """The model trained on rendered faces."""

    trees: BoostedTrees
    nets: tuple[PlainNet, ...]  # their mean is averaged with the trees' output
    lowest: float  # range of log intensities in training; predictions are clipped to it
    highest: float
    spread: float  # SD of the error of a frame's log intensity within its video, on held-out people
    reliability: float  # squared correlation of log intensity with the truth within videos, on held-out people
    provenance: dict[str, Any]  # the training data, and the command

    def __repr__(self) -> str:
        return f"FrameIntensity({len(self.trees.feature)} trees, {counted(len(self.nets), 'network')})"

    def log_intensity(self, movement: Movement, neutral: Neutral | None = None) -> Floats:
        """How far the face is from neutral on each frame, shape (n,): the log of an energy from 0 to about 2.5.

        Args:
            movement: of one video.
            neutral: the person's; estimated from this video if None.
        """
        if not len(movement):
            return np.zeros(0)
        return self.of_expression(expression_of(movement), neutral or neutral_of([movement]))

    def of_expression(self, expression: Floats, neutral: Neutral) -> Floats:
        """As `log_intensity`, from the result of `expression_of`, shape (n, 41)."""
        rows = neutral.deviations(expression)
        said = (self.trees(rows) + np.mean([net(rows) for net in self.nets], axis=0)) / 2
        return np.asarray(np.clip(said, self.lowest, self.highest))

    def save(self, file: Path | str | IO[bytes]) -> None:
        """Write it as plain arrays."""
        parts = {"trees": self.trees.numbers(), **{f"net{n}": net.numbers() for n, net in enumerate(self.nets)}}
        numbers = {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}
        single = {name: getattr(self, name) for name in SINGLE_NUMBERS}
        np.savez_compressed(file, **{**numbers, **single, PROVENANCE: json.dumps(self.provenance)})

    @classmethod
    def load(cls, file: IO[bytes]) -> FrameIntensity:
        """Read what `save` wrote."""
        with np.load(file, allow_pickle=False) as numbers:
            parts: dict[str, dict[str, Any]] = defaultdict(dict)
            for part, name in (key.split(".") for key in numbers if "." in key):
                parts[part][name] = numbers[f"{part}.{name}"]
            return cls(
                trees=BoostedTrees.of_numbers(parts.pop("trees")),
                nets=tuple(PlainNet.of_numbers(part) for part in parts.values()),
                provenance=json.loads(str(numbers[PROVENANCE])),
                **{name: float(numbers[name]) for name in SINGLE_NUMBERS},
            )


@cache
def frame_intensity() -> FrameIntensity:
    """The model that ships with this package."""
    return FrameIntensity.load(BytesIO(files(__package__).joinpath(WEIGHTS).read_bytes()))
