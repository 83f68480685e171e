from .training_config import TrainingConfig
from .training_data import LabelledClip, SetName, TrainingData, assemble
from .training_defaults import DEFAULT_EPOCHS, DEFAULT_MODEL, DEFAULT_SEED

__all__ = [
    "DEFAULT_EPOCHS",
    "DEFAULT_MODEL",
    "DEFAULT_SEED",
    "LabelledClip",
    "SetName",
    "TrainingConfig",
    "TrainingData",
    "assemble",
]
