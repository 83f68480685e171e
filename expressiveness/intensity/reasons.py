"""Why a video is judged as it is: which parts of the face, which seconds, and how much may be speech."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from expressiveness.intensity.intensity_model import frame_intensity
from expressiveness.intensity.regions import RegionShares, region_shares
from expressiveness.intensity.speech import speaking
from expressiveness.movement import RATE, Movement, Neutral
from expressiveness.types import Floats
from expressiveness.wording import counted

TELLING = 3
"""How many stretches are reported."""

TELLING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Reasons:
    """What makes the face in a video expressive, according to the intensity of its frames."""

    regions: dict[str, float]  # the share of each region of the face, 0 to 1
    upper_face: float  # the share left if the lower face, which speech moves, were neutral
    speaking: float  # the share of frames in which the mouth moves in the rhythm of speech
    telling: tuple[tuple[float, float], ...]  # the most expressive stretches, start and end in seconds, strongest first

    def __repr__(self) -> str:
        return f"Reasons({self.most_of_all} above all, {counted(len(self.telling), 'telling second')})"

    @property
    def most_of_all(self) -> str:
        """The region with the largest share."""
        return max(self.regions, key=self.regions.__getitem__)

    def sentences(self) -> list[str]:
        """The same in words."""
        ranked = sorted(self.regions.items(), key=lambda one: -one[1])
        stretches = ", ".join(f"{first:.1f} to {last:.1f} s" for first, last in self.telling)
        return [
            f"Where it shows: {', '.join(f'{name} {share:.0%}' for name, share in ranked)}; "
            f"with the lower face at rest, {self.upper_face:.0%} of it would be left.",
            f"Most telling: {stretches}. The mouth moves in the rhythm of speech on {self.speaking:.0%} of the frames.",
        ]

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


def reasons_of(movement: Movement, neutral: Neutral | None = None) -> Reasons:
    """Find what makes a video's face expressive.

    Args:
        movement: of the video; its `doubt` must be None.
        neutral: the person's; estimated from this video if None.
    """
    return explained(movement, neutral)[0]


def explained(movement: Movement, neutral: Neutral | None = None) -> tuple[Reasons, RegionShares]:
    """As `reasons_of`, with the intensity of every region on every frame."""
    shares = region_shares(frame_intensity(), movement, neutral)
    reasons = Reasons(
        regions=shares.shares(),
        upper_face=float(min(1.0, shares.upper_face.sum() / max(float(shares.whole.sum()), 1e-9))),
        speaking=float(speaking(movement).mean()),
        telling=telling_stretches(movement.seconds, shares.whole),
    )
    return reasons, shares


def telling_stretches(
    seconds: npt.NDArray[np.float64], intensity: Floats, *, most: int = TELLING
) -> tuple[tuple[float, float], ...]:
    """The one-second stretches with the highest intensity, strongest first and without overlap.

    Args:
        seconds: of n frames, shape (n,).
        intensity: of each, shape (n,).
        most: how many stretches.
    """
    around = uniform_filter1d(intensity, round(TELLING_SECONDS * RATE), mode="nearest")
    found: list[tuple[float, float]] = []
    for middle in seconds[np.argsort(-around, kind="stable")].tolist():
        if all(abs(middle - (first + last) / 2) > TELLING_SECONDS for first, last in found):
            half = TELLING_SECONDS / 2
            found.append((max(middle - half, float(seconds[0])), min(middle + half, float(seconds[-1]))))
        if len(found) == most:
            break
    return tuple(found)
