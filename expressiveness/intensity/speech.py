"""Detect speech by the movement of the mouth: speech is not expression, but it moves the same lips."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from expressiveness.movement import BLENDSHAPES, RATE, Movement

SYLLABLE_SECONDS = 0.5
"""Slower changes than this are expression, such as a mouth opened by a smile."""

LEAST_OPENING = 0.02
"""Standard deviation of the jawOpen blendshape within a second, above which a mouth counts as speaking."""


def speaking(movement: Movement) -> npt.NDArray[np.bool_]:
    """Whether the mouth opens and closes in the rhythm of speech around each frame, shape (n,).

    Speech has three to six syllables per second (Chandrasekaran et al., "The natural statistics of audiovisual speech",
    PLoS Comput. Biol. 5, 2009), which 10 Hz is enough to show. Chewing and laughing look the same.
    """
    opening = movement.blendshapes[:, BLENDSHAPES.index("jawOpen")].astype(np.float64)
    if not len(opening):
        return np.zeros(0, dtype=bool)
    syllables = opening - gaussian_filter1d(opening, SYLLABLE_SECONDS * RATE / 2, mode="nearest")
    power = uniform_filter1d(syllables**2, round(RATE), mode="nearest")
    return np.asarray(np.sqrt(np.maximum(power, 0)) > LEAST_OPENING)
