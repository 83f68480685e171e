from .intensity_model import FrameIntensity, frame_intensity
from .learning import Example, learn_intensity
from .reasons import Reasons, explained, reasons_of, telling_stretches
from .regions import RegionShares

__all__ = [
    "Example",
    "FrameIntensity",
    "Reasons",
    "RegionShares",
    "explained",
    "frame_intensity",
    "learn_intensity",
    "reasons_of",
    "telling_stretches",
]
