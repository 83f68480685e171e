from .inference import compiled
from .network import NETWORKS, FaceAugmentation, notebook_cnn, with_fused_normalization
from .weight_files import load_weights

__all__ = [
    "NETWORKS",
    "FaceAugmentation",
    "compiled",
    "load_weights",
    "notebook_cnn",
    "with_fused_normalization",
]
