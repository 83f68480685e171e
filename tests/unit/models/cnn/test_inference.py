import keras
import numpy as np
import pytest

from expressiveness.models.cnn.inference import BATCH, compiled, folded
from tests.random_model import random_model

FACES = np.random.default_rng(0).normal(0, 0.6, (BATCH + 3, 48, 48, 1)).astype(np.float32)


@pytest.mark.slow
def test_the_compiled_network_gives_what_the_network_gives_over_several_batches():
    network = random_model().model.network

    assert np.abs(compiled(network)(FACES) - network.predict(FACES, verbose=0)).max() < 1e-4


def test_a_folded_network_has_neither_normalisation_nor_dropout():
    kinds = [type(layer).__name__ for layer in folded(random_model().model.network).layers]

    assert kinds == [*["Conv2D", "Activation", "MaxPooling2D"] * 3, "Flatten", "Dense", "Dense"]


def test_folding_leaves_the_network_itself_as_it_was():
    network = random_model().model.network
    before = network.get_weights()

    compiled(network)(FACES[:1])

    assert all(np.array_equal(*weights) for weights in zip(before, network.get_weights(), strict=True))


@pytest.mark.slow
def test_the_first_layers_alone_are_compiled_too():
    network = random_model().model.network
    hidden = keras.Model(network.inputs, network.layers[16].output)

    assert np.abs(compiled(hidden)(FACES) - hidden.predict(FACES, verbose=0)).max() < 1e-4
