"""An epoch of training: our pipeline against the notebook's `ImageDataGenerator`, at its batch size of 32."""

from __future__ import annotations

import keras
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from benchmarks.speed.rows import Row, seconds
from expressiveness.models import LabelledFaces, TrainingConfig, notebook_cnn
from expressiveness.models.cnn.fitting import _pipeline
from expressiveness.models.cnn.network import with_fused_normalization

FACES, TURNS = 2048, 7


def turns(_clip, _folder):
    random = np.random.default_rng(0)
    crops = random.integers(0, 256, (FACES, 48, 48)).astype(np.uint8)
    categories = random.integers(0, 3, FACES).astype(np.int8)
    config = TrainingConfig.notebook()
    fits = [
        (compiled(notebook_cnn()).fit, notebook_batches(crops, categories, config)),
        (compiled(with_fused_normalization(notebook_cnn())).fit, our_batches(crops, categories, config)),
    ]
    for fit, batches in fits:
        fit(batches, epochs=1, verbose=0)  # builds the graph, once
    for _ in range(TURNS):
        ours, notebook = (seconds(lambda work=work: work[0](work[1], epochs=1, verbose=0)) for work in reversed(fits))
        yield ours, notebook


def notebook_batches(crops, categories, config):
    generator = ImageDataGenerator(
        rotation_range=10, width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True, zoom_range=0.1
    )
    inputs = crops[..., np.newaxis].astype(np.float32) / 255
    return generator.flow(inputs, keras.utils.to_categorical(categories, 3), batch_size=config.options.batch_size)


def our_batches(crops, categories, config):
    faces = LabelledFaces(
        interview_ids=(),
        crop=crops,
        reference=np.zeros((1, 48, 48), dtype=np.float32),
        interview_index=np.zeros(FACES, dtype=np.int32),
        category=categories,
    )
    return _pipeline(faces, np.arange(FACES), config, training=True)


def compiled(network):
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss="categorical_crossentropy", metrics=["accuracy"])
    return network


ROW = Row(
    what=f"an epoch of {FACES} faces, batches of 32",
    ways=("our pipeline", "ImageDataGenerator, as in the notebook"),
    bound="<=",
    target=0.9,
    turns=turns,
)
