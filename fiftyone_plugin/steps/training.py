"""Train models on a dataset's faces, judge them on people they have not seen, and keep them as the dataset's runs."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo

from expressiveness._io import check_output_folder
from expressiveness.evaluation import evaluate
from expressiveness.models import MODEL, TrainingConfig, train
from expressiveness.types import Progress

from ..curation import curation_of
from ..dataset import (
    alone_on_dataset,
    check_run_name,
    interviews_of,
    newest_faces,
    next_run_name,
    register_run,
    require_faces,
    run_split,
    work_folder,
)


@alone_on_dataset("training")
def train_model(
    samples: fo.Dataset | fo.DatasetView,
    config: TrainingConfig | None = None,
    *,
    run: str | None = None,
    split_of: str | None = None,
    progress: Progress | None = None,
) -> str:
    """Train on the stored faces, with people's corrections, and keep the model with the dataset as a run.

    What the model needs of the videos beside their faces is read once, and kept beside the faces.

    What people decided counts in training and validation. The run is judged on its held-out people by the categories
    that their scores give, whatever was corrected, so that a run after curation can be compared with the one before it.

    Args:
        samples: a dataset of interviews with faces, or a view of one.
        config: the defaults if None. Categories that people set are about the score that the dataset was imported with;
            for another target only what they left out is honoured.
        run: the run's name; cnn_1, cnn_2, ... or movement_1, ... if None.
        split_of: an earlier run, whose people train, validate and test again; interviews that it did not know have no
            part. A new split, made from `config`, if None.
        progress: told how far it is: of reading, then of learning, then of judging.

    Returns:
        The run's name.

    Raises:
        TrainingError: faces are missing, or there are too few people.
        ModelError: there is no run `split_of`, or the run's name is taken, see `check_run_name`.
        OutputError: the model's folder cannot be written, or holds something that we did not write.
    """
    dataset, config = samples._root_dataset, config or TrainingConfig()
    run = run or next_run_name(dataset, config.model)
    folder = folder_for(dataset, run)
    split = run_split(dataset, split_of) if split_of else None
    interviews, store = interviews_of(samples), newest_faces(dataset)
    require_faces(samples)
    curation = curation_of(samples, target=config.target)
    model = train(interviews, store, config, split=split, curation=curation, progress=progress)
    held_out = [interview for interview in interviews if interview.id in set(model.split.test)]
    model = model.with_evaluation(evaluate(model, held_out, store, progress=_judging(progress)))
    register_run(dataset, run, model.record(), model.save(folder), split_of=split_of)
    return run


def folder_for(dataset: fo.Dataset, run: str) -> Path:
    """Where the model of a new run goes, once nothing is in its way.

    Raises:
        ModelError: the run's name is taken, see `check_run_name`.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    return check_output_folder(work_folder(dataset) / "models" / check_run_name(dataset, run), kind=MODEL)


def _judging(progress: Progress | None) -> Progress | None:
    """Say how much is judged; the bar, which training has filled, does not go back."""
    if progress is None:
        return None
    return lambda done, total, _note="": progress(1, 1, f"{done} of {total} held-out videos judged")
