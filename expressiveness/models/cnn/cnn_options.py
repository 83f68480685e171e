"""Training options of the notebook's network."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from expressiveness.models.cnn.preprocessing import FaceInput
from expressiveness.models.training import DEFAULT_EPOCHS
from expressiveness.settings import only_what_was_chosen, settings

Count = Annotated[int, Field(ge=1, le=10**6)]
Rate = Annotated[float, Field(ge=0, le=1000)]


@settings
class CnnOptions:
    """Training options, as in the notebook except `face_input`, `faces_per_clip`, `momentum` and `class_weights`."""

    face_input: FaceInput = "deviation"
    epochs: Count = DEFAULT_EPOCHS  # maximum
    faces_per_clip: Count | None = 16  # drawn anew for each epoch; all if None
    batch_size: Count = 32
    learning_rate: Rate = 1e-3
    patience: Count = 10  # epochs without better validation accuracy before training stops
    rate_patience: Count = 5  # epochs without lower validation loss before the learning rate is halved
    min_learning_rate: Rate = 1e-6
    momentum: Annotated[float, Field(ge=0, le=1)] = 0.9  # of batch normalisation; see `notebook_cnn`
    augment: bool = True
    class_weights: bool = True  # balance categories with few faces

    def __repr__(self) -> str:
        return only_what_was_chosen(self)
