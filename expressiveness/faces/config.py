"""Settings that determine which faces are found and how they are cropped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from expressiveness.errors import ConfigError
from expressiveness.faces.detectors import DEFAULT_CONFIDENCE, DEFAULT_DETECTOR, DETECTORS
from expressiveness.settings import settings
from expressiveness.video import DEFAULT_SAMPLING, Sampling


@settings
class ExtractionConfig:
    """Settings that determine which faces are found and how they are cropped."""

    sampling: Sampling = DEFAULT_SAMPLING
    detector: str = DEFAULT_DETECTOR  # a name of DETECTORS
    # The least that counts as a face, 0 to 1; a whole number stays one, see `Sampling.rate`.
    confidence: Annotated[int | float, Field(ge=0, le=1)] = DEFAULT_CONFIDENCE
    align: bool = False  # turn each face until its eyes lie level

    def __post_init__(self) -> None:
        if self.detector not in DETECTORS:
            DETECTORS[self.detector]  # raises, and says which there are

    def __repr__(self) -> str:
        return f"ExtractionConfig({self})"

    def __str__(self) -> str:
        """In words, as in "every:5, detector auto"."""
        confidence = "" if self.confidence == DEFAULT_CONFIDENCE else f", confidence {self.confidence:g}"
        return f"{self.sampling}, detector {self.detector}{confidence}{', aligned' if self.align else ''}"

    @property
    def digest(self) -> str:
        """A short name of these settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ExtractionConfig:
        """Read what `dataclasses.asdict` wrote.

        The detector may be one that is not installed here: faces that are stored are of use without it.

        Raises:
            ConfigError: a value cannot be.
        """
        detector = values["detector"]
        if not isinstance(detector, str):
            raise ConfigError(f"detector {detector!r}; a detector has a name")
        config = cls(**{**values, "sampling": Sampling(**values["sampling"]), "detector": DEFAULT_DETECTOR})
        object.__setattr__(config, "detector", detector)
        return config
