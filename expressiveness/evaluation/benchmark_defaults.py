"""How the benchmark judges unless somebody chooses; the command line reads it before anything is loaded."""

DEFAULT_FOLDS = 5

BOOTSTRAP_DRAWS = 1000
"""Of people, for intervals."""
