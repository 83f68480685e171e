from ._io import place
from .data import (
    CATEGORIES,
    Curation,
    Interview,
    InterviewFolder,
    Split,
    Thresholds,
    read_interviews,
    split_by_participant,
)
from .errors import ExpressivenessError
from .evaluation import Evaluation, evaluate, held_out_interviews
from .exchange import export_study, read_decisions
from .faces import ExtractionConfig, FaceStore, FaceTable, extract_faces, extract_interviews
from .models import FramePredictions, TrainedModel, TrainingConfig, load_model, predict_video, predict_videos, train
from .video import Sampling

__all__ = [
    "CATEGORIES",
    "Curation",
    "Evaluation",
    "ExpressivenessError",
    "ExtractionConfig",
    "FaceStore",
    "FaceTable",
    "FramePredictions",
    "Interview",
    "InterviewFolder",
    "Sampling",
    "Split",
    "Thresholds",
    "TrainedModel",
    "TrainingConfig",
    "evaluate",
    "export_study",
    "extract_faces",
    "extract_interviews",
    "held_out_interviews",
    "load_model",
    "place",
    "predict_video",
    "predict_videos",
    "read_decisions",
    "read_interviews",
    "split_by_participant",
    "train",
]
