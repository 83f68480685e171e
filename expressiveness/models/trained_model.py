"""A trained model, saved as a folder with everything that prediction needs.

    MODEL/
    ├── model.json           format version, categories, settings, split, training history, held-out figures
    ├── network.weights.h5   or other files of the model's family: numbers only
    └── README.md            the model card

Loading runs no code from the folder: the family builds the model and reads only numbers.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from expressiveness._io import atomic_folder
from expressiveness.data import CATEGORIES, Split, Thresholds
from expressiveness.errors import ExpressivenessError, ModelError
from expressiveness.faces import ExtractionConfig
from expressiveness.models.base import Ability, Clip, Input, Model
from expressiveness.models.cards import model_card, model_html, model_in_words
from expressiveness.models.conformal import ConformalSets
from expressiveness.models.families import MODELS
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.record import FORMAT, RECORD, check_record, read_record
from expressiveness.models.training import TrainingConfig

CARD = "README.md"

MODEL = "model"
"""The kind of the folder, see `check_output_folder`."""


class Evaluated(Protocol):
    """The interface of `evaluation.Evaluation`, which must not be imported here."""

    def as_dict(self) -> dict[str, Any]:
        """The figures, ready for JSON."""


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model with everything needed to use and to evaluate it."""

    model: Model
    config: TrainingConfig
    extraction: ExtractionConfig
    thresholds: Thresholds  # tertiles are those of the training set
    category_scores: tuple[float, float, float]  # median score of each category in the training set
    split: Split
    history: dict[str, list[float]] = field(default_factory=dict)  # by metric, one value per epoch
    data: dict[str, Any] = field(default_factory=dict)  # counts of interviews, people, faces and corrections
    versions: dict[str, str] = field(default_factory=lambda: _versions())
    created: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat(timespec="seconds"))
    evaluation: dict[str, Any] | None = None  # on held-out people, see `evaluate`
    sets: ConformalSets | None = None  # prediction sets; None if there were too few people to calibrate them

    @property
    def needs(self) -> frozenset[Input]:
        """The tables read from a video before it can be judged."""
        return self.model.needs

    @property
    def in_words(self) -> str:
        """Which model it is, and what judges videos and frames."""
        return model_in_words(self.config.model)

    def able_to(self, ability: Ability) -> Any:
        """The model itself, if it has an ability.

        Raises:
            ModelError: it does not.
        """
        if ability in self.model.can:
            return self.model
        able = [name for name, family in MODELS.items() if ability in family.can]
        raise ModelError(
            f"the model {self.config.model} cannot do this ({ability}); train one that can: "
            f"expressiveness train --model {able[0]}"
        )

    def predict(self, clip: Clip) -> FramePredictions:
        """Judge one video.

        If the model predicts a score, the category is that of the score, which keeps the categories as frequent as in
        training even if labels are noisy. Otherwise the video's probabilities are the mean over its frames, its
        category is the most probable one, and its score is the expectation over the categories' typical scores.
        """
        said = self.model.predict(clip)
        if said.doubt or not len(said.frame_number):
            return said
        video = said.video_probabilities
        score = float(video @ self.category_scores) if said.score is None else said.score
        category = int(video.argmax()) if said.score is None else self.thresholds.index(score)
        return said.saying(
            category=CATEGORIES[category],
            score=score,
            confidence=float(video[category]),
            possible=self.sets and self._possible(video, CATEGORIES[category]),
        )

    def _possible(self, video: npt.NDArray[np.floating], category: str) -> tuple[str, ...]:
        """The prediction set, always including `category`, which may not be the most probable one."""
        assert self.sets
        [named] = self.sets.of(video[np.newaxis])
        return tuple(name for name in CATEGORIES if name in named or name == category)

    def with_evaluation(self, evaluation: Evaluated) -> TrainedModel:
        """A copy with the result of `evaluate` on held-out people."""
        return replace(self, evaluation=evaluation.as_dict())

    def save(self, folder: Path | str) -> Path:
        """Write the model to a folder, whole or not at all; an earlier model there is replaced.

        Raises:
            OutputError: the folder cannot be written, or holds something that we did not write.
            BusyError: another run has been writing it for a minute.
        """
        folder = Path(folder)
        with atomic_folder(folder, kind=MODEL) as unfinished:
            self.model.save(unfinished)
            (unfinished / RECORD).write_text(json.dumps(self.record(), indent=2) + "\n", encoding="utf-8")
            (unfinished / CARD).write_text(model_card(self.record()), encoding="utf-8")
        return folder

    def record(self) -> dict[str, Any]:
        """The contents of `model.json`."""
        return {
            "format": FORMAT,
            "categories": list(CATEGORIES),
            "config": self.config.as_dict(),
            "extraction": asdict(self.extraction),
            "thresholds": asdict(self.thresholds),
            "category_scores": list(self.category_scores),
            "split": asdict(self.split),
            "history": self.history,
            "data": self.data,
            "versions": self.versions,
            "created": self.created,
            "evaluation": self.evaluation,
            "sets": self.sets and asdict(self.sets),
            "sees": self.model.sees,
        }

    @property
    def card(self) -> str:
        """The model card, as Markdown."""
        return model_card(self.record())

    def __repr__(self) -> str:
        judged = f", accuracy {self.evaluation['video']['accuracy']:.2f}" if self.evaluation else ""
        return f"TrainedModel({self.config.model}, {self.config.target}, created {self.created}{judged})"

    def _repr_html_(self) -> str:
        return model_html(self.record())


def load_model(folder: Path | str) -> TrainedModel:
    """Read a model folder.

    Raises:
        ModelError: it is missing, damaged, of a newer format, or not a model.
    """
    folder = Path(folder)
    record = read_record(folder)
    try:
        check_record(record)
        config = TrainingConfig.from_dict(record["config"])
        settings = {
            "config": config,
            "extraction": ExtractionConfig.from_dict(record["extraction"]),
            "thresholds": Thresholds(**record["thresholds"]),
            "category_scores": tuple(record["category_scores"]),
            "split": Split(**{name: tuple(ids) for name, ids in record["split"].items()}),
            "history": record["history"],
            "data": record["data"],
            "versions": record["versions"],
            "created": record["created"],
            "evaluation": record["evaluation"],
            "sets": ConformalSets.from_dict(record.get("sets")),  # models of earlier versions have none
        }
    except ExpressivenessError as error:
        raise ModelError(f"{folder / RECORD} is damaged ({error}); train again") from error
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ModelError(f"{folder / RECORD} is damaged ({error!r}); train again") from error
    return TrainedModel(model=MODELS[config.model].load(folder, config.options), **settings)


def _versions() -> dict[str, str]:
    packages = ("expressiveness", "tensorflow", "keras", "mediapipe", "numpy", "opencv-python-headless")
    return {"python": platform.python_version(), **{package: version(package) for package in packages}}
