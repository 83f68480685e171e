"""Train a network on labelled faces, and record what was done.

Start at `train`. Early stopping watches the validation people; the test people are never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

from expressiveness.data import CATEGORIES, Curation, Interview, Split
from expressiveness.errors import TrainingError
from expressiveness.faces import FaceStore
from expressiveness.models.cnn import FaceAugmentation, notebook_cnn, with_fused_normalization
from expressiveness.models.learning.labelled import LabelledFaces, label_faces
from expressiveness.models.learning.movement_training import train_movement
from expressiveness.models.learning.objective import objective_of
from expressiveness.models.preprocessing import INPUT_UNIT
from expressiveness.models.trained_model import TrainedModel
from expressiveness.models.training_config import TrainingConfig

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Epoch:
    """How training stands after an epoch."""

    number: int  # from 1
    of: int
    metrics: dict[str, float]  # loss, accuracy, val_loss, val_accuracy, learning_rate


def train(
    interviews: Sequence[Interview],
    store: FaceStore,
    config: TrainingConfig | None = None,
    *,
    split: Split | None = None,
    curation: Curation | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
    log_folder: Path | None = None,
) -> TrainedModel:
    """Train the notebook's network, or the model that `config` names.

    Args:
        interviews: whose stored faces to learn from; those without faces are passed over and counted.
        store: holds their faces.
        config: the defaults if None. Seeds Python's, NumPy's and TensorFlow's random numbers.
        split: who trains, validates and tests; made from `config` if None.
        curation: what people decided about faces and interviews. It changes what is learned, never the test, whose
            faces keep the categories that their scores give; decisions about people of the test are not counted.
        on_epoch: called after each epoch; what it raises stops the training.
        log_folder: for TensorBoard.

    Raises:
        TrainingError: too few people, no faces, or a set without faces.
    """
    config = config or TrainingConfig()
    if config.model == "movement":
        return train_movement(interviews, store, config, split=split, curation=curation)
    keras.utils.set_random_seed(config.seed)
    objective = objective_of(interviews, config, split)
    split = objective.split
    if curation and config.split_by == "participant":
        curation = curation.about({*split.train, *split.validation})
    faces = label_faces(
        interviews,
        store,
        target=config.target,
        thresholds=objective.thresholds,
        face_input=config.face_input,
        curation=curation,
    )
    train_rows, validation_rows = _rows(faces, split, config)
    network, history = _fit(faces, train_rows, validation_rows, config, on_epoch, log_folder)
    return TrainedModel(
        network=network,
        config=config,
        extraction=store.config,
        thresholds=objective.thresholds,
        category_scores=objective.category_scores,
        split=split,
        history=history,
        data=_data_record(faces, split, train_rows, validation_rows),
    )


def _rows(faces: LabelledFaces, split: Split, config: TrainingConfig) -> tuple[Rows, Rows]:
    """The rows of the training and the validation faces."""
    if config.split_by == "frame":
        train_rows, validation_rows, _ = rows_by_frame(faces, config)
        return train_rows, validation_rows
    sets = np.array([split.set_of(interview.id) or "" for interview in faces.interviews])[faces.interview_index]
    train_rows, validation_rows = np.flatnonzero(sets == "train"), np.flatnonzero(sets == "validation")
    if not len(train_rows) or not len(validation_rows):
        raise TrainingError(
            f"{len(train_rows)} faces to train on and {len(validation_rows)} to validate on; "
            "extract the faces of more people's interviews"
        )
    return train_rows, validation_rows


def rows_by_frame(faces: LabelledFaces, config: TrainingConfig) -> tuple[Rows, Rows, Rows]:
    """The notebook's split: frames dealt out one by one, so that everybody is on every side.

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
    on_epoch: Callable[[Epoch], None] | None,
    log_folder: Path | None,
) -> tuple[keras.Model, dict[str, list[float]]]:
    with _accelerated():
        network = notebook_cnn(momentum=config.momentum)
        trained = with_fused_normalization(network)
        trained.compile(
            optimizer=keras.optimizers.Adam(learning_rate=config.learning_rate),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
    history = trained.fit(
        _pipeline(faces, train_rows, config, training=True),
        validation_data=_pipeline(faces, validation_rows, config, training=False),
        epochs=config.epochs,
        class_weight=_class_weights(faces.category[train_rows]) if config.class_weights else None,
        callbacks=_callbacks(config, on_epoch, log_folder),
        shuffle=False,  # the pipeline shuffles
        verbose=0,
    )
    network.set_weights(trained.get_weights())
    return network, {name: [float(value) for value in values] for name, values in history.history.items()}


def _accelerated() -> Any:
    """Use every visible GPU, in mixed precision; on a CPU neither helps."""
    gpus = tf.config.list_logical_devices("GPU")
    keras.config.set_dtype_policy("mixed_float16" if gpus else "float32")
    strategy = tf.distribute.MirroredStrategy() if len(gpus) > 1 else tf.distribute.get_strategy()
    return strategy.scope()


def _pipeline(faces: LabelledFaces, rows: Rows, config: TrainingConfig, *, training: bool) -> tf.data.Dataset:
    """Batches of faces and one-hot categories; crops stay bytes until their batch is made."""
    augmentation = FaceAugmentation()
    crops, references = tf.constant(faces.crop), tf.constant(faces.reference)
    clips, categories = tf.constant(faces.interview_index), tf.constant(faces.category)

    def load(batch: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        deviation = tf.cast(tf.gather(crops, batch), tf.float32) - tf.gather(references, tf.gather(clips, batch))
        inputs = deviation[..., tf.newaxis] / INPUT_UNIT[config.face_input]
        if training and config.augment:
            inputs = augmentation(inputs, seed=seed)
        return inputs, tf.one_hot(tf.gather(categories, batch), len(CATEGORIES))

    data = tf.data.Dataset.from_tensor_slices(rows)
    if training:
        data = data.shuffle(len(rows), seed=config.seed, reshuffle_each_iteration=True)
    # Each batch brings its own seed, so that a run draws the same warps on any number of threads.
    seeds = tf.data.Dataset.random(config.seed, rerandomize_each_iteration=True).batch(2)
    batches = tf.data.Dataset.zip((data.batch(config.batch_size), seeds))
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread makes the steps of some epochs take twice as long on two cores
    loaded = batches.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)
    return loaded.with_options(options)


def _callbacks(
    config: TrainingConfig, on_epoch: Callable[[Epoch], None] | None, log_folder: Path | None
) -> list[keras.callbacks.Callback]:
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=config.patience, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(
            monitor="val_loss", factor=0.5, patience=config.rate_patience, min_lr=config.min_learning_rate
        ),
    ]
    if on_epoch:
        report = on_epoch
        callbacks.append(
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report(
                    Epoch(epoch + 1, config.epochs, {name: float(value) for name, value in logs.items()})
                )
            )
        )
    if log_folder:
        callbacks.append(keras.callbacks.TensorBoard(log_dir=str(log_folder), write_graph=False))
    return callbacks


def _class_weights(categories: npt.NDArray[np.int32]) -> dict[int, float]:
    """Weights that let each category count alike; a category without faces gets none."""
    present = np.unique(categories)
    return dict(zip(present.tolist(), compute_class_weight("balanced", classes=present, y=categories), strict=True))


def _data_record(faces: LabelledFaces, split: Split, train_rows: Rows, validation_rows: Rows) -> dict[str, Any]:
    return {
        "interviews": len(faces.interviews),
        "participants": {
            name: len({i.participant for i in faces.interviews if split.set_of(i.id) == name})
            for name in ("train", "validation", "test")
        },
        "faces": {"train": len(train_rows), "validation": len(validation_rows)},
        "train_faces_by_category": {
            name: int((faces.category[train_rows] == index).sum()) for index, name in enumerate(CATEGORIES)
        },
        "passed_over": {failure.id: failure.reason for failure in faces.passed_over},
        "excluded_faces": faces.excluded,
        "corrected_faces": faces.corrected,
    }
