from .labelled import LabelledFaces, LabelledMovements, label_faces, label_movements
from .network_training import Epoch, rows_by_frame, train

__all__ = [
    "Epoch",
    "LabelledFaces",
    "LabelledMovements",
    "label_faces",
    "label_movements",
    "rows_by_frame",
    "train",
]
