import keras
import numpy as np
import pytest
import tensorflow as tf

from expressiveness.models import notebook_cnn
from expressiveness.models.cnn.network import FaceAugmentation, with_fused_normalization

# Computed from the notebook's section 6 by hand: weights and biases, and four numbers a normalised channel.
CONVOLUTIONS = (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (9 * 64 + 1) * 128
DENSE = (6 * 6 * 128 + 1) * 256 + (256 + 1) * 3
NORMALISATION = 4 * (32 + 64 + 128 + 256)


def test_the_network_has_the_notebooks_parameters():
    assert notebook_cnn().count_params() == CONVOLUTIONS + DENSE + NORMALISATION == 1_275_267


def test_the_network_has_the_notebooks_layers_in_order():
    block = ["Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "Dropout"]
    layers = notebook_cnn().layers

    assert [type(layer).__name__ for layer in layers] == [
        *block * 3,
        "Flatten",
        "Dense",
        "BatchNormalization",
        "Dropout",
        "Dense",
    ]
    assert [layer.rate for layer in layers if type(layer).__name__ == "Dropout"] == [0.25, 0.25, 0.25, 0.5]
    assert [layer.filters for layer in layers if type(layer).__name__ == "Conv2D"] == [32, 64, 128]


def test_it_gives_a_probability_for_each_category():
    probabilities = notebook_cnn()(np.zeros((2, 48, 48, 1), np.float32)).numpy()

    assert probabilities.shape == (2, 3)
    assert np.allclose(probabilities.sum(axis=1), 1)


def disc(x, y):
    """A white disc around a point of the crop."""
    rows, columns = np.mgrid[:48, :48]
    return (((columns - x) ** 2 + (rows - y) ** 2) < 9).astype(np.float32)[..., np.newaxis]


def middle(image):
    weights = image[..., 0] / image.sum()
    rows, columns = np.mgrid[:48, :48]
    return float((weights * columns).sum()), float((weights * rows).sum())


@pytest.mark.slow
def test_fused_normalization_says_the_same_and_takes_the_same_step():
    keras.utils.set_random_seed(0)
    network, fused = without_dropout(notebook_cnn()), without_dropout(with_fused_normalization(notebook_cnn()))
    fused.set_weights(before := network.get_weights())
    faces, categories = np.random.default_rng(0).random((32, 48, 48, 1), np.float32), np.eye(3)[np.arange(32) % 3]

    assert np.array_equal(fused(faces), network(faces))
    for one in (network, fused):
        one.compile(optimizer="sgd", loss="categorical_crossentropy")
        one.train_on_batch(faces, categories)
    for old, by_keras, in_one in zip(before, network.get_weights(), fused.get_weights(), strict=True):
        assert np.linalg.norm(in_one - by_keras) <= 0.01 * np.linalg.norm(by_keras - old) + 1e-6


def without_dropout(network):
    """It would draw other numbers in each network."""
    layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.Dropout)]
    return keras.Sequential([keras.layers.Input((48, 48, 1)), *layers])


def augmented(images, seed=(1, 2)):
    return FaceAugmentation()(tf.constant(images), seed=tf.constant(seed, tf.int64)).numpy()


def test_augmentation_keeps_within_the_notebooks_ranges():
    """The middle of a face moves by the shift alone: 10 % of 48 pixels on each axis."""
    moved = np.array([middle(image) for image in augmented(np.stack([disc(23.5, 23.5)] * 500))]) - 23.5

    assert np.abs(moved).max() < 0.1 * 48 * 1.15, "a shift is drawn before the zoom of up to 10 %"
    assert np.abs(moved).max() > 0.1 * 48 * 0.85
    assert np.abs(moved.mean(axis=0)).max() < 0.5


def test_augmentation_mirrors_half_of_the_faces():
    on_the_right = np.array([middle(image)[0] > 23.5 for image in augmented(np.stack([disc(38, 23.5)] * 500))])

    assert 0.4 < on_the_right.mean() < 0.6


def test_augmentation_turns_by_no_more_than_ten_degrees():
    angles = []
    for left, right in zip(
        augmented(np.stack([disc(10, 24)] * 300)), augmented(np.stack([disc(38, 24)] * 300)), strict=True
    ):
        (x0, y0), (x1, y1) = middle(left), middle(right)
        angles.append(abs(np.degrees(np.arctan((y1 - y0) / (x1 - x0)))))

    assert 8 < max(angles) < 12.5, "the zoom of each axis by 10 % stretches an angle a little"


def test_the_same_seed_gives_the_same_warps_and_another_gives_others():
    images = np.random.default_rng(0).random((8, 48, 48, 1), np.float32)

    assert np.array_equal(augmented(images), augmented(images))
    assert not np.array_equal(augmented(images), augmented(images, (3, 4)))


def test_edges_are_repeated_outwards():
    assert np.allclose(augmented(np.full((50, 48, 48, 1), 0.7, np.float32)), 0.7)
