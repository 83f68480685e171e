"""Extract the faces of one video into a table, or of many videos into the face store.

`extract_faces` is a pure function of a video and an `ExtractionConfig`. `extract_interviews` runs it over many
interviews and stores each table in a `FaceStore` as soon as it is done, so interrupting it loses only the videos in
progress.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from expressiveness.data import Interview
from expressiveness.faces.config import ExtractionConfig
from expressiveness.faces.crops import face_crop
from expressiveness.faces.detectors import DETECTORS, Detector, DetectorMaker, maker_for_workers
from expressiveness.faces.face import largest_first
from expressiveness.faces.face_store import FaceStore
from expressiveness.faces.face_table import FaceTable, FaceTableBuilder
from expressiveness.parallel import Executor, run
from expressiveness.store import Extracted, ExtractionReport, Job, handing_over
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS, Frame, Sampling, Shortfall, all_read, read_frames

Read = TypeVar("Read")

READ_AHEAD = 8
"""Frames decoded before detection runs on them; alternating in batches of eight is a tenth faster than one by one."""

READ_AHEAD_BYTES = 200 * 2**20
"""Memory limit for these frames: eight of 4K video, fewer of larger ones."""


class FaceReading:
    """Collects the faces of one video, frame by frame."""

    def __init__(self, config: ExtractionConfig, detector: Detector) -> None:
        self._config, self._detector = config, detector
        self._table = FaceTableBuilder()

    def look_at(self, frame: Frame) -> None:
        """Detect and crop the faces of the next sampled frame."""
        faces = largest_first(self._detector.detect(frame.rgb))
        crops = (face_crop(frame.rgb, face, align=self._config.align) for face in faces)
        self._table.add(frame.number, frame.seconds, zip(faces, crops, strict=True))

    @property
    def is_done(self) -> bool:
        """Whether the sampling's `max_faces` was reached."""
        return self._table.frames_with_a_face == self._config.sampling.max_faces

    def table(self) -> FaceTable:
        """The faces so far."""
        return self._table.build()


def extract_faces(
    video: Path | str,
    config: ExtractionConfig | None = None,
    *,
    detector: Detector | None = None,
    max_pixels: int = MAX_PIXELS,
) -> FaceTable:
    """Detect and crop the faces of a video's sampled frames.

    Args:
        video: any video file.
        config: the defaults if None.
        detector: reused if given; it must match `config`.
        max_pixels: the most pixels a frame may have.

    Raises:
        VideoError: the video is missing, its frames are too large, or nothing decodes.
        DetectorError: the detector's model files are not installed.
        ConfigError: there is no such detector.
    """
    config = config or ExtractionConfig()
    if detector is None:
        with detector_of(config) as own:
            return extract_faces(video, config, detector=own, max_pixels=max_pixels)
    reading = FaceReading(config, detector)
    for frame in _read_ahead(video, config.sampling, max_pixels):
        reading.look_at(frame)
        if reading.is_done:
            break
    return reading.table()


@contextmanager
def detector_of(config: ExtractionConfig) -> Iterator[Detector]:
    """Create the configured detector, and close it at the end.

    Raises:
        ConfigError: there is no such detector.
        DetectorError: its model files are not installed.
    """
    detector = DETECTORS[config.detector](confidence=config.confidence)
    try:
        yield detector
    finally:
        if close := getattr(detector, "close", None):
            close()


def _read_ahead(video: Path | str, sampling: Sampling, max_pixels: int) -> Iterator[Frame]:
    """Yield the sampled frames, decoding several at once: decoder and detector evict each other from the CPU cache."""
    ahead = 1 if sampling.max_faces else READ_AHEAD  # with `max_faces`, later frames may not be needed
    return some_at_once(read_frames(video, sampling, max_pixels=max_pixels), ahead, size=lambda frame: frame.rgb.nbytes)


def some_at_once(frames: Iterator[Read], ahead: int, *, size: Callable[[Read], int]) -> Iterator[Read]:
    """Yield frames, reading them in batches of up to `ahead`.

    Args:
        frames: decoded lazily.
        ahead: batch size.
        size: the size of a frame in bytes.
    """
    waiting: deque[Read] = deque()
    for frame in frames:
        waiting.append(frame)
        if len(waiting) == ahead or (len(waiting) + 1) * size(frame) > READ_AHEAD_BYTES:
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
    """Extract the faces of many interviews into the store, skipping those already stored.

    Args:
        interviews: whose videos to process.
        store: where the tables go; its configuration determines what is extracted.
        workers: processes; None for one per core.
        timeout: seconds allowed per video; None for no limit.
        progress: called after each interview.
        on_stored: called in this process with each interview whose faces are stored, starting with those already there.
        executor: runs the work, on this machine or a cluster.
        hand_over: have workers send their tables to this process, if their machines do not share the store's disk.
        max_pixels: the most pixels a frame may have; a video with larger ones fails.

    Raises:
        StoreError: the store cannot be written.
        ClusterError: the executor's cluster cannot be reached.
        BusyError: another run is writing to the store.
        ConfigError: there is no such detector, or workers could not import it.
    """
    maker = maker_for_workers(store.config.detector)
    return store.fill(
        interviews,
        partial(_extract_into_store, maker),
        workers=workers,
        timeout=timeout,
        progress=progress,
        on_stored=on_stored,
        executor=handing_over(executor, partial(_extract_table, maker), _save) if hand_over else executor,
        max_pixels=max_pixels,
    )


def _extract_into_store(maker: DetectorMaker, job: Job[FaceStore]) -> Extracted:
    return _save(job, _extract_table(maker, job))


def _extract_table(maker: DetectorMaker, job: Job[FaceStore]) -> tuple[FaceTable, Shortfall | None]:
    video, config = job.interview.video, job.store.config
    table = extract_faces(video, config, detector=detector_of_process(config, maker), max_pixels=job.max_pixels)
    return table, all_read(video, config.sampling, table.sampled_number.tolist())


def _save(job: Job[FaceStore], read: tuple[FaceTable, Shortfall | None]) -> Extracted:
    table, cut_short = read
    job.store.save(job.interview, table)
    return counts_of(table, cut_short)


def counts_of(table: FaceTable, cut_short: Shortfall | None) -> Extracted:
    """What a report counts of a video's faces."""
    return Extracted(
        frames=len(table.sampled_number),
        faces=len(table),
        frames_without_face=len(table.sampled_number) - int(table.is_primary.sum()),
        cut_short=cut_short,
        people=table.people,
    )


_of_this_process: dict[ExtractionConfig, Detector] = {}


def detector_of_process(config: ExtractionConfig, maker: DetectorMaker) -> Detector:
    """The detector of a worker process, created once for all its videos.

    Args:
        config: which detector.
        maker: creates it, see `maker_for_workers`.
    """
    if config not in _of_this_process:
        _of_this_process.clear()
        _of_this_process[config] = maker(confidence=config.confidence)
    return _of_this_process[config]
