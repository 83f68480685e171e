"""Choose the frames whose labels a model would learn most from.

Uncertainty sampling (Lewis and Gale, "A sequential algorithm for training text classifiers", SIGIR 1994), with two
limits: everybody is asked about in turn, since a model must judge other people, and frames close to a chosen one count
less, since neighbours look alike. `benchmarks/labelling.py` measures how many labels it saves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from expressiveness.types import Floats, Ints

APART = 0.5
"""Seconds from a chosen frame at which others count 63 % again."""


def label_next(
    information: Floats, people: Sequence[str], videos: Sequence[str], seconds: Floats, *, budget: int
) -> Ints:
    """Choose frames to label next.

    Args:
        information: expected from each label, such as the entropy of the prediction, 0 or more, shape (n,).
        people: the person in each frame, n names.
        videos: the video of each frame, n names.
        seconds: the time of each frame in its video, shape (n,).
        budget: the most frames to choose.

    Returns:
        Row numbers, most urgent first, shape (min(n, budget),). No person is asked about more often than another by
        more than one frame, as long as the other has frames left.
    """
    left, taken = information.astype(np.float64), np.zeros(len(information), dtype=bool)
    _, person = np.unique(np.asarray(people), return_inverse=True)
    _, video = np.unique(np.asarray(videos), return_inverse=True)
    asked = np.zeros(len(information), dtype=np.int64)  # by person, of whom there are no more than frames
    chosen: list[int] = []
    while len(chosen) < budget and not taken.all():
        turn = ~taken & (asked[person] == asked[person[~taken]].min())
        row = int(np.where(turn, left, -1.0).argmax())
        chosen.append(row)
        taken[row] = True
        asked[person[row]] += 1
        near = video == video[row]
        left[near] *= 1 - np.exp(-(((seconds[near] - seconds[row]) / APART) ** 2))
    return np.array(chosen, dtype=np.int64)
