"""Defaults for the benchmark, in a module of their own so that the command line can read them quickly."""

DEFAULT_FOLDS = 5

BOOTSTRAP_DRAWS = 1000
"""Bootstrap samples of people, for intervals."""
