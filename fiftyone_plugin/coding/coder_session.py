"""Who codes at this server, and whether they see predictions: one server for each coder, on the same database."""

from __future__ import annotations

import os

from expressiveness.coding import coder_name

CODER, BLIND = "EXPRESSIVENESS_CODER", "EXPRESSIVENESS_BLIND"
"""Environment variables, which the server's process inherits; so no page can say that it is somebody else."""


def code_as(coder: str, *, blind: bool) -> None:
    """Have the servers that this process starts be one coder's.

    Args:
        coder: name or initials.
        blind: whether predictions, scores and other people's decisions are hidden from them.

    Raises:
        ConfigError: that is no name.
    """
    os.environ[CODER], os.environ[BLIND] = coder_name(coder), "1" if blind else ""


def coder_here() -> str | None:
    """The coder of this server; None if it is nobody's in particular."""
    return os.environ.get(CODER) or None


def is_blind() -> bool:
    """Whether this server hides predictions, scores and other people's decisions."""
    return bool(os.environ.get(BLIND))
