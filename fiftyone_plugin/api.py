"""A day's work on interviews in FiftyOne, as functions: what notebooks and the command line call, in one place.

Each works on a dataset or a view, may be repeated, and goes on where an interrupted call stopped.
"""

from .dataset import interviews_of, record_of, set_work_folder, work_folder
from .steps import (
    ImportReport,
    PredictionReport,
    detect_faces,
    export_for_tools,
    export_frames_as_coco,
    import_interviews,
    predict,
    register_evaluations,
    train_model,
)

__all__ = [
    "ImportReport",
    "PredictionReport",
    "detect_faces",
    "export_for_tools",
    "export_frames_as_coco",
    "import_interviews",
    "interviews_of",
    "predict",
    "record_of",
    "register_evaluations",
    "set_work_folder",
    "train_model",
    "work_folder",
]
