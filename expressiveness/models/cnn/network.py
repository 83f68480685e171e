"""The notebook's convolutional network, layer for layer, and its augmentation as one Keras layer."""

from __future__ import annotations

import math
from typing import Any

import keras
import tensorflow as tf

from expressiveness.data import CATEGORIES
from expressiveness.faces import CROP_SIZE

ROTATION_DEGREES = 10.0
SHIFT = 0.1  # of the crop's side
ZOOM = 0.1


def notebook_cnn(*, momentum: float = 0.9) -> keras.Sequential:
    """Build the notebook's network: 1,275,267 parameters.

    It takes faces of shape (n, 48, 48, 1) and gives probabilities of shape (n, 3), in the order of `CATEGORIES`.

    Args:
        momentum: of batch normalisation; affects training only. The notebook uses Keras's default of 0.99, with which
            the running statistics take about 300 steps to settle: with a few hundred faces, validation accuracy does
            not improve before early stopping ends the training.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input(shape=(CROP_SIZE, CROP_SIZE, 1)),
            *_convolution_block(32, momentum),
            *_convolution_block(64, momentum),
            *_convolution_block(128, momentum),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.BatchNormalization(momentum=momentum),
            layers.Dropout(0.5),
            # float32 even with mixed precision: a float16 softmax is inaccurate
            layers.Dense(len(CATEGORIES), activation="softmax", dtype="float32"),
        ],
        name="notebook_cnn",
    )


def _convolution_block(filters: int, momentum: float) -> list[keras.Layer]:
    layers = keras.layers
    return [
        layers.Conv2D(filters, (3, 3), padding="same"),
        layers.BatchNormalization(momentum=momentum),
        layers.Activation("relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
    ]


def with_fused_normalization(network: keras.Sequential) -> keras.Sequential:
    """Rebuild a network with TensorFlow's fused batch normalisation for images.

    Keras 3 composes it of a dozen operations, which take a fifth of a training step on a CPU. The fused one uses the
    unbiased running variance, which makes no practical difference. The other layers are shared with the original
    network; copy the weights back after training to update its normalisation, too.
    """
    fused = keras.Sequential([keras.layers.Input(network.input_shape[1:]), *map(_fused, network.layers)])
    fused.set_weights(network.get_weights())
    return fused


def _fused(layer: keras.Layer) -> keras.Layer:
    is_of_images = isinstance(layer, keras.layers.BatchNormalization) and layer.input.ndim == 4
    return _FusedNormalization.from_config(layer.get_config()) if is_of_images else layer


class _FusedNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # keras has no type information
    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training:
            return super().call(images, training=False)
        normal, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            images, self.gamma, self.beta, epsilon=self.epsilon, is_training=True
        )
        for running, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            running.assign(running * self.momentum + batch * (1 - self.momentum))
        return normal


class FaceAugmentation(keras.layers.Layer):  # type: ignore[misc]  # keras has no type information
    """The notebook's augmentation as one warp: rotation, shifts, zoom of each axis, and mirroring.

    Four Keras layers would resample a face four times. Here, as in `ImageDataGenerator`, one matrix resamples it once,
    at a quarter of the cost, and edge pixels are repeated outwards.
    """

    def call(self, faces: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Warp each face by its own random matrix.

        Args:
            faces: (n, height, width, channels).
            seed: two integers.
        """
        shape = tf.shape(faces)
        warps = _random_warps(shape[0], tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32), seed)
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=faces,
            transforms=warps,
            output_shape=shape[1:3],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode="NEAREST",
        )


def _random_warps(count: Any, height: Any, width: Any, seed: tf.Tensor) -> tf.Tensor:
    """Draw projective transforms from output to input pixels, in TensorFlow's form, shape (count, 8)."""
    draws = tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)
    angle = draws[0] * math.radians(ROTATION_DEGREES)
    shift_x, shift_y = draws[1] * SHIFT * width, draws[2] * SHIFT * height
    zoom_x, zoom_y = 1 + draws[3] * ZOOM, 1 + draws[4] * ZOOM
    mirror = tf.sign(draws[5])
    a, b = mirror * zoom_x * tf.cos(angle), -mirror * zoom_x * tf.sin(angle)
    c, d = zoom_y * tf.sin(angle), zoom_y * tf.cos(angle)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    offset_x = middle_x - a * middle_x - b * middle_y + shift_x
    offset_y = middle_y - c * middle_x - d * middle_y + shift_y
    zero = tf.zeros_like(a)
    return tf.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1)
