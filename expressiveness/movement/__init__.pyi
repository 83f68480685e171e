from .faces_and_movement import extract_faces_and_movement, read_faces_and_movement
from .landmarks import landmarker_of_process, read_movement
from .measures import EXPRESSIVE_COLUMNS, Measure, expressiveness_of, shape_variance, turning_speed
from .movement_store import MovementStore, extract_movements, load_movements
from .movement_table import BLENDSHAPES, RATE, Movement, movement_of
from .neutral import Neutral, Neutrals, expression_of, named_neutral, neutral_in, neutral_of

__all__ = [
    "BLENDSHAPES",
    "EXPRESSIVE_COLUMNS",
    "RATE",
    "Measure",
    "Movement",
    "MovementStore",
    "Neutral",
    "Neutrals",
    "expression_of",
    "expressiveness_of",
    "extract_faces_and_movement",
    "extract_movements",
    "landmarker_of_process",
    "load_movements",
    "movement_of",
    "named_neutral",
    "neutral_in",
    "neutral_of",
    "read_faces_and_movement",
    "read_movement",
    "shape_variance",
    "turning_speed",
]
