from .base import Ability, Clip, Embeds, Explains, Input, JudgesFaces, JudgesMoments, Model, NoOptions
from .by_movement import (
    Calibration,
    FittedMovement,
    MovementModel,
    calibrate,
    features_of,
    fit_movement,
    held_out_models,
)
from .cards import TERMS, figures_html
from .cnn import (
    WEIGHTS,
    CnnOptions,
    FaceInput,
    LabelledFaces,
    NotebookCnn,
    faces_of,
    network_input,
    notebook_cnn,
    reference_face,
    rows_by_frame,
)
from .conformal import ConformalSets, HeldOut, about_sets
from .export import EXPORTS, export_model
from .families import MODELS
from .frame_predictions import FramePredictions, JudgedFrames, check_table, frame_table, without_formulas, write_table
from .hub import HUB, write_hub_folder
from .model_training import train
from .prediction import Vectors, embed_interviews, predict_interviews, predict_video, predict_videos, video_neutral
from .record import RECORD, read_record
from .trained_model import CARD, MODEL, TrainedModel, load_model
from .training import DEFAULT_EPOCHS, DEFAULT_MODEL, DEFAULT_SEED, LabelledClip, TrainingConfig, TrainingData, assemble

__all__ = [
    "CARD",
    "DEFAULT_EPOCHS",
    "DEFAULT_MODEL",
    "DEFAULT_SEED",
    "EXPORTS",
    "HUB",
    "MODEL",
    "MODELS",
    "RECORD",
    "TERMS",
    "WEIGHTS",
    "Ability",
    "Calibration",
    "Clip",
    "CnnOptions",
    "ConformalSets",
    "Embeds",
    "Explains",
    "FaceInput",
    "FittedMovement",
    "FramePredictions",
    "HeldOut",
    "Input",
    "JudgedFrames",
    "JudgesFaces",
    "JudgesMoments",
    "LabelledClip",
    "LabelledFaces",
    "Model",
    "MovementModel",
    "NoOptions",
    "NotebookCnn",
    "TrainedModel",
    "TrainingConfig",
    "TrainingData",
    "Vectors",
    "about_sets",
    "assemble",
    "calibrate",
    "check_table",
    "embed_interviews",
    "export_model",
    "faces_of",
    "features_of",
    "figures_html",
    "fit_movement",
    "frame_table",
    "held_out_models",
    "load_model",
    "network_input",
    "notebook_cnn",
    "predict_interviews",
    "predict_video",
    "predict_videos",
    "read_record",
    "reference_face",
    "rows_by_frame",
    "train",
    "video_neutral",
    "without_formulas",
    "write_hub_folder",
    "write_table",
]
