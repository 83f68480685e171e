"""The settings of a training run, saved with the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, fields, is_dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from expressiveness.data import DEFAULT_TARGET, Thresholds
from expressiveness.errors import ConfigError
from expressiveness.models.families import MODELS
from expressiveness.models.training.training_defaults import DEFAULT_MODEL, DEFAULT_SEED
from expressiveness.registry import closest
from expressiveness.settings import Seed, only_what_was_chosen, settings

SplitBy = Literal["participant", "frame"]
Share = Annotated[float, Field(gt=0, lt=1)]


@settings
class TrainingConfig:
    """The settings of a training run.

    `options` are those of the model's family, a mapping or its `Options`:
    `TrainingConfig(model="notebook_cnn", options={"epochs": 3})`.
    """

    model: str = DEFAULT_MODEL  # a name of MODELS
    target: str = DEFAULT_TARGET
    thresholds: Thresholds | Literal["tertiles"] = field(default_factory=Thresholds)
    split_by: SplitBy = "participant"  # "frame" as in the notebook, which leaks people; for comparison only
    test_share: Share = 0.2  # of the participants (or frames)
    validation_share: Share = 0.2
    seed: Seed = DEFAULT_SEED
    options: Any = field(default_factory=dict)

    def __post_init__(self) -> None:
        family = MODELS[self.model]
        if self.split_by == "frame" and "single faces" not in family.can:
            raise ConfigError(f"the model {self.model} learns from whole videos, so it cannot be split by frame")
        object.__setattr__(self, "options", _options(self.model, self.options))

    def __repr__(self) -> str:
        return only_what_was_chosen(self, options=MODELS[self.model].Options())

    @classmethod
    def notebook(cls, *, options: Mapping[str, Any] | None = None, **changes: Any) -> TrainingConfig:
        """The notebook's settings: single crops, split by frame, no class weights."""
        chosen = {
            "face_input": "single",
            "faces_per_clip": None,
            "class_weights": False,
            "momentum": 0.99,
            **(options or {}),
        }
        return cls(**{"model": "notebook_cnn", "split_by": "frame", "seed": 42, "options": chosen, **changes})

    def as_dict(self) -> dict[str, Any]:
        """The settings, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Read what `as_dict` wrote, also in earlier versions, which had the network's options at the top level."""
        values = {"model": "notebook_cnn", **values}
        thresholds = values.pop("thresholds")
        known = {one.name for one in fields(cls)}
        options = values.pop("options", None)
        if options is None:
            options = {name: value for name, value in values.items() if name not in known}
            if values["model"] != "notebook_cnn":
                options = {}  # movement models stored the network's options, and have none
        if values["model"] == "notebook_cnn":
            options = {"faces_per_clip": None, **options}  # earlier versions took all faces
        return cls(
            **{name: value for name, value in values.items() if name in known},
            thresholds="tertiles" if thresholds == "tertiles" else Thresholds(**thresholds),
            options=options,
        )


def _options(model: str, given: Any) -> Any:
    kind = MODELS[model].Options
    if isinstance(given, kind):
        return given
    if not isinstance(given, Mapping):
        other = type(given).__name__ if is_dataclass(given) else repr(given)
        raise ConfigError(f"{other} is not valid as options of the model {model}; give a mapping")
    known = [one.name for one in fields(kind)]
    if unknown := [str(name) for name in given if name not in known]:
        near = closest(unknown[0], known)
        advice = f"did you mean {near!r}? It" if near else "it"
        raise ConfigError(f"the model {model} has no option {unknown[0]!r}; {advice} has {', '.join(known) or 'none'}")
    return kind(**given)
