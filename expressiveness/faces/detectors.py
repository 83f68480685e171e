"""The registry of face detectors; each is imported on first use.

To add one, implement `Detector` and register it: by an entry point of the group "expressiveness.detectors", or in a
script with `DETECTORS.add`, if the class is imported from a module.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from expressiveness.errors import ConfigError
from expressiveness.registry import Registry

if TYPE_CHECKING:
    from expressiveness.faces.face import Face
    from expressiveness.types import Pixels


class Detector(Protocol):
    """Detects faces in frames. Created in each worker process and used from one thread.

    If it has a `close()` method, that is called at the end.
    """

    def detect(self, rgb: Pixels) -> Sequence[Face]:
        """Detect the faces in an RGB frame of shape (height, width, 3), in any order."""


class DetectorMaker(Protocol):
    """Creates a detector: its class or a function. Forms show its `label`, if it has one."""

    def __call__(self, *, confidence: float) -> Detector:
        """Create a detector that drops faces with a score below `confidence`, 0 to 1."""


DEFAULT_DETECTOR = "auto"
DEFAULT_CONFIDENCE = 0.5

DETECTORS: Registry[DetectorMaker] = Registry(
    "expressiveness.detectors",
    "detector",
    {
        "auto": "expressiveness.faces.detection:AUTO",
        "short": "expressiveness.faces.detection:SHORT",
        "full": "expressiveness.faces.detection:FULL",
    },
)


def detector_labels() -> dict[str, str]:
    """What forms show for each detector, by name."""
    labels = {name: getattr(maker, "label", "") for name, maker in DETECTORS.items()}
    return {name: f"{name}: {label}" if label else name for name, label in labels.items()}


def maker_for_workers(name: str) -> DetectorMaker:
    """The factory of a detector, to send to worker processes, which do not know detectors added in a script.

    Raises:
        ConfigError: there is no such detector, or workers could not import it.
    """
    maker = DETECTORS[name]
    try:
        sent = pickle.dumps(maker)
    except (pickle.PicklingError, AttributeError, TypeError):
        sent = b"__main__"
    if b"__main__" in sent:  # pickle stores only the module and the name
        raise ConfigError(
            f"workers cannot import detector {name!r} from a script or notebook; move it into a module of its own, "
            "and import it from there"
        )
    return maker
