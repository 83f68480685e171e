from .intensity_model import FrameIntensity, frame_intensity
from .learning import Example, learn_intensity
from .reasons import Reasons, reasons_of
from .regions import REGIONS, UPPER_FACE, RegionShares, region_shares
from .speech import speaking

__all__ = [
    "REGIONS",
    "UPPER_FACE",
    "Example",
    "FrameIntensity",
    "Reasons",
    "RegionShares",
    "frame_intensity",
    "learn_intensity",
    "reasons_of",
    "region_shares",
    "speaking",
]
