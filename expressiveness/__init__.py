"""Classify how expressive a face is in interview videos, and learn from the mistakes.

The public names below are loaded when they are first used, so that importing this package costs next to nothing:
neither TensorFlow nor MediaPipe is loaded before it is needed.

    interviews = read_interviews("RecruitView").interviews
    store = FaceStore(Path("faces"))
    extract_interviews(interviews, store)
    model = train(interviews, store)
    print(evaluate(model, [i for i in interviews if i.id in model.split.test], store))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from expressiveness.categories import CATEGORIES, Thresholds
    from expressiveness.curation import Curation
    from expressiveness.errors import ExpressivenessError
    from expressiveness.evaluation import evaluate
    from expressiveness.extraction import ExtractionConfig, FaceStore, extract_faces, extract_interviews
    from expressiveness.faces import FaceTable
    from expressiveness.interviews import Interview, read_interviews
    from expressiveness.models import TrainedModel, TrainingConfig, load_model
    from expressiveness.prediction import FramePredictions, predict_faces, predict_videos
    from expressiveness.training import train
    from expressiveness.video import Sampling

_MODULES = {
    "categories": ("CATEGORIES", "Thresholds"),
    "curation": ("Curation",),
    "errors": ("ExpressivenessError",),
    "evaluation": ("evaluate",),
    "extraction": ("ExtractionConfig", "FaceStore", "extract_faces", "extract_interviews"),
    "faces": ("FaceTable",),
    "interviews": ("Interview", "read_interviews"),
    "models": ("TrainedModel", "TrainingConfig", "load_model"),
    "prediction": ("FramePredictions", "predict_faces", "predict_videos"),
    "training": ("train",),
    "video": ("Sampling",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

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
    "predict_faces",
    "predict_videos",
    "read_interviews",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULE_OF])
