"""From a video to its table of faces, and from many videos to the face store.

`extract_faces` is a pure function of a video and an `ExtractionConfig`. `extract_interviews` runs it over many
interviews and puts each table into a `FaceStore` as it is done, so that stopping at any moment loses at most the
videos in flight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from expressiveness.data import Interview
from expressiveness.faces.config import ExtractionConfig
from expressiveness.faces.crops import face_crop
from expressiveness.faces.detectors import DETECTORS, Detector, DetectorMaker, maker_for_workers
from expressiveness.faces.face import largest_first
from expressiveness.faces.face_store import FaceStore
from expressiveness.faces.face_table import FaceTable, FaceTableBuilder
from expressiveness.parallel import Executor, Outcome, run
from expressiveness.store import Extracted, ExtractionReport, Job
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS, Frame, Sampling, Shortfall, all_read, read_frames

Read = TypeVar("Read")

READ_AHEAD = 8
"""Frames in memory at once; detecting on eight after decoding eight costs a tenth less than one by one."""

READ_AHEAD_BYTES = 200 * 2**20
"""The most that these frames may fill: eight of 4K video. Of larger ones there are fewer."""


class FaceReading:
    """The faces of one video, from frames that are shown to it one after the other."""

    def __init__(self, config: ExtractionConfig, detector: Detector) -> None:
        self._config, self._detector = config, detector
        self._table = FaceTableBuilder()

    def look_at(self, frame: Frame) -> None:
        """Find and cut out the faces of the next sampled frame."""
        faces = largest_first(self._detector.detect(frame.rgb))
        crops = (face_crop(frame.rgb, face, align=self._config.align) for face in faces)
        self._table.add(frame.number, frame.seconds, zip(faces, crops, strict=True))

    @property
    def is_done(self) -> bool:
        """Whether as many faces were found as the sampling asks for."""
        return self._table.frames_with_a_face == self._config.sampling.max_faces

    def table(self) -> FaceTable:
        """What was found."""
        return self._table.build()


def extract_faces(
    video: Path | str,
    config: ExtractionConfig | None = None,
    *,
    detector: Detector | None = None,
    max_pixels: int = MAX_PIXELS,
) -> FaceTable:
    """Find and cut out the faces of a video's sampled frames.

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
    """Make the detector that some settings name, and close it at the end if that can be closed.

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
    """Yield the sampled frames, some decoded at once: decoder and detector in turns empty each other's caches."""
    ahead = 1 if sampling.max_faces else READ_AHEAD  # where faces are counted, the next frame may not be wanted
    return some_at_once(read_frames(video, sampling, max_pixels=max_pixels), ahead, size=lambda frame: frame.rgb.nbytes)


def some_at_once(frames: Iterator[Read], ahead: int, *, size: Callable[[Read], int]) -> Iterator[Read]:
    """Yield frames, of which up to `ahead` are read before the first of them is looked at.

    Args:
        frames: are decoded as they are asked for.
        ahead: how many.
        size: of one, in bytes.
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
    """Put the faces of many interviews into the store, passing over those that are there.

    Args:
        interviews: whose videos to read.
        store: where the tables go; its configuration decides what is extracted.
        workers: processes; None for one per core.
        timeout: seconds that one video may take before it is given up; None for no limit.
        progress: called after each interview.
        on_stored: called, in this process, with each interview whose faces are in the store, those that were there
            first.
        executor: runs the work: on this machine, or on a cluster.
        hand_over: have workers hand their tables to this process, where they are on machines that do not share the
            store's disk.
        max_pixels: the most pixels a frame may have; a video with larger ones is a failure.

    Raises:
        StoreError: the store cannot be written.
        ClusterError: the executor's cluster cannot be reached.
        BusyError: another run writes to the store.
        ConfigError: there is no detector of this name, or workers would not find it.
    """
    maker = maker_for_workers(store.config.detector)
    return store.fill(
        interviews,
        partial(_extract_into_store, maker),
        workers=workers,
        timeout=timeout,
        progress=progress,
        on_stored=on_stored,
        executor=_storing(executor, maker) if hand_over else executor,
        max_pixels=max_pixels,
    )


def _extract_into_store(maker: DetectorMaker, job: Job[FaceStore]) -> Extracted:
    table, cut_short = _extract_table(maker, job)
    job.store.save(job.interview, table)
    return _counts(table, cut_short)


def _extract_table(maker: DetectorMaker, job: Job[FaceStore]) -> tuple[FaceTable, Shortfall | None]:
    video, config = job.interview.video, job.store.config
    table = extract_faces(video, config, detector=detector_of_process(config, maker), max_pixels=job.max_pixels)
    return table, all_read(video, config.sampling, table.sampled_number.tolist())


def _storing(executor: Executor, maker: DetectorMaker) -> Executor:
    """An executor whose workers hand over the tables of `_extract_into_store`, to be stored as they come."""

    def extract_and_store(_: Any, jobs: Sequence[Job[FaceStore]], **limits: Any) -> Iterator[Outcome[Any, Any]]:
        for outcome in executor(partial(_extract_table, maker), jobs, **limits):
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
        people=table.people,
    )


_of_this_process: dict[ExtractionConfig, Detector] = {}


def detector_of_process(config: ExtractionConfig, maker: DetectorMaker) -> Detector:
    """The detector of a worker process, made once for all of its videos.

    Args:
        config: says which.
        maker: makes it; see `maker_for_workers`.
    """
    if config not in _of_this_process:
        _of_this_process.clear()
        _of_this_process[config] = maker(confidence=config.confidence)
    return _of_this_process[config]
