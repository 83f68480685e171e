"""Detect faces in a dataset's interviews, and write them as frame labels."""

from __future__ import annotations

from dataclasses import asdict

import fiftyone as fo

from expressiveness.data import Interview
from expressiveness.faces import ExtractionConfig, FaceTable, extract_interviews
from expressiveness.movement import extract_faces_and_movement
from expressiveness.store import ExtractionReport
from expressiveness.types import Progress

from ..curation import CHUNK, expected_categories, writing_frames
from ..dataset import alone_on_dataset, enable_annotation, face_store, interviews_of, keep_info, sample_ids_of


@alone_on_dataset("finding faces")
def detect_faces(
    samples: fo.Dataset | fo.DatasetView,
    config: ExtractionConfig | None = None,
    *,
    movement: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ExtractionReport:
    """Detect faces on the sampled frames and write them as frame labels as videos finish.

    Videos whose faces are already stored are not processed again.

    Args:
        samples: a dataset of interviews, or a view of one.
        config: sampling and detector; the defaults if None.
        movement: read movement in the same pass, which costs less than decoding the videos once more for training.
        workers: processes; None for one per core.
        progress: called with the number of videos done.
    """
    dataset = samples._root_dataset
    store = face_store(dataset, config or ExtractionConfig())
    interviews, sample_ids = interviews_of(samples), sample_ids_of(samples)
    categories = expected_categories(samples)
    keep_info(dataset, extraction=asdict(store.config))
    waiting: dict[str, FaceTable] = {}
    with writing_frames(samples) as frames:

        def write(interview: Interview) -> None:
            waiting[sample_ids[interview.id]] = store.load(interview)
            if len(waiting) >= CHUNK:
                flush()

        def flush() -> None:
            if waiting:
                frames.faces(waiting, categories)
                waiting.clear()

        try:
            read = extract_faces_and_movement if movement else extract_interviews
            return read(interviews, store, workers=workers, progress=progress, on_stored=write)
        finally:
            flush()
            enable_annotation(dataset)
