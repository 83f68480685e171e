"""Training runs, kept with the dataset as FiftyOne custom runs.

A run stores its model's folder and record: settings, split, training history and metrics. The plugin reads the record
from there, with `record_of`, so that a run can still be reviewed if its model's folder is gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness.data import Split, Thresholds
from expressiveness.errors import ModelError
from expressiveness.models import DEFAULT_MODEL, MODELS, Ability, TrainedModel, load_model, read_record

from ..fields import field_in_the_way
from .dataset_info import MODELS as MODELS_FOLDER
from .dataset_info import work_folder

METHOD = "expressiveness"

FIRST_MODEL = "notebook_cnn"
"""The family of runs from before there was a choice."""


def register_run(
    dataset: fo.Dataset, run: str, record: Mapping[str, Any], folder: Path, *, split_of: str | None = None
) -> None:
    """Register a trained model with a dataset as a run, replacing an earlier run of that name.

    Args:
        dataset: the dataset.
        run: the run's name.
        record: of the model, see `TrainedModel.record`.
        folder: the model's folder.
        split_of: the earlier run whose split was reused.
    """
    if dataset.has_run(run):
        dataset.delete_run(run)
    dataset.register_run(run, dataset.init_run(method=METHOD, model_folder=str(folder), split_of=split_of))
    keep_record(dataset, run, record)


def keep_record(dataset: fo.Dataset, run: str, record: Mapping[str, Any]) -> None:
    """Save the record of a run's model, replacing an earlier one."""
    results = dataset.init_run_results(run)
    results.record = dict(record)
    dataset.save_run_results(run, results, overwrite=True)


def record_of(dataset: fo.Dataset, run: str) -> dict[str, Any]:
    """A run's settings, split, training history and metrics, as in `TrainedModel.record`.

    Raises:
        ModelError: there is no such run, or it has no record and its model's folder is gone.
    """
    _check_known(dataset, run)
    results = dataset.load_run_results(run, cache=False)  # another process may have updated it
    kept = getattr(results, "record", None)
    return kept or read_record(model_folder(dataset, run))


def list_runs(dataset: fo.Dataset) -> list[str]:
    """The names of a dataset's training runs, oldest first."""
    runs = {name: dataset.get_run_info(name) for name in dataset.list_runs()}
    ours = [name for name, info in runs.items() if getattr(info.config, "method", None) == METHOD]
    return sorted(ours, key=lambda name: runs[name].timestamp)


def model_label(dataset: fo.Dataset, run: str) -> str:
    """Which model a run is of, in a few words, as in "Movement, the default"."""
    return about_model(record_of(dataset, run)["config"].get("model", FIRST_MODEL))


def about_model(model: str) -> str:
    """What a kind of model is called, and whether it is the default."""
    label = str(MODELS[model].label).partition(":")[0] if model in MODELS else model
    return f"{label}, the default" if model == DEFAULT_MODEL else label


def runs_able_to(dataset: fo.Dataset, ability: Ability) -> list[str]:
    """The names of the runs whose model has an ability, oldest first; models that are not installed have none."""
    families = {run: record_of(dataset, run)["config"].get("model", FIRST_MODEL) for run in list_runs(dataset)}
    return [run for run, name in families.items() if name in MODELS and ability in MODELS[name].can]


def load_run(dataset: fo.Dataset, run: str) -> TrainedModel:
    """Load a run's model.

    Raises:
        ModelError: there is no such run, or its model's folder is gone.
    """
    return load_model(model_folder(dataset, run))


def measure_of(dataset: fo.Dataset, run: str) -> tuple[str, Thresholds]:
    """The score that a run predicts, and its thresholds."""
    record = record_of(dataset, run)
    return record["config"]["target"], Thresholds(**record["thresholds"])


def run_split(dataset: fo.Dataset, run: str) -> Split:
    """The training, validation and test sets of a run.

    Raises:
        ModelError: as `record_of`.
    """
    return Split(**{name: tuple(ids) for name, ids in record_of(dataset, run)["split"].items()})


def next_run_name(dataset: fo.Dataset, model: str) -> str:
    """A name for the next run of a kind of model: cnn_1, cnn_2, ..., or movement_1, ..."""
    stem = model.rsplit("_", 1)[-1]
    taken = [int(match[1]) for name in dataset.list_runs() if (match := re.fullmatch(rf"{stem}_(\d+)", name))]
    names = (f"{stem}_{number}" for number in count(max(taken, default=0) + 1))
    return next(name for name in names if not field_in_the_way(dataset, name, list_runs(dataset)))


def check_run_name(dataset: fo.Dataset, name: str) -> str:
    """Return the name if a run of that name would overwrite nothing but its own fields.

    Raises:
        ModelError: it is not a valid field name, or conflicts with another field or run.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
        raise ModelError(f"run name {name!r}: use lower-case letters, digits and _, a letter first")
    runs = list_runs(dataset)
    if dataset.has_run(name) and name not in runs:
        raise ModelError(f"run name {name!r}: another program has a run of that name here; choose another name")
    if field := field_in_the_way(dataset, name, [run for run in runs if run != name]):
        sentence = f"it would write over the field {field!r}, which is not its own; choose another"
        raise ModelError(f"run name {name!r}: {sentence}")
    return name


def model_folder(dataset: fo.Dataset, run: str) -> Path:
    """The folder of a run's model: in the dataset's work folder, or else where it was saved after training.

    A clone inherits the runs, and has copies of their models.

    Raises:
        ModelError: there is no such run.
    """
    _check_known(dataset, run)
    own = work_folder(dataset) / MODELS_FOLDER / run
    return own if own.is_dir() else Path(dataset.get_run_info(run).config.model_folder)


def _check_known(dataset: fo.Dataset, run: str) -> None:
    if run not in (runs := list_runs(dataset)):
        known = ", ".join(runs) or "none so far; train a model first"
        raise ModelError(f"{dataset.name} has no run {run!r} (runs: {known})")
