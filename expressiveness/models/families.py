"""Model families by name; nothing heavy is imported until one is used."""

from __future__ import annotations

from typing import Any

from expressiveness.registry import Registry

MODELS: Registry[Any] = Registry(
    "expressiveness.models",
    "model",
    {
        "movement": "expressiveness.models.by_movement.movement_model:MovementModel",
        "notebook_cnn": "expressiveness.models.cnn.cnn_model:NotebookCnn",
    },
)
"""Classes with the interface `base.Model`."""
