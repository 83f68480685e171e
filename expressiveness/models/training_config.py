"""What a training run must remember."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from expressiveness.data import DEFAULT_TARGET, Thresholds
from expressiveness.errors import ModelError
from expressiveness.models.kinds import MODEL_KINDS, ModelKind
from expressiveness.models.preprocessing import FaceInput

SplitBy = Literal["participant", "frame"]


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What a training run must remember. The defaults are the notebook's, but for what it left to chance or leaked."""

    model: ModelKind = "notebook_cnn"
    target: str = DEFAULT_TARGET
    thresholds: Thresholds | Literal["tertiles"] = field(default_factory=Thresholds)
    face_input: FaceInput = "deviation"
    split_by: SplitBy = "participant"  # "frame" is the notebook's, which leaks; for comparison only
    test_share: float = 0.2  # of the participants (or frames)
    validation_share: float = 0.2
    epochs: int = 50
    batch_size: int = 32
    learning_rate: float = 1e-3
    patience: int = 10  # epochs without better validation accuracy before training stops
    rate_patience: int = 5  # epochs without lower validation loss before the learning rate is halved
    min_learning_rate: float = 1e-6
    momentum: float = 0.9  # of batch normalisation; see `notebook_cnn`
    augment: bool = True
    class_weights: bool = True  # make up for categories that have fewer faces
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in MODEL_KINDS:
            raise ModelError(f"model {self.model!r}; choose from {', '.join(MODEL_KINDS)}")
        if self.model == "movement" and self.split_by == "frame":
            raise ModelError("a model of movement learns from whole videos: it cannot split them by frame (--notebook)")
        if self.face_input not in ("deviation", "single") or self.split_by not in ("participant", "frame"):
            raise ModelError(f"face_input {self.face_input!r}, split_by {self.split_by!r}: not known")

    @classmethod
    def notebook(cls, **changes: Any) -> TrainingConfig:
        """The notebook's own choices: single crops, split by frame, classes as they come."""
        return replace(
            cls(face_input="single", split_by="frame", class_weights=False, momentum=0.99, seed=42), **changes
        )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """Read what `dataclasses.asdict` wrote."""
        thresholds = values["thresholds"]
        return cls(**{**values, "thresholds": thresholds if isinstance(thresholds, str) else Thresholds(**thresholds)})
