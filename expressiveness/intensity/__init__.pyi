from .intensity_model import FrameIntensity, frame_intensity
from .learning import Example, learn_intensity
from .regions import REGIONS, UPPER_FACE, RegionShares, region_shares
from .speech import speaking

__all__ = [
    "REGIONS",
    "UPPER_FACE",
    "Example",
    "FrameIntensity",
    "RegionShares",
    "frame_intensity",
    "learn_intensity",
    "region_shares",
    "speaking",
]
