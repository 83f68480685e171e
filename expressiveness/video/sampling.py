"""Which frames of a video are sampled."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from expressiveness.errors import ConfigError
from expressiveness.settings import only_what_was_chosen, settings
from expressiveness.video.defaults import DEFAULT_EVERY

MOST_SAMPLES = 10**9
"""More than a year of video; a larger number is a typo."""

_Count = Annotated[int, Field(gt=0, le=MOST_SAMPLES)]


@settings
class Sampling:
    """Which frames of a video are sampled; exactly one of the first three is set."""

    every: _Count | None = None  # every N-th frame, the first included
    # Frames per second, evenly in time. An int stays an int, since stores are named by a digest of the settings.
    rate: Annotated[float | int, Field(gt=0, le=MOST_SAMPLES)] | None = None
    spread: _Count | None = None  # this many, evenly over the whole video
    max_frames: _Count | None = None  # at most this many frames
    max_faces: _Count | None = None  # stop after this many frames with a face
    horizon: _Count | None = None  # stop after this frame number

    def __post_init__(self) -> None:
        chosen = [value for value in (self.every, self.rate, self.spread) if value is not None]
        if len(chosen) != 1:
            raise ConfigError("Sampling: set one of every, rate and spread, and only one")

    def __repr__(self) -> str:
        return only_what_was_chosen(self)

    def __str__(self) -> str:
        """The form that `parse` reads, followed by the limits in words."""
        name, value = next((name, value) for name in _WAYS if (value := getattr(self, name)) is not None)
        limits = ((self.max_frames, "frames"), (self.max_faces, "faces"), (self.horizon, "frames from the start"))
        return ", ".join([f"{name}:{value:g}", *(f"at most {limit} {what}" for limit, what in limits if limit)])

    @classmethod
    def parse(cls, text: str) -> Sampling:
        """Read `every:5`, `rate:10`, `spread:16` or `notebook`.

        Raises:
            ConfigError: the text has none of these forms.
        """
        if text == "notebook":
            return NOTEBOOK_SAMPLING
        if match := re.fullmatch(r"every:(\d+)", text):
            return cls(every=int(match[1]))
        if match := re.fullmatch(r"rate:(\d+(?:\.\d+)?)", text):
            return cls(rate=float(match[1]))
        if match := re.fullmatch(r"spread:(\d+)", text):
            return cls(spread=int(match[1]))
        raise ConfigError(f"sampling {text!r}; write every:5, rate:10, spread:16 or notebook")

    def is_due(self, number: int, seconds: float, *, taken: int) -> bool:
        """Whether a frame is sampled, for `every` or `rate`.

        Args:
            number: frame number, from 1.
            seconds: from the first frame.
            taken: how many earlier frames were sampled.
        """
        if self.is_over(number, taken=taken):
            return False
        if self.every:
            return (number - 1) % self.every == 0
        assert self.rate
        # A video slower than the rate yields each frame once; 1 ms allows for rounded time stamps.
        return seconds + 1e-3 >= taken / self.rate

    def is_over(self, number: int, *, taken: int) -> bool:
        """Whether sampling has ended before this frame."""
        return taken == self.max_frames or number > (self.horizon or number)

    def limited_to(self, max_frames: int | None) -> Sampling:
        """The same sampling, limited to `max_frames` frames."""
        return replace(self, max_frames=max_frames)


_WAYS = ("every", "rate", "spread")
DEFAULT_SAMPLING = Sampling(every=DEFAULT_EVERY)
NOTEBOOK_SAMPLING = Sampling(every=5, max_faces=3, horizon=1000)
"""The notebook's: the first three faces found on every fifth frame, which is half a second of each interview."""
