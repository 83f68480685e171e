from .calibration import Calibration, calibrate
from .cnn import notebook_cnn
from .export import export_model
from .face_embeddings import Vectors, embed_interviews
from .kinds import ExportFormat, ModelKind
from .learning import Epoch, LabelledFaces, LabelledMovements, label_faces, label_movements, rows_by_frame, train
from .model_card import TERMS
from .movement_model import MovementModel, features_of, fit_movement_model, held_out_models
from .prediction import (
    FramePredictions,
    as_record,
    check_table,
    frame_table,
    predict_faces,
    predict_interviews,
    predict_videos,
    write_table,
)
from .preprocessing import FaceInput, network_input, reference_face
from .trained_model import CARD, MODEL, RECORD, WEIGHTS, TrainedModel, load_model, read_record
from .training_config import TrainingConfig

__all__ = [
    "CARD",
    "MODEL",
    "RECORD",
    "TERMS",
    "WEIGHTS",
    "Calibration",
    "Epoch",
    "ExportFormat",
    "FaceInput",
    "FramePredictions",
    "LabelledFaces",
    "LabelledMovements",
    "ModelKind",
    "MovementModel",
    "TrainedModel",
    "TrainingConfig",
    "Vectors",
    "as_record",
    "calibrate",
    "check_table",
    "embed_interviews",
    "export_model",
    "features_of",
    "fit_movement_model",
    "frame_table",
    "held_out_models",
    "label_faces",
    "label_movements",
    "load_model",
    "network_input",
    "notebook_cnn",
    "predict_faces",
    "predict_interviews",
    "predict_videos",
    "read_record",
    "reference_face",
    "rows_by_frame",
    "train",
    "write_table",
]
