from .cnn_model import WEIGHTS, NotebookCnn
from .cnn_options import CnnOptions
from .fitting import rows_by_frame
from .inference import compiled
from .labelled_faces import LabelledFaces, faces_of
from .network import FaceAugmentation, notebook_cnn, with_fused_normalization
from .preprocessing import INPUT_UNIT, FaceInput, network_input, reference_face

__all__ = [
    "INPUT_UNIT",
    "WEIGHTS",
    "CnnOptions",
    "FaceAugmentation",
    "FaceInput",
    "LabelledFaces",
    "NotebookCnn",
    "compiled",
    "faces_of",
    "network_input",
    "notebook_cnn",
    "reference_face",
    "rows_by_frame",
    "with_fused_normalization",
]
