"""What a synthetic participant does in a clip: gestures, speech, blinks and head motion.

The amplitude scales the gestures, and part of the speech and head motion. Everybody talks, blinks and sways a little at
any amplitude.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from expressiveness.samples.pictures import Floats, smooth_step
from expressiveness.samples.puppet import Pose
from expressiveness.samples.warps import GESTURES, MOTIONS

ACTS: tuple[dict[str, float], ...] = (
    {"smile": 1.2, "squint": 0.7, "lips": 0.20},
    {"brows_up": 1.2, "lips": 0.34},
    {"frown": 1.1, "brows_down": 1.2},
    {"smile": 1.2, "brows_up": 0.9},
    {"pucker": 1.1, "brows_down": 0.9},
    {"brows_up": 1.2, "lips": 0.16},
)
"""The gestures of each act at amplitude 1, and the distance between the lips."""

WIDE_OPEN = 0.34
"""The distance between the lips that counts as much as a gesture at 1; the widest of all acts."""

RISE, FALL = 0.3, 0.4  # seconds that an act takes to appear and to fade
HELD = (0.7, 1.1)  # seconds that it is held
PAUSE = (0.1, 0.35)  # seconds until the next one
BLINK = 0.28  # seconds
BLINK_PAUSE = (1.4, 3.2)  # seconds

CALM: dict[str, tuple[float, float]] = {
    "yaw": (0.006, 0.016),
    "pitch": (0.005, 0.014),
    "roll": (0.004, 0.010),
    "across": (0.010, 0.025),
    "down": (0.004, 0.012),
    "nearer": (0.002, 0.008),
}
"""Range of the head motion at any amplitude, in the units of `Pose.motions`."""

LIVELY = {"yaw": 0.10, "pitch": 0.10, "roll": 0.05}
"""Additional head motion at amplitude 1."""


def perform(times: Floats, amplitude: float, rng: np.random.Generator) -> Iterator[Pose]:
    """Yield the pose of each frame of a clip.

    Args:
        times: of the frames, in seconds, shape (frames,).
        amplitude: 0 to 1.
        rng: the clip's own randomness.
    """
    acts = amplitude * _acts(times, rng)
    gestures, lips = acts[:, :-1], acts[:, -1]
    speech, rounding = _speech(times, amplitude, rng)
    gestures[:, GESTURES.index("pucker")] += rounding
    gestures[:, [GESTURES.index("gaze_across"), GESTURES.index("gaze_down")]] = _gaze(times, rng)
    motions = _motions(times, amplitude, rng)
    lids = _blinks(times, rng)
    for frame in range(len(times)):
        yield Pose(
            gestures=gestures[frame].astype(np.float32),
            motions=motions[frame].astype(np.float32),
            lids=float(lids[frame]),
            lips=float(lips[frame] + speech[frame]),
        )


def energy_of(pose: Pose) -> float:
    """How far a pose is from neutral, 0 or more: the norm of its gestures and mouth opening.

    Gaze, blinks and head motion do not count.
    """
    gestures = [value for name, value in zip(GESTURES, pose.gestures, strict=True) if not name.startswith("gaze")]
    return float(np.linalg.norm([*gestures, pose.lips / WIDE_OPEN]))


def sway(times: Floats, frequency: float, rng: np.random.Generator) -> Floats:
    """A sine of `frequency` hertz with a random phase, -1 to 1."""
    return np.asarray(np.sin(2 * np.pi * (frequency * times + rng.random())))


def _acts(times: Floats, rng: np.random.Generator) -> Floats:
    """Acts in random order at full strength, each once before any repeats, shape (frames, gestures and lips)."""
    names = (*GESTURES, "lips")
    track = np.zeros((len(times), len(names)))
    start = rng.uniform(-0.3, 0.3)
    deck: list[int] = []
    while start < times[-1]:
        deck = deck or rng.permutation(len(ACTS)).tolist()
        end = start + RISE + rng.uniform(*HELD)
        course = smooth_step((times - start) / RISE) * smooth_step((end + FALL - times) / FALL)
        strength = rng.uniform(0.85, 1.0)
        for name, amount in ACTS[deck.pop()].items():
            track[:, names.index(name)] += strength * amount * course
        start = end + FALL + rng.uniform(*PAUSE)
    return track


def _speech(times: Floats, amplitude: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """How much speech opens the lips, and rounds them; each of shape (frames,)."""
    phrase = np.clip(0.65 + 0.8 * sway(times, rng.uniform(0.25, 0.5), rng), 0, 1)
    syllable = 0.5 + 0.5 * sway(times, rng.uniform(2.4, 3.4), rng)
    vowel = 0.5 + 0.5 * sway(times, rng.uniform(1.1, 1.9), rng)
    opening = rng.uniform(0.04, 0.06) + 0.06 * amplitude
    return opening * phrase * syllable, 0.15 * phrase * vowel


def _gaze(times: Floats, rng: np.random.Generator) -> Floats:
    """Where the eyes look: they jump, then rest; shape (frames, 2)."""
    jumps = np.cumsum(rng.uniform(0.5, 1.6, int(times[-1] / 0.5) + 2))
    aims = rng.normal(0, 0.4, (len(jumps) + 1, 2))
    return np.asarray(np.clip(aims[np.searchsorted(jumps, times)], -1, 1))


def _motions(times: Floats, amplitude: float, rng: np.random.Generator) -> Floats:
    """How the head moves, shape (frames, motions)."""
    tracks = []
    for name in MOTIONS:
        calm = rng.uniform(*CALM[name]) * sway(times, rng.uniform(0.1, 0.3), rng)
        lively = amplitude * LIVELY.get(name, 0.0) * sway(times, rng.uniform(0.3, 0.6), rng)
        tracks.append(calm + lively)
    return np.stack(tracks, axis=1)


def _blinks(times: Floats, rng: np.random.Generator) -> Floats:
    """How far the lids are closed, 0 to 1, shape (frames,)."""
    closed: Floats = np.zeros(len(times))
    blink = rng.uniform(0.4, 2.0)
    while blink < times[-1]:
        closed = np.maximum(closed, smooth_step(1.6 - 3.2 * np.abs(times - blink) / BLINK))
        blink += rng.uniform(*BLINK_PAUSE)
    return closed
