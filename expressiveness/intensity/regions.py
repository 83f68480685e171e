"""Which part of the face makes a frame expressive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from expressiveness.intensity.intensity_model import OFFSET, FrameIntensity
from expressiveness.movement import BLENDSHAPES, EXPRESSIVE_COLUMNS, Movement, Neutral, expression_of, neutral_of
from expressiveness.types import Floats

_NAMES = tuple(name for name, counts in zip(BLENDSHAPES, EXPRESSIVE_COLUMNS, strict=True) if counts)

REGIONS = {
    "brows": ("brow",),
    "eyes": ("eyeSquint", "eyeWide"),
    "cheeks and nose": ("cheek", "nose"),
    "lips": ("mouth",),
    "jaw": ("jaw",),
}
"""The prefixes of each region's blendshapes; together they cover all that show expression."""

UPPER_FACE = ("brows", "eyes", "cheeks and nose")
"""The regions that speech moves least."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionShares:
    """How much each region contributes to the intensity of n frames."""

    names: tuple[str, ...]  # of the regions
    intensity: Floats  # (n, regions) the energy if only this region moved, 0 or more
    upper_face: Floats  # (n,) the energy if only the upper face moved
    whole: Floats  # (n,) the energy of all regions together

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {share:.0%}" for name, share in self.shares().items())
        return f"RegionShares({told})"

    def shares(self) -> dict[str, float]:
        """Each region's share of the total, 0 to 1; they add up to 1 unless nothing moves."""
        total = self.intensity.sum(axis=0)
        return dict(zip(self.names, (total / max(float(total.sum()), 1e-9)).tolist(), strict=True))


def region_shares(model: FrameIntensity, movement: Movement, neutral: Neutral | None = None) -> RegionShares:
    """Judge a video's frames with all but one region set to neutral, for each region in turn.

    Args:
        model: the intensity model.
        movement: of the video, n frames with a face.
        neutral: the person's; estimated from this video if None.
    """
    neutral = neutral or neutral_of([movement])
    expression = expression_of(movement)
    rest = _energy(model, neutral.mode[np.newaxis], neutral)

    def alone(*regions: str) -> Floats:
        prefixes = tuple(prefix for region in regions for prefix in REGIONS[region])
        kept = np.array([name.startswith(prefixes) for name in _NAMES])
        return np.maximum(_energy(model, np.where(kept, expression, neutral.mode), neutral) - rest, 0.0)

    return RegionShares(
        tuple(REGIONS),
        np.column_stack([alone(region) for region in REGIONS]),
        upper_face=alone(*UPPER_FACE),
        whole=alone(*REGIONS),
    )


def _energy(model: FrameIntensity, expression: Floats, neutral: Neutral) -> Floats:
    return np.asarray(np.exp(model.of_expression(expression, neutral)) - OFFSET)
