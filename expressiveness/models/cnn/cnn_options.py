"""How the notebook's network learns."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from expressiveness.models.cnn.preprocessing import FaceInput
from expressiveness.models.training_defaults import DEFAULT_EPOCHS

Positive = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class CnnOptions:
    """How the network learns. The defaults are the notebook's, but for what it sees and how categories are weighted."""

    face_input: FaceInput = "deviation"
    epochs: Positive = DEFAULT_EPOCHS  # at most
    batch_size: Positive = 32
    learning_rate: float = 1e-3
    patience: Positive = 10  # epochs without better validation accuracy before training stops
    rate_patience: Positive = 5  # epochs without lower validation loss before the learning rate is halved
    min_learning_rate: float = 1e-6
    momentum: float = 0.9  # of batch normalisation; see `notebook_cnn`
    augment: bool = True
    class_weights: bool = True  # make up for categories that have fewer faces
