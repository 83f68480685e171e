"""Train the notebook's network on labelled faces, with early stopping on the validation faces."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

from expressiveness.data import CATEGORIES
from expressiveness.errors import TrainingError
from expressiveness.models.cnn.cnn_options import CnnOptions
from expressiveness.models.cnn.labelled_faces import LabelledFaces, Rows, drawn_rows, faces_of
from expressiveness.models.cnn.network import FaceAugmentation, notebook_cnn, with_fused_normalization
from expressiveness.models.cnn.preprocessing import in_units
from expressiveness.models.cnn.training_progress import ProgressOfTraining
from expressiveness.models.training import LabelledClip, SetName, TrainingConfig, TrainingData
from expressiveness.stop_requests import stop_if_asked
from expressiveness.types import Progress

History = dict[str, list[float]]


def fit_network(
    data: TrainingData, options: CnnOptions, *, progress: Progress | None = None, log_folder: Path | None = None
) -> tuple[keras.Model, History]:
    """Train the network; this seeds the random numbers of Python, NumPy and TensorFlow.

    Args:
        data: to learn from.
        options: training options.
        progress: called about once a second; an exception from it stops the training.
        log_folder: for TensorBoard.

    Returns:
        The network, and one value per epoch of loss, accuracy, val_loss, val_accuracy and learning_rate.

    Raises:
        TrainingError: no faces, or a set without faces.
    """
    keras.utils.set_random_seed(data.config.seed)
    sets: tuple[SetName, ...] = ("train", "validation")
    if data.config.split_by == "frame":
        sets += ("test",)
    with closing(_counted(data.clips(*sets), sum(len(getattr(data.split, name)) for name in sets), progress)) as clips:
        faces = faces_of(clips, options.face_input)
    train_rows, validation_rows = _rows(faces, data)
    return _fit(faces, train_rows, validation_rows, data.config, progress, log_folder)


def _counted(clips: Iterable[LabelledClip], count: int, progress: Progress | None) -> Generator[LabelledClip]:
    """Pass on the clips, and say how many have been read."""
    for number, clip in enumerate(clips, start=1):
        if progress:
            progress(number, count, f"faces of {number} of {count} interviews read")
        yield clip


def _rows(faces: LabelledFaces, data: TrainingData) -> tuple[Rows, Rows]:
    """The rows of the training and the validation faces, ascending."""
    if data.config.split_by == "frame":
        train_rows, validation_rows, _ = rows_by_frame(faces, data.config)
        data.faces_dealt = {"train": len(train_rows), "validation": len(validation_rows)}
        return np.sort(train_rows), np.sort(validation_rows)
    learned, judged = (
        np.array([id in ids for id in faces.interview_ids])
        for ids in (set(data.split.train), set(data.split.validation))
    )
    train_rows, validation_rows = (
        np.flatnonzero(mine[faces.interview_index]).astype(np.int32) for mine in (learned, judged)
    )
    if not len(train_rows) or not len(validation_rows):
        raise TrainingError(
            f"{len(train_rows)} faces to train on and {len(validation_rows)} to validate on; "
            "extract the faces of more people's interviews"
        )
    return train_rows, validation_rows


def rows_by_frame(faces: LabelledFaces, config: TrainingConfig) -> tuple[Rows, Rows, Rows]:
    """The notebook's split: by frame, so that everybody is in all sets.

    Returns:
        The rows of the training, the validation and the test faces.
    """
    rest, test_rows = train_test_split(
        np.arange(len(faces)), test_size=config.test_share, random_state=config.seed, stratify=faces.category
    )
    train_rows, validation_rows = train_test_split(
        rest, test_size=config.validation_share, random_state=config.seed, stratify=faces.category[rest]
    )
    return train_rows, validation_rows, test_rows


def _fit(
    faces: LabelledFaces,
    train_rows: Rows,
    validation_rows: Rows,
    config: TrainingConfig,
    progress: Progress | None,
    log_folder: Path | None,
) -> tuple[keras.Model, History]:
    options = config.options
    drawn, judged = (drawn_rows(faces, rows, options.faces_per_clip, None) for rows in (train_rows, validation_rows))
    with _accelerated():
        network = notebook_cnn(momentum=options.momentum)
        trained = with_fused_normalization(network)
        trained.compile(
            optimizer=keras.optimizers.Adam(learning_rate=options.learning_rate),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
    shown = ProgressOfTraining(progress, options, len(drawn), len(judged)) if progress else None
    history = trained.fit(
        _pipeline(faces, train_rows, config, training=True),
        validation_data=_pipeline(faces, validation_rows, config, training=False),
        epochs=options.epochs,
        class_weight=_class_weights(faces.category[drawn]) if options.class_weights else None,
        callbacks=_callbacks(options, shown, log_folder),
        shuffle=False,  # the pipeline shuffles
        verbose=0,
    )
    network.set_weights(trained.get_weights())
    return network, {name: [float(value) for value in values] for name, values in history.history.items()}


def _accelerated() -> Any:
    """Use all visible GPUs, in mixed precision; on a CPU, mixed precision does not help."""
    gpus = tf.config.list_logical_devices("GPU")
    keras.config.set_dtype_policy("mixed_float16" if gpus else "float32")
    strategy = tf.distribute.MirroredStrategy() if len(gpus) > 1 else tf.distribute.get_strategy()
    return strategy.scope()


def _pipeline(faces: LabelledFaces, rows: Rows, config: TrainingConfig, *, training: bool) -> tf.data.Dataset:
    """Batches of faces and one-hot categories, read from disk batch by batch.

    Args:
        faces: to read.
        rows: of `faces`, ascending; an epoch takes some of each clip.
        config: how.
        training: whether faces are drawn at random, shuffled and warped.
    """
    options, epochs, augmentation = config.options, count(), FaceAugmentation()

    def batches() -> Iterator[tuple[npt.NDArray[Any], ...]]:
        random = np.random.default_rng((config.seed, next(epochs)))
        chosen = drawn_rows(faces, rows, options.faces_per_clip, random if training else None)
        if training:
            chosen = random.permutation(chosen)
        for start in range(0, len(chosen), options.batch_size):
            # Each batch has its own seed, so the warps do not depend on the number of threads.
            yield *faces.batch(chosen[start : start + options.batch_size]), random.integers(2**31, size=2)

    def prepared(
        crop: tf.Tensor, reference: tf.Tensor, category: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        inputs = in_units(tf.cast(crop, tf.float32), reference, options.face_input)
        if training and options.augment:
            inputs = augmentation(inputs, seed=seed)
        return inputs, tf.one_hot(category, len(CATEGORIES))

    side = (None, *faces.crop.shape[1:])
    kinds = ((side, tf.uint8), (side, tf.float32), ((None,), tf.int8), ((2,), tf.int64))
    data = tf.data.Dataset.from_generator(batches, output_signature=tuple(tf.TensorSpec(*kind) for kind in kinds))
    of_epoch = math.ceil(len(drawn_rows(faces, rows, options.faces_per_clip, None)) / options.batch_size)
    data = data.apply(tf.data.experimental.assert_cardinality(of_epoch))
    settings = tf.data.Options()
    settings.autotune.enabled = False  # on two cores its thread doubles the time of some epochs
    ready = data.map(prepared, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)
    return ready.with_options(settings)


def _callbacks(
    options: CnnOptions, shown: ProgressOfTraining | None, log_folder: Path | None
) -> list[keras.callbacks.Callback]:
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=options.patience, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(
            monitor="val_loss", factor=0.5, patience=options.rate_patience, min_lr=options.min_learning_rate
        ),
    ]
    callbacks.append(keras.callbacks.LambdaCallback(on_train_batch_end=_look_up))
    if shown:
        callbacks.append(shown)
    if log_folder:
        callbacks.append(keras.callbacks.TensorBoard(log_dir=str(log_folder), write_graph=False))
    return callbacks


def _look_up(*_: Any, **__: Any) -> None:
    """An epoch may take minutes: whoever wants to stop does not wait for its end."""
    stop_if_asked()


def _class_weights(categories: npt.NDArray[np.int8]) -> dict[int, float]:
    """Weights that balance the categories; a category without faces gets none."""
    present = np.unique(categories)
    return dict(zip(present.tolist(), compute_class_weight("balanced", classes=present, y=categories), strict=True))
