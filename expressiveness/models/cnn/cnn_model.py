"""The notebook's network as a model family, which judges the look of single faces."""

from __future__ import annotations

import os
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from expressiveness._io import NotPlainError, silenced
from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from expressiveness.models.base import Ability, Clip, Input
from expressiveness.models.cnn.cnn_options import CnnOptions
from expressiveness.models.cnn.preprocessing import network_input, reference_face
from expressiveness.models.conformal import HeldOut
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.record import read_record
from expressiveness.models.training import TrainingData
from expressiveness.types import Pixels, Progress

if TYPE_CHECKING:
    import keras

WEIGHTS = "network.weights.h5"
MAX_WEIGHT_BYTES = 512 * 2**20

NETWORK = "notebook_cnn"
"""The only network, as named in records of format 1."""


class NotebookCnn:
    """Judges each face from its crop, or from the crop's deviation from the clip's mean face."""

    label: ClassVar[str] = "The notebook's network: judges the look of single faces, by the crops that were found"
    judges: ClassVar[str] = "the notebook's network, each frame by its look and the video by the mean of its frames"
    needs: ClassVar[frozenset[Input]] = frozenset({"faces"})
    can: ClassVar[frozenset[Ability]] = frozenset({"single faces", "embeddings", "export", "log"})
    Options: ClassVar[type] = CnnOptions

    def __init__(self, options: CnnOptions | None = None, network: keras.Model | None = None) -> None:
        self.options = options or CnnOptions()
        self.history: dict[str, list[float]] = {}
        self.held_out: HeldOut | None = None
        self._network = network

    def __repr__(self) -> str:
        return f"NotebookCnn({self.options})"

    @property
    def network(self) -> keras.Model:
        """The trained network.

        Raises:
            ModelError: it is not trained yet.
        """
        if self._network is None:
            raise ModelError("this model is not trained yet; train it first")
        return self._network

    @property
    def sees(self) -> str:
        """What the network looks at, for the model card."""
        if self.needs_rest:
            return "The network sees each face's deviation from the mean face of its video."
        return "The network sees single faces, as in the notebook."

    @property
    def needs_rest(self) -> bool:
        """Whether it needs the face at rest."""
        return self.options.face_input == "deviation"

    def fit(self, data: TrainingData, *, progress: Progress | None = None, log_folder: Path | None = None) -> Self:
        """Train the network. Keras is imported here, which takes seconds.

        Raises:
            TrainingError: no faces, or a set without faces.
        """
        if progress:
            progress(0, 1, "loading TensorFlow")
        _load_tensorflow()
        from expressiveness.models.cnn.fitting import fit_network

        self._network, self.history = fit_network(data, self.options, progress=progress, log_folder=log_folder)
        self.held_out = HeldOut.validated(self, data, progress=progress)
        return self

    def predict(self, clip: Clip) -> FramePredictions:
        """Judge each primary face of a clip."""
        primary = clip.faces.primary()
        return clip.judged(self.probabilities(primary.crop, reference_face(primary, self.options.face_input)))

    def probabilities(self, crop: Pixels, rest: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Judge crops of shape (n, 48, 48), given the face at rest, shape (48, 48); the categories, shape (n, 3)."""
        if not len(crop):
            return np.zeros((0, len(CATEGORIES)), dtype=np.float32)
        return self._in_batches(self._compiled, crop, rest if self.needs_rest else np.zeros_like(rest))

    def embed(self, clip: Clip) -> npt.NDArray[np.float32]:
        """The output of the last hidden layer for each primary face, shape (n, 256).

        Faces with similar embeddings look alike to the network, whatever their category.
        """
        primary = clip.faces.primary()
        rest = reference_face(primary, self.options.face_input)
        return self._in_batches(self._hidden, primary.crop, rest)

    def _in_batches(self, run: Any, crop: Pixels, rest: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run a network on crops; a batch at a time is made into floats, which take four times the memory and more."""
        from expressiveness.models.cnn.inference import BATCH

        parts = (crop[start : start + BATCH] for start in range(0, len(crop), BATCH))
        found = [run(network_input(part, rest, self.options.face_input)) for part in parts]
        return np.asarray(np.concatenate(found), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the weights."""
        self.network.save_weights(folder / WEIGHTS)

    @classmethod
    def load(cls, folder: Path, options: CnnOptions) -> Self:
        """Build the network and load its weights.

        Raises:
            ModelError: the weights are missing, damaged, or for another network.
        """
        name, weights = read_record(folder).get("network", NETWORK), folder / WEIGHTS
        if name != NETWORK:
            raise ModelError(
                f"{folder} needs the network {name!r}, which this version does not have; update expressiveness"
            )
        _load_tensorflow()
        from expressiveness.models.cnn.network import notebook_cnn
        from expressiveness.models.cnn.weight_files import load_weights

        network = notebook_cnn()
        try:
            load_weights(network, weights, most=MAX_WEIGHT_BYTES)
        except FileNotFoundError as error:
            raise ModelError(f"{weights} is missing; copy the whole model folder, or train again") from error
        except NotPlainError as error:
            raise ModelError(f"{weights} cannot be used ({error}); copy the model again, or train again") from error
        except Exception as error:  # HDF5 and Keras raise many types of error, as fuzzing has shown
            raise ModelError(
                f"{weights} does not hold the weights of {name}; copy the model again, or train again"
            ) from error
        for weight in network.weights:
            if not np.isfinite(weight).all():
                raise ModelError(f"{weights}: {weight.path} holds NaN or infinity; train again")
        return cls(options, network)

    @cached_property
    def _compiled(self) -> Any:
        from expressiveness.models.cnn.inference import compiled

        return compiled(self.network)

    @cached_property
    def _hidden(self) -> Any:
        import keras

        from expressiveness.models.cnn.inference import compiled

        *_, hidden, _decision = [layer for layer in self.network.layers if isinstance(layer, keras.layers.Dense)]
        return compiled(keras.Model(self.network.inputs, hidden.output))


def _load_tensorflow() -> None:
    """Import TensorFlow and let it find GPUs, hiding what it logs about the machine.

    It takes memory of a GPU as it needs it, not all at once, unless the user's environment says otherwise.
    """
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    with silenced():
        import_module("tensorflow").config.list_physical_devices()
