from .intensity_model import FrameIntensity, frame_intensity
from .learning import Example, learn_intensity
from .reasons import Reasons, reasons_of

__all__ = [
    "Example",
    "FrameIntensity",
    "Reasons",
    "frame_intensity",
    "learn_intensity",
    "reasons_of",
]
