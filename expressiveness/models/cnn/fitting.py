"""Train the notebook's network on labelled faces, with early stopping on the validation faces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
from expressiveness.models.cnn.network import FaceAugmentation, notebook_cnn, with_fused_normalization
from expressiveness.models.cnn.preprocessing import FaceInput, in_units, reference_face
from expressiveness.models.training import LabelledClip, TrainingConfig, TrainingData
from expressiveness.stop_requests import stop_if_asked
from expressiveness.types import Progress
from expressiveness.wording import counted

Rows = npt.NDArray[np.int64]
History = dict[str, list[float]]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFaces:
    """n faces of k interviews."""

    interview_ids: tuple[str, ...]  # k
    crop: npt.NDArray[np.uint8]  # (n, 48, 48)
    reference: npt.NDArray[np.float32]  # (k, 48, 48) subtracted from each crop: the clip's mean face, or 0
    interview_index: npt.NDArray[np.int32]  # (n,) into interview_ids
    category: npt.NDArray[np.int32]  # (n,) into CATEGORIES

    def __len__(self) -> int:
        return len(self.crop)

    def __repr__(self) -> str:
        return f"LabelledFaces({counted(len(self), 'face')} of {counted(len(self.interview_ids), 'interview')})"


def faces_of(clips: Iterable[LabelledClip], face_input: FaceInput) -> LabelledFaces:
    """Collect the faces of clips, except those excluded in review.

    Raises:
        TrainingError: there are none.
    """
    kept = [(clip, clip.face_category >= 0, reference_face(clip.faces, face_input)) for clip in clips]
    if not kept:
        raise TrainingError("none of the interviews has a face; extract faces first (expressiveness extract)")
    return LabelledFaces(
        interview_ids=tuple(clip.interview.id for clip, _, _ in kept),
        crop=np.concatenate([clip.faces.crop[rows] for clip, rows, _ in kept]),
        reference=np.stack([reference for _, _, reference in kept]),
        interview_index=np.repeat(np.arange(len(kept), dtype=np.int32), [rows.sum() for _, rows, _ in kept]),
        category=np.concatenate([clip.face_category[rows] for clip, rows, _ in kept]),
    )


def fit_network(
    data: TrainingData, options: CnnOptions, *, progress: Progress | None = None, log_folder: Path | None = None
) -> tuple[keras.Model, History]:
    """Train the network; this seeds the random numbers of Python, NumPy and TensorFlow.

    Args:
        data: to learn from.
        options: training options.
        progress: called after each epoch; an exception from it stops the training.
        log_folder: for TensorBoard.

    Returns:
        The network, and one value per epoch of loss, accuracy, val_loss, val_accuracy and learning_rate.

    Raises:
        TrainingError: no faces, or a set without faces.
    """
    keras.utils.set_random_seed(data.config.seed)
    sets = ("train", "validation", "test") if data.config.split_by == "frame" else ("train", "validation")
    faces = faces_of(data.clips(*sets), options.face_input)
    train_rows, validation_rows = _rows(faces, data)
    return _fit(faces, train_rows, validation_rows, data.config, progress, log_folder)


def _rows(faces: LabelledFaces, data: TrainingData) -> tuple[Rows, Rows]:
    """The rows of the training and the validation faces."""
    if data.config.split_by == "frame":
        train_rows, validation_rows, _ = rows_by_frame(faces, data.config)
        data.faces_dealt = {"train": len(train_rows), "validation": len(validation_rows)}
        return train_rows, validation_rows
    sets = np.array([data.split.set_of(id) or "" for id in faces.interview_ids])[faces.interview_index]
    train_rows, validation_rows = np.flatnonzero(sets == "train"), np.flatnonzero(sets == "validation")
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
    with _accelerated():
        network = notebook_cnn(momentum=options.momentum)
        trained = with_fused_normalization(network)
        trained.compile(
            optimizer=keras.optimizers.Adam(learning_rate=options.learning_rate),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
    history = trained.fit(
        _pipeline(faces, train_rows, config, training=True),
        validation_data=_pipeline(faces, validation_rows, config, training=False),
        epochs=options.epochs,
        class_weight=_class_weights(faces.category[train_rows]) if options.class_weights else None,
        callbacks=_callbacks(options, progress, log_folder),
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
    """Batches of faces and one-hot categories; crops are converted to floats batch by batch, to save memory."""
    augmentation = FaceAugmentation()
    crops, references = tf.constant(faces.crop), tf.constant(faces.reference)
    clips, categories = tf.constant(faces.interview_index), tf.constant(faces.category)

    def load(batch: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = tf.cast(tf.gather(crops, batch), tf.float32)
        inputs = in_units(chosen, tf.gather(references, tf.gather(clips, batch)), config.options.face_input)
        if training and config.options.augment:
            inputs = augmentation(inputs, seed=seed)
        return inputs, tf.one_hot(tf.gather(categories, batch), len(CATEGORIES))

    data = tf.data.Dataset.from_tensor_slices(rows)
    if training:
        data = data.shuffle(len(rows), seed=config.seed, reshuffle_each_iteration=True)
    # Each batch has its own seed, so the warps do not depend on the number of threads.
    seeds = tf.data.Dataset.random(config.seed, rerandomize_each_iteration=True).batch(2)
    batches = tf.data.Dataset.zip((data.batch(config.options.batch_size), seeds))
    options = tf.data.Options()
    options.autotune.enabled = False  # on two cores its thread doubles the time of some epochs
    loaded = batches.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)
    return loaded.with_options(options)


def _callbacks(
    options: CnnOptions, progress: Progress | None, log_folder: Path | None
) -> list[keras.callbacks.Callback]:
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=options.patience, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(
            monitor="val_loss", factor=0.5, patience=options.rate_patience, min_lr=options.min_learning_rate
        ),
    ]
    callbacks.append(keras.callbacks.LambdaCallback(on_train_batch_end=_look_up))
    if progress:
        report = progress

        def say(epoch: int, logs: dict[str, float]) -> None:
            words = f"epoch {epoch + 1} of {options.epochs} at most, validation accuracy {logs['val_accuracy']:.2f}"
            report(epoch + 1, options.epochs, words)

        callbacks.append(keras.callbacks.LambdaCallback(on_epoch_end=say))
    if log_folder:
        callbacks.append(keras.callbacks.TensorBoard(log_dir=str(log_folder), write_graph=False))
    return callbacks


def _look_up(*_: Any, **__: Any) -> None:
    """An epoch may take minutes: whoever wants to stop does not wait for its end."""
    stop_if_asked()


def _class_weights(categories: npt.NDArray[np.int32]) -> dict[int, float]:
    """Weights that balance the categories; a category without faces gets none."""
    present = np.unique(categories)
    return dict(zip(present.tolist(), compute_class_weight("balanced", classes=present, y=categories), strict=True))
