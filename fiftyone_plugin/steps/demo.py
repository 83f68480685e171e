"""Run the whole workflow on sample interviews: render, import, detect faces, train, predict, evaluate, review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness._io import check_output_folder
from expressiveness.models import MODEL
from expressiveness.samples import render_sample_interviews
from expressiveness.store import ExtractionReport
from expressiveness.types import Progress

from ..dataset import info_of, keep_info, record_of, set_work_folder
from ..review import MISCLASSIFIED_FRAMES, save_review_views
from .detecting import detect_faces
from .importing import ImportReport, import_interviews
from .predicting import PredictionReport, predict
from .training import train_model

RUN = "demo"


@dataclass(frozen=True, slots=True)
class Size:
    """How much a demo renders and trains, and where it is stored."""

    dataset: str
    folder: str  # inside the user's folder
    participants: int
    clips_per_participant: int
    seconds: float  # of a short clip


FULL = Size("expressiveness-demo", ".", 20, 3, 4.0)
QUICK = Size("expressiveness-demo-quick", "quick", 6, 2, 1.5)
"""Runs every step, but on too little data to learn from."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The results of the demo's steps."""

    dataset: str
    run: str
    imported: ImportReport
    extracted: ExtractionReport
    predicted: PredictionReport
    evaluation: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The result, ready for JSON."""
        return {
            "dataset": self.dataset,
            "run": self.run,
            "imported": self.imported.as_dict(),
            "extracted": self.extracted.as_dict(),
            "predicted": self.predicted.as_dict(),
            "evaluation": self.evaluation,
        }

    def summary(self) -> str:
        """The results in a few lines of text."""
        video = self.evaluation["video"]
        failed = len(self.imported.failures) + len(self.extracted.failures) + len(self.predicted.failures)
        return (
            f"{self.imported.added + self.imported.updated} synthetic interviews, {failed} failed; "
            f"{self.predicted.frames} frames judged.\n"
            f"{self.evaluation['verdict']}\n"
            f"On {video['n']} videos of {self.evaluation['participants']} people the model has not seen: accuracy "
            f"{video['accuracy']:.2f} (majority class {video['majority_accuracy']:.2f}), "
            f"Spearman {video['spearman'] or 0:.2f}.\n"
            f'The dataset {self.dataset} holds the saved view "{MISCLASSIFIED_FRAMES}".'
        )


def run_demo(
    folder: Path,
    *,
    size: Size = FULL,
    workers: int | None = None,
    on_step: Callable[[str], None],
    progress: Progress | None = None,
) -> DemoResult:
    """Run every step, reusing what an earlier run left.

    Args:
        folder: for the interviews, faces and models.
        size: `FULL` or `QUICK`.
        workers: processes for rendering and face detection; None for one per core.
        on_step: told what is being done.
        progress: called with how much of the step is done.
    """
    folder = folder / size.folder
    check_output_folder(folder / "models" / RUN, kind=MODEL)
    on_step("1/6  Rendering synthetic sample interviews")
    interviews = render_sample_interviews(
        folder / "interviews",
        participants=size.participants,
        clips_per_participant=size.clips_per_participant,
        seconds=size.seconds,
        workers=workers,
        progress=progress,
    )
    on_step("2/6  Importing them into FiftyOne")
    imported = import_interviews(interviews, size.dataset, replace_rows=_is_demo(size.dataset), progress=progress)
    dataset = fo.load_dataset(size.dataset)
    keep_info(dataset, demo=True)
    set_work_folder(dataset, folder)
    on_step("3/6  Finding faces")
    extracted = detect_faces(dataset, workers=workers, progress=progress)
    on_step("4/6  Reading how the faces move, training, and judging the model on people it has not seen")
    train_model(dataset, run=RUN, progress=progress)
    on_step("5/6  Judging every frame")
    predicted = predict(dataset, RUN, progress=progress)
    on_step("6/6  Saving the review")
    save_review_views(dataset, RUN)
    return DemoResult(size.dataset, RUN, imported, extracted, predicted, record_of(dataset, RUN)["evaluation"])


def _is_demo(dataset: str) -> bool:
    """Whether a dataset was made by an earlier demo, from any folder, so it is safe to replace."""
    return fo.dataset_exists(dataset) and bool(info_of(fo.load_dataset(dataset)).get("demo"))
