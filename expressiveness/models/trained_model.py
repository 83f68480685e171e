"""A trained model as a folder that carries all that prediction needs.

    MODEL/
    ├── model.json           format version, categories, settings, split, training history, held-out figures
    ├── network.weights.h5   numbers only; a model of movement needs none, its few numbers are in model.json
    └── README.md            the model card

Loading runs no code from the folder: the network is built by this package and only its weights are read, after their
size and shapes are checked.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from expressiveness._io import NotPlainError, atomic_folder, read_bounded
from expressiveness.data import CATEGORIES, Split, Thresholds
from expressiveness.errors import ModelError
from expressiveness.faces import ExtractionConfig
from expressiveness.models.model_card import model_card
from expressiveness.models.training_config import TrainingConfig

if TYPE_CHECKING:
    import keras

    from expressiveness.models.movement_model import MovementModel


FORMAT = 1
RECORD, WEIGHTS, CARD = "model.json", "network.weights.h5", "README.md"
MAX_RECORD_BYTES = 16 * 2**20  # room for the ids of a million interviews
MAX_WEIGHT_BYTES = 512 * 2**20

MODEL = "model"
"""What such a folder holds, see `check_output_folder`."""


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """What was learned, with everything needed to use and to judge it: a network, or a model of movement."""

    network: keras.Model | None  # None in a model of movement
    config: TrainingConfig
    extraction: ExtractionConfig
    thresholds: Thresholds  # as resolved on the training set
    category_scores: tuple[float, float, float]  # median score of each category in the training set
    split: Split
    history: dict[str, list[float]]  # by metric, a value an epoch
    data: dict[str, Any] = field(default_factory=dict)  # how many interviews, people, faces, corrections
    versions: dict[str, str] = field(default_factory=lambda: _versions())
    created: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat(timespec="seconds"))
    evaluation: dict[str, Any] | None = None  # on the held-out people, see expressiveness.evaluation.metrics
    movement: MovementModel | None = None  # None where there is a network

    def probabilities(self, faces: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Classify prepared faces.

        Args:
            faces: as `network_input` gives them, shape (n, 48, 48, 1).

        Returns:
            Probabilities in the order of `CATEGORIES`, shape (n, 3).

        Raises:
            ModelError: this is a model of movement, which cannot judge a face alone.
        """
        self.require_network()
        if not len(faces):
            return np.zeros((0, len(CATEGORIES)), dtype=np.float32)
        return np.asarray(self._compiled(faces), dtype=np.float32)

    def require_network(self) -> keras.Model:
        """The network, for what needs one.

        Raises:
            ModelError: this is a model of movement.
        """
        if self.network is None:
            raise ModelError(
                "this model judges how a face moves over a whole video and has no network for single faces; "
                "train one: expressiveness train --model notebook_cnn"
            )
        return self.network

    @cached_property
    def _compiled(self) -> Any:
        from expressiveness.models.cnn import compiled

        return compiled(self.require_network())

    def with_evaluation(self, evaluation: dict[str, Any]) -> TrainedModel:
        """The same model with its figures on held-out people."""
        return replace(self, evaluation=evaluation)

    def save(self, folder: Path) -> Path:
        """Write the model as a folder, whole or not at all; an earlier model there is replaced.

        Raises:
            OutputError: the folder cannot be written, or holds something that we did not write.
            BusyError: another run has been writing it for a minute.
        """
        with atomic_folder(folder, kind=MODEL) as unfinished:
            if self.network is not None:
                self.network.save_weights(unfinished / WEIGHTS)
            (unfinished / RECORD).write_text(json.dumps(self.record(), indent=2) + "\n")
            (unfinished / CARD).write_text(model_card(self.record()))
        return folder

    def record(self) -> dict[str, Any]:
        """What `model.json` holds."""
        return {
            "format": FORMAT,
            "network": None if self.network is None else self.network.name,
            "movement": None if self.movement is None else asdict(self.movement),
            "categories": list(CATEGORIES),
            "config": asdict(self.config),
            "extraction": asdict(self.extraction),
            "thresholds": asdict(self.thresholds),
            "category_scores": list(self.category_scores),
            "split": asdict(self.split),
            "history": self.history,
            "data": self.data,
            "versions": self.versions,
            "created": self.created,
            "evaluation": self.evaluation,
        }


def load_model(folder: Path | str) -> TrainedModel:
    """Read a model folder.

    Raises:
        ModelError: it is missing, damaged, of a newer format, or not a model of this kind.
    """
    folder = Path(folder)
    record = read_record(folder)
    try:
        reserved, balanced, expressive = map(float, record["category_scores"])
        return TrainedModel(
            network=None if record["network"] is None else _network(folder, record["network"]),
            config=TrainingConfig.from_dict(record["config"]),
            extraction=ExtractionConfig.from_dict(record["extraction"]),
            thresholds=Thresholds(**record["thresholds"]),
            category_scores=(reserved, balanced, expressive),
            split=Split(**{name: tuple(ids) for name, ids in record["split"].items()}),
            history=record["history"],
            data=record["data"],
            versions=record["versions"],
            created=record["created"],
            evaluation=record["evaluation"],
            movement=_movement_model(record),
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ModelError(f"{folder / RECORD} is damaged ({error!r}); train again") from error


def read_record(folder: Path) -> dict[str, Any]:
    """Read a model folder's settings and figures, without its weights and so without TensorFlow.

    Raises:
        ModelError: as `load_model`.
    """
    file = folder / RECORD
    try:
        record = json.loads(read_bounded(file, most=MAX_RECORD_BYTES))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(f"no model in {folder}; give a folder that `expressiveness train` wrote") from error
    except NotPlainError as error:
        raise ModelError(f"{file} cannot be used ({error}); copy the model again, or train again") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file} is damaged ({error}); train again") from error
    if not isinstance(record, dict) or not isinstance(record.get("format"), int):
        raise ModelError(f"{file} is no model's record; give a folder that `expressiveness train` wrote")
    if record["format"] > FORMAT:
        raise ModelError(
            f"{folder} is of format {record['format']}, newer than this version reads; update expressiveness"
        )
    if record.get("categories") != list(CATEGORIES):
        raise ModelError(
            f"{folder} knows the categories {record.get('categories')}, not {list(CATEGORIES)}; train again"
        )
    return record


def _network(folder: Path, name: str) -> keras.Model:
    from expressiveness.models.cnn import NETWORKS, load_weights

    weights = folder / WEIGHTS
    if name not in NETWORKS:
        raise ModelError(
            f"{folder} needs the network {name!r}, which this version does not have; update expressiveness"
        )
    network = NETWORKS[name]()
    try:
        load_weights(network, weights, most=MAX_WEIGHT_BYTES)
    except FileNotFoundError as error:
        raise ModelError(f"{weights} is missing; copy the whole model folder, or train again") from error
    except NotPlainError as error:
        raise ModelError(f"{weights} cannot be used ({error}); copy the model again, or train again") from error
    except Exception as error:  # fuzzing made HDF5 and Keras raise a RuntimeError, too, and more may come
        raise ModelError(
            f"{weights} does not hold the weights of {name}; copy the model again, or train again"
        ) from error
    return network


def _movement_model(record: dict[str, Any]) -> MovementModel | None:
    """The model of movement in a record; records from before there was one have none."""
    from expressiveness.models.movement_model import MovementModel

    if record["network"] is None:
        return MovementModel.from_dict(record["movement"])
    return None


def _versions() -> dict[str, str]:
    packages = ("expressiveness", "tensorflow", "keras", "mediapipe", "numpy", "opencv-python-headless")
    return {"python": platform.python_version(), **{package: version(package) for package in packages}}
