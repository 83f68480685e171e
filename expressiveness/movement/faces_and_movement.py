"""Read a video's faces and movement in one pass, since decoding takes as long as the analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from expressiveness.data import Interview
from expressiveness.faces import (
    READ_AHEAD,
    Detector,
    DetectorMaker,
    ExtractionConfig,
    FaceReading,
    FaceStore,
    FaceTable,
    counts_of,
    detector_of_process,
    maker_for_workers,
    some_at_once,
)
from expressiveness.movement.landmarks import (
    SAMPLING,
    Landmarker,
    MovementReading,
    landmarker_of_process,
    read_movement,
)
from expressiveness.movement.movement_store import MovementStore
from expressiveness.movement.movement_table import Movement
from expressiveness.parallel import Executor, run
from expressiveness.store import Extracted, ExtractionReport, Job, handing_over
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS, Shortfall, all_read, read_frames_for

_Tables = tuple[FaceTable, Movement, "Shortfall | None"]


def read_faces_and_movement(
    video: Path | str,
    config: ExtractionConfig,
    *,
    detector: Detector,
    landmarker: Landmarker,
    max_pixels: int = MAX_PIXELS,
) -> tuple[FaceTable, Movement]:
    """Read what `extract_faces` and `read_movement` read, decoding the video once.

    Args:
        video: any video file.
        config: which faces are found.
        detector: must match `config`.
        landmarker: reads the movement.
        max_pixels: the most pixels a frame may have.

    Raises:
        VideoError: the video is missing, its frames are too large, or nothing decodes.
    """
    faces, movement = FaceReading(config, detector), MovementReading(landmarker)
    frames = read_frames_for(video, [config.sampling, SAMPLING], max_pixels=max_pixels)
    for frame, (for_faces, for_movement) in some_at_once(frames, READ_AHEAD, size=lambda read: read[0].rgb.nbytes):
        if for_faces and not faces.is_done:
            faces.look_at(frame)
        if for_movement:
            movement.look_at(frame)
    found = faces.table()
    return found, movement.table(found)


def extract_faces_and_movement(
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    workers: int | None = None,
    timeout: float | None = 600.0,
    progress: Progress | None = None,
    on_stored: Callable[[Interview], None] | None = None,
    executor: Executor = run,
    hand_over: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> ExtractionReport:
    """Do what `extract_interviews` and then `extract_movements` do, decoding each video once.

    Of a video whose faces are stored already, only the movement is read.

    Args:
        interviews: whose videos to read.
        store: where the faces go; the movement goes beside them.
        workers: processes; None for one per core.
        timeout: seconds allowed per video; None for no limit.
        progress: called after each interview.
        on_stored: called in this process with each interview whose tables are stored, starting with those already
            there.
        executor: runs the work, on this machine or a cluster.
        hand_over: have workers send their tables to this process, if their machines do not share the store's disk.
        max_pixels: the most pixels a frame may have; a video with larger ones fails.

    Raises:
        StoreError: the store cannot be written.
        ClusterError: the executor's cluster cannot be reached.
        BusyError: another run is writing to the store.
        ConfigError: there is no such detector, or workers could not import it.
    """
    read = partial(_read_tables, maker_for_workers(store.config.detector))
    return _FacesAndMovement(store.root, store.config).fill(
        interviews,
        partial(_read_into_store, read),
        workers=workers,
        timeout=timeout,
        progress=progress,
        on_stored=on_stored,
        executor=handing_over(executor, read, _save) if hand_over else executor,
        max_pixels=max_pixels,
    )


class _FacesAndMovement(FaceStore):
    """A face store in which an interview is stored only with its movement."""

    def has(self, interview: Interview) -> bool:
        return super().has(interview) and MovementStore.beside(self).has(interview)


def _read_into_store(read: Callable[[Job[_FacesAndMovement]], _Tables], job: Job[_FacesAndMovement]) -> Extracted:
    return _save(job, read(job))


def _read_tables(maker: DetectorMaker, job: Job[_FacesAndMovement]) -> _Tables:
    video, config, landmarker = job.interview.video, job.store.config, landmarker_of_process()
    faces = MovementStore.beside(FaceStore(job.store.root, config)).faces_of(job.interview)
    if faces is not None:
        movement = read_movement(video, faces=faces, landmarker=landmarker, max_pixels=job.max_pixels)
    else:
        detector = detector_of_process(config, maker)
        faces, movement = read_faces_and_movement(
            video, config, detector=detector, landmarker=landmarker, max_pixels=job.max_pixels
        )
    return faces, movement, all_read(video, config.sampling, faces.sampled_number.tolist())


def _save(job: Job[_FacesAndMovement], read: _Tables) -> Extracted:
    faces, movement, cut_short = read
    job.store.save(job.interview, faces)
    MovementStore.beside(job.store).save(job.interview, movement)
    return counts_of(faces, cut_short)
