from .inference import compiled
from .network import NETWORKS, FaceAugmentation, notebook_cnn, with_fused_normalization

__all__ = [
    "NETWORKS",
    "FaceAugmentation",
    "compiled",
    "notebook_cnn",
    "with_fused_normalization",
]
