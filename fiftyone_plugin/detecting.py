"""Find the faces of a dataset's interviews, and write them as frame labels."""

from __future__ import annotations

from dataclasses import asdict

import fiftyone as fo

from expressiveness.extraction import ExtractionConfig, extract_interviews
from expressiveness.faces import FaceTable
from expressiveness.interviews import Interview
from expressiveness.stores import ExtractionReport, Progress

from .annotation import enable_annotation
from .contents import interviews_of, sample_ids_of
from .dataset_info import face_store, keep_info
from .deciding import record_hand_edits
from .face_states import expected_categories
from .ingest import CHUNK, write_faces
from .working import alone_on_dataset


@alone_on_dataset("finding faces")
def detect_faces(
    samples: fo.Dataset | fo.DatasetView,
    config: ExtractionConfig | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ExtractionReport:
    """Find faces on the sampled frames and write them as frame labels, video by video as they are done.

    Faces that the store holds are not looked for again.

    Args:
        samples: a dataset of interviews, or a view of one.
        config: which frames, which detector; the defaults if None.
        workers: processes; None for one a core.
        progress: called with how many videos are done.
    """
    dataset = samples._root_dataset
    store = face_store(dataset, config or ExtractionConfig())
    interviews, sample_ids = interviews_of(samples), sample_ids_of(samples)
    record_hand_edits(samples)
    categories = expected_categories(samples)
    keep_info(dataset, extraction=asdict(store.config))
    waiting: dict[str, FaceTable] = {}

    def write(interview: Interview) -> None:
        waiting[sample_ids[interview.id]] = store.load(interview)
        if len(waiting) >= CHUNK:
            flush()

    def flush() -> None:
        if waiting:
            write_faces(dataset, waiting, categories)
            waiting.clear()

    try:
        return extract_interviews(interviews, store, workers=workers, progress=progress, on_stored=write)
    finally:
        flush()
        enable_annotation(dataset)
