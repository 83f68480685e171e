from .demo import FULL, QUICK, run_demo
from .detecting import detect_faces
from .embedding import compute_embeddings
from .exporting import export_curated, export_for_tools
from .importing import ImportReport, import_interviews, rows_of_others
from .interviewee import PersonSeen, choose_interviewee, people_in
from .label_checking import LABELS_TO_CHECK, find_suspicious_labels, labels_to_check, require_people, suspect_videos
from .panel_evaluations import export_frames_as_coco, register_evaluations
from .predicting import PredictionReport, predict
from .training import folder_for, train_model

__all__ = [
    "FULL",
    "LABELS_TO_CHECK",
    "QUICK",
    "ImportReport",
    "PersonSeen",
    "PredictionReport",
    "choose_interviewee",
    "compute_embeddings",
    "detect_faces",
    "export_curated",
    "export_for_tools",
    "export_frames_as_coco",
    "find_suspicious_labels",
    "folder_for",
    "import_interviews",
    "labels_to_check",
    "people_in",
    "predict",
    "register_evaluations",
    "require_people",
    "rows_of_others",
    "run_demo",
    "suspect_videos",
    "train_model",
]
