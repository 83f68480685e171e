"""Which detectors there are, by name; what they are is loaded when one is used.

To add one, write a class as `Detector` describes, and name it in `DETECTORS`: by an entry point of the group
"expressiveness.detectors", or in a script by `DETECTORS.add`, where it must be imported from a module.
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
    """Finds the faces of frames. It is made in each worker process, and belongs to one thread.

    If it has a `close()`, that is called when it is not needed any more.
    """

    def detect(self, rgb: Pixels) -> Sequence[Face]:
        """Find the faces of an RGB frame of shape (height, width, 3), in any order."""


class DetectorMaker(Protocol):
    """Makes a detector: the detector's class, or a function. A form shows its `label`, if it has one."""

    def __call__(self, *, confidence: float) -> Detector:
        """Make a detector that leaves out faces it is less sure of than `confidence`, 0 to 1."""


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
    """By name, what a form shows of each detector."""
    labels = {name: getattr(maker, "label", "") for name, maker in DETECTORS.items()}
    return {name: f"{name}: {label}" if label else name for name, label in labels.items()}


def maker_for_workers(name: str) -> DetectorMaker:
    """What makes a detector, to be sent to worker processes, which know nothing of what was added in a script.

    Raises:
        ConfigError: there is none of this name, or workers could not import it.
    """
    maker = DETECTORS[name]
    try:
        sent = pickle.dumps(maker)
    except (pickle.PicklingError, AttributeError, TypeError):
        sent = b"__main__"
    if b"__main__" in sent:  # it travels as the name of its module and its own
        raise ConfigError(
            f"workers cannot import detector {name!r} from a script or notebook; move it into a module of its own, "
            "and import it from there"
        )
    return maker
