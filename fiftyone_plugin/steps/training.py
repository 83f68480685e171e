"""Train models on a dataset's faces, evaluate them on held-out people, and register them as runs."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo

from expressiveness._io import check_output_folder
from expressiveness.evaluation import FrameTruth, evaluate
from expressiveness.models import MODEL, TrainingConfig, train
from expressiveness.types import Progress

from ..curation import curation_of
from ..dataset import (
    alone_on_dataset,
    check_run_name,
    interviews_of,
    named_neutrals,
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
    """Train on the stored faces with reviewers' corrections, and register the model with the dataset as a run.

    If the model needs more than the faces, that is read from the videos once and stored beside the faces.

    Decisions apply to training and validation. Evaluation on held-out people uses the categories given by their scores,
    ignoring corrections, so that runs before and after curation can be compared.

    Args:
        samples: a dataset of interviews with faces, or a view of one.
        config: the defaults if None. Corrected categories refer to the imported score; for another target, only
        exclusions apply.
        run: the run's name; cnn_1, cnn_2, ... or movement_1, ... if None.
        split_of: an earlier run whose split is reused; interviews that it did not have are left out. If None, a new
        split is made.
        progress: called with the progress of reading, then training, then evaluation.

    Returns:
        The run's name.

    Raises:
        TrainingError: faces are missing, or there are too few people.
        ModelError: there is no run `split_of`, or the run's name is taken, see `check_run_name`.
        OutputError: the model's folder cannot be written, or contains something we did not write.
    """
    dataset, config = samples._root_dataset, config or TrainingConfig()
    run = run or next_run_name(dataset, config.model)
    folder = folder_for(dataset, run)
    split = run_split(dataset, split_of) if split_of else None
    interviews, store = interviews_of(samples), newest_faces(dataset)
    require_faces(samples)
    curation = curation_of(samples, target=config.target)
    neutrals = named_neutrals(dataset)
    model = train(interviews, store, config, split=split, curation=curation, neutrals=neutrals, progress=progress)
    held_out = [interview for interview in interviews if interview.id in set(model.split.test)]
    frame_truth = FrameTruth.labelled(curation)
    model = model.with_evaluation(
        evaluate(model, held_out, store, frame_truth=frame_truth, neutrals=neutrals, progress=progress)
    )
    register_run(dataset, run, model.record(), model.save(folder), split_of=split_of)
    return run


def folder_for(dataset: fo.Dataset, run: str) -> Path:
    """The folder for the model of a new run, after checking that it can be used.

    Raises:
        ModelError: the run's name is taken, see `check_run_name`.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    return check_output_folder(work_folder(dataset) / "models" / check_run_name(dataset, run), kind=MODEL)
