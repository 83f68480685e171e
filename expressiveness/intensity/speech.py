"""When somebody speaks, as far as the mouth tells: speech is no expression, but it moves the same lips."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from expressiveness.movement import BLENDSHAPES, RATE, Movement

SYLLABLE_SECONDS = 0.5
"""What changes more slowly than syllables follow each other is expression: the mouth that a smile has opened."""

LEAST_OPENING = 0.02
"""Standard deviation of the jaw's opening within a second, in blendshapes, from which a mouth is taken to speak."""


def speaking(movement: Movement) -> npt.NDArray[np.bool_]:
    """Whether the mouth opens and closes in the rhythm of speech around each frame, shape (n,).

    Syllables follow each other three to six times a second (Chandrasekaran et al., "The natural statistics of
    audiovisual speech", PLoS Comput. Biol. 5, 2009), of which 10 Hz show enough. Chewing and laughing look the same.
    """
    opening = movement.blendshapes[:, BLENDSHAPES.index("jawOpen")].astype(np.float64)
    if not len(opening):
        return np.zeros(0, dtype=bool)
    syllables = opening - gaussian_filter1d(opening, SYLLABLE_SECONDS * RATE / 2, mode="nearest")
    power = uniform_filter1d(syllables**2, round(RATE), mode="nearest")
    return np.asarray(np.sqrt(np.maximum(power, 0)) > LEAST_OPENING)
