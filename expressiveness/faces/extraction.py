"""From a video to its table of faces, and from many videos to the face store.

`extract_faces` is a pure function of a video and an `ExtractionConfig`. `extract_interviews` runs it over many
interviews and puts each table into a `FaceStore` as it is done, so that stopping at any moment loses at most the
videos in flight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from expressiveness.data import Interview
from expressiveness.faces.config import ExtractionConfig
from expressiveness.faces.crops import face_crop
from expressiveness.faces.detection import FaceDetector
from expressiveness.faces.face_store import FaceStore
from expressiveness.faces.face_table import FaceTable, FaceTableBuilder
from expressiveness.parallel import Executor, Outcome, run
from expressiveness.store import Extracted, ExtractionReport, Job, alone_in_store, fill_store
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS, Frame, Sampling, Shortfall, all_read, read_frames

READ_AHEAD = 8
"""Frames in memory at once; detecting on eight after decoding eight costs a tenth less than one by one."""

READ_AHEAD_BYTES = 200 * 2**20
"""The most that these frames may fill: eight of 4K video. Of larger ones there are fewer."""


def extract_faces(
    video: Path,
    config: ExtractionConfig | None = None,
    *,
    detector: FaceDetector | None = None,
    max_pixels: int = MAX_PIXELS,
) -> FaceTable:
    """Find and cut out the faces of a video's sampled frames.

    Args:
        video: any video file.
        config: the defaults if None.
        detector: reused if given; it must match `config`.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the video is missing, its pictures are too large, or nothing in it decodes.
        DetectorError: the detector's model files are not installed.
    """
    config = config or ExtractionConfig()
    if detector is None:
        with FaceDetector(config.detector, confidence=config.confidence) as own:
            return extract_faces(video, config, detector=own, max_pixels=max_pixels)
    table = FaceTableBuilder()
    for frame in _read_ahead(video, config.sampling, max_pixels):
        faces = detector.detect(frame.rgb)
        table.add(
            frame.number, frame.seconds, ((face, face_crop(frame.rgb, face, align=config.align)) for face in faces)
        )
        if table.frames_with_a_face == config.sampling.max_faces:
            break
    return table.build()


def _read_ahead(video: Path, sampling: Sampling, max_pixels: int) -> Iterator[Frame]:
    """Yield the sampled frames, some decoded at once: decoder and detector in turns empty each other's caches."""
    ahead = 1 if sampling.max_faces else READ_AHEAD  # where faces are counted, the next frame may not be wanted
    waiting: deque[Frame] = deque()
    for frame in read_frames(video, sampling, max_pixels=max_pixels):
        waiting.append(frame)
        if len(waiting) == ahead or (len(waiting) + 1) * frame.rgb.nbytes > READ_AHEAD_BYTES:
            del frame
            while waiting:
                yield waiting.popleft()
    yield from waiting


def extract_interviews(
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
    """Put the faces of many interviews into the store, passing over those that are there.

    Args:
        interviews: whose videos to read.
        store: where the tables go; its configuration decides what is extracted.
        workers: processes; None for one a core.
        timeout: seconds that one video may take before it is given up; None for no limit.
        progress: called after each interview.
        on_stored: called, in this process, with each interview whose faces are in the store, those that were there
            first.
        executor: runs the work: on this machine, or on a cluster.
        hand_over: have workers hand their tables to this process, where they are on machines that do not share the
            store's disk.
        max_pixels: the most that a picture may have; a video with larger ones is a failure.

    Raises:
        StoreError: the store cannot be written.
        ClusterError: the executor's cluster cannot be reached.
        BusyError: another run writes to the store.
    """
    with alone_in_store(store.root, "finding faces"):
        store.write_config()
        return fill_store(
            interviews,
            store,
            _extract_into_store,
            workers=workers,
            timeout=timeout,
            progress=progress,
            on_stored=on_stored,
            executor=_storing(executor) if hand_over else executor,
            max_pixels=max_pixels,
        )


def _extract_into_store(job: Job[FaceStore]) -> Extracted:
    table, cut_short = _extract_table(job)
    job.store.save(job.interview, table)
    return _counts(table, cut_short)


def _extract_table(job: Job[FaceStore]) -> tuple[FaceTable, Shortfall | None]:
    video, config = job.interview.video, job.store.config
    table = extract_faces(video, config, detector=_own_detector(config), max_pixels=job.max_pixels)
    return table, all_read(video, config.sampling, table.sampled_number.tolist())


def _storing(executor: Executor) -> Executor:
    """An executor whose workers hand over the tables of `_extract_into_store`, to be stored as they come."""

    def extract_and_store(_: Any, jobs: Sequence[Job[FaceStore]], **limits: Any) -> Iterator[Outcome[Any, Any]]:
        for outcome in executor(_extract_table, jobs, **limits):
            if outcome.value is None:
                yield outcome
            else:
                table, cut_short = outcome.value
                outcome.item.store.save(outcome.item.interview, table)
                yield Outcome(outcome.item, _counts(table, cut_short))

    return extract_and_store  # type: ignore[return-value]  # for `_extract_into_store`, not for any function


def _counts(table: FaceTable, cut_short: Shortfall | None) -> Extracted:
    return Extracted(
        frames=len(table.sampled_number),
        faces=len(table),
        frames_without_face=len(table.sampled_number) - int(table.is_primary.sum()),
        cut_short=cut_short,
    )


@lru_cache(maxsize=1)
def _own_detector(config: ExtractionConfig) -> FaceDetector:
    """One detector a worker process, made once."""
    return FaceDetector(config.detector, confidence=config.confidence)
