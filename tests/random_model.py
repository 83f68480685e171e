"""A model of random weights: for what happens around a network, where it does not matter what it has learned."""

from functools import cache

import keras
import numpy as np

from expressiveness.data import Split, Thresholds
from expressiveness.faces import ExtractionConfig
from expressiveness.models import CnnOptions, FaceInput, NotebookCnn, TrainedModel, TrainingConfig, notebook_cnn
from expressiveness.models.cnn import compiled


@cache  # nothing changes a model once it is made, and making one takes a tenth of a second
def random_model(face_input: FaceInput = "single", *, seed: int = 0) -> TrainedModel:
    """Make a model that answers very different inputs differently; every weight is drawn, none is as it was made."""
    options = CnnOptions(face_input=face_input)
    return TrainedModel(
        model=NotebookCnn(options, _random_network(seed)),
        config=TrainingConfig(model="notebook_cnn", options=options),
        extraction=ExtractionConfig(detector="short"),
        thresholds=Thresholds(),
        category_scores=(-0.9, 0.0, 0.9),
        split=Split(train=(), validation=(), test=()),
        history={"accuracy": [0.4, 0.6], "val_accuracy": [0.4, 0.5], "loss": [1.1, 0.9], "val_loss": [1.1, 1.0]},
    )


def outputs(model: TrainedModel, faces: np.ndarray) -> np.ndarray:
    """What the model's network says of prepared faces, shape (n, 48, 48, 1)."""
    return compiled(model.model.network)(faces)


def _random_network(seed: int) -> keras.Model:
    """Kernels large enough to tell faces apart; biases and batch statistics off their defaults, variances positive."""
    network, random = notebook_cnn(), np.random.default_rng(seed)
    network.set_weights([_drawn(weight, random) for weight in network.get_weights()])
    return network


def _drawn(weight: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if weight.ndim == 1:
        return np.abs(weight + 0.05 * random.normal(size=weight.shape))
    return random.normal(scale=(2 / weight[..., 0].size) ** 0.5, size=weight.shape)
