"""How a model is trained unless somebody chooses; the command line reads it before anything is loaded."""

DEFAULT_MODEL = "movement"
DEFAULT_SEED = 0

DEFAULT_EPOCHS = 50
"""The most that a network is trained for."""
