from ._io import place
from .data import CATEGORIES, Curation, Interview, Thresholds, read_interviews
from .errors import ExpressivenessError
from .evaluation import evaluate
from .faces import ExtractionConfig, FaceStore, FaceTable, extract_faces, extract_interviews
from .models import FramePredictions, TrainedModel, TrainingConfig, load_model, predict_video, predict_videos, train
from .video import Sampling

__all__ = [
    "CATEGORIES",
    "Curation",
    "ExpressivenessError",
    "ExtractionConfig",
    "FaceStore",
    "FaceTable",
    "FramePredictions",
    "Interview",
    "Sampling",
    "Thresholds",
    "TrainedModel",
    "TrainingConfig",
    "evaluate",
    "extract_faces",
    "extract_interviews",
    "load_model",
    "place",
    "predict_video",
    "predict_videos",
    "read_interviews",
    "train",
]
