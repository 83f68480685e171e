"""What decides which faces are found, and how their crops look."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from expressiveness.errors import DetectorError
from expressiveness.video import DEFAULT_SAMPLING, Sampling

DetectorKind = Literal["auto", "short", "full"]
"""MediaPipe's model of short range, of full range, or the latter where the former found nothing."""
DETECTORS: tuple[DetectorKind, ...] = get_args(DetectorKind)


@dataclass(frozen=True, slots=True)
class ExtractionConfig:
    """What decides which faces are found, and how their crops look."""

    sampling: Sampling = DEFAULT_SAMPLING
    detector: DetectorKind = "auto"
    confidence: float = 0.5  # the least that counts as a face, 0 to 1
    align: bool = False  # turn each face until its eyes lie level

    def __post_init__(self) -> None:
        if self.detector not in DETECTORS or not 0 <= self.confidence <= 1:
            raise DetectorError(
                f"detector {self.detector!r} at confidence {self.confidence}; "
                f"choose from {', '.join(DETECTORS)}, and a confidence of 0 to 1"
            )

    @property
    def digest(self) -> str:
        """A short name of these settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ExtractionConfig:
        """Read what `dataclasses.asdict` wrote."""
        return cls(**{**values, "sampling": Sampling(**values["sampling"])})
