from .calibration import Calibration, calibrate
from .fitted_movement import FittedMovement, features_of, fit_movement, held_out_models
from .movement_model import MovementModel

__all__ = [
    "Calibration",
    "FittedMovement",
    "MovementModel",
    "calibrate",
    "features_of",
    "fit_movement",
    "held_out_models",
]
