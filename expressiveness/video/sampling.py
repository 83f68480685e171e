"""Which frames of a video are looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from expressiveness.errors import VideoError


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames of a video are looked at; exactly one of the first three is set."""

    every: int | None = None  # every N-th frame, the first included
    rate: float | None = None  # frames a second, evenly in time
    spread: int | None = None  # this many, evenly over the whole video
    max_frames: int | None = None  # look at no more than the first so many of these
    max_faces: int | None = None  # stop once so many of them showed a face
    horizon: int | None = None  # never look past this frame

    def __post_init__(self) -> None:
        chosen = [value for value in (self.every, self.rate, self.spread) if value is not None]
        limits = [value for value in (self.max_frames, self.max_faces, self.horizon) if value is not None]
        if len(chosen) != 1 or not all(value > 0 for value in [*chosen, *limits]):
            raise VideoError(f"{self}: set one of every, rate and spread, all above 0")

    @classmethod
    def parse(cls, text: str) -> Sampling:
        """Read `every:5`, `rate:10`, `spread:16` or `notebook`.

        Raises:
            VideoError: the text is none of these.
        """
        if text == "notebook":
            return NOTEBOOK_SAMPLING
        if match := re.fullmatch(r"every:(\d+)", text):
            return cls(every=int(match[1]))
        if match := re.fullmatch(r"rate:(\d+(?:\.\d+)?)", text):
            return cls(rate=float(match[1]))
        if match := re.fullmatch(r"spread:(\d+)", text):
            return cls(spread=int(match[1]))
        raise VideoError(f"sampling {text!r}; write every:5, rate:10, spread:16 or notebook")

    def limited_to(self, max_frames: int | None) -> Sampling:
        """The same sampling, looking at no more than `max_frames` frames."""
        return replace(self, max_frames=max_frames)


DEFAULT_SAMPLING = Sampling(every=5)
NOTEBOOK_SAMPLING = Sampling(every=5, max_faces=3, horizon=1000)
"""The notebook's: the first three faces found on every fifth frame, which is half a second of each interview."""
