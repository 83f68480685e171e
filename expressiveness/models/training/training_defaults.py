"""Defaults for training, in a module of their own so that the command line can read them without heavy imports."""

DEFAULT_MODEL = "movement"
DEFAULT_SEED = 0

DEFAULT_EPOCHS = 50
"""Maximum, before early stopping."""
