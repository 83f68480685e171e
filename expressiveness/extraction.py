"""From a video to its table of faces, and from many videos to the face store.

`extract_faces` is a pure function of a video and an `ExtractionConfig`. `extract_interviews` runs it over many
interviews and puts each table into a `FaceStore` as it is done, so that stopping at any moment loses at most the videos
in flight. A store keeps the tables of each configuration apart: changed settings never read stale faces.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from expressiveness.bounded_files import read_bounded
from expressiveness.choices import DETECTORS, DetectorKind
from expressiveness.completeness import Shortfall, all_read
from expressiveness.containers import MAX_PIXELS
from expressiveness.crops import face_crop
from expressiveness.detection import FaceDetector
from expressiveness.errors import DetectorError, StoreError
from expressiveness.execution import Executor, Outcome, run
from expressiveness.faces import FaceTable, FaceTableBuilder, load_faces, save_faces
from expressiveness.interviews import Interview
from expressiveness.places import check_answers
from expressiveness.stores import Extracted, ExtractionReport, Job, Progress, alone_in_store, fill_store, table_name
from expressiveness.tables import is_whole
from expressiveness.video import DEFAULT_SAMPLING, Frame, Sampling, read_frames
from expressiveness.whole_files import whole_file

CONFIG_FILE = "settings.json"
MAX_SETTINGS_BYTES = 2**20
FORMAT = 1
"""Of the settings file; a newer one is refused. Files from before it was noted there are of the first."""

READ_AHEAD = 8
"""Frames in memory at once; detecting on eight after decoding eight costs a tenth less than one by one."""

READ_AHEAD_BYTES = 200 * 2**20
"""The most that these frames may fill: eight of 4K video. Of larger ones there are fewer."""


@dataclass(frozen=True, slots=True)
class ExtractionConfig:
    """What decides which faces are found, and how their crops look."""

    sampling: Sampling = DEFAULT_SAMPLING
    detector: DetectorKind = "auto"
    confidence: float = 0.5  # the least that counts as a face, 0 to 1
    align: bool = False  # turn each face until its eyes lie level

    def __post_init__(self) -> None:
        if self.detector not in DETECTORS or not 0 <= self.confidence <= 1:
            raise DetectorError(
                f"detector {self.detector!r} at confidence {self.confidence}; "
                f"choose from {', '.join(DETECTORS)}, and a confidence of 0 to 1"
            )

    @property
    def digest(self) -> str:
        """A short name of these settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ExtractionConfig:
        """Read what `dataclasses.asdict` wrote."""
        return cls(**{**values, "sampling": Sampling(**values["sampling"])})


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


@dataclass(frozen=True, slots=True)
class FaceStore:
    """The face tables of many videos in a folder, for one extraction configuration."""

    root: Path
    config: ExtractionConfig = field(default_factory=ExtractionConfig)

    @classmethod
    def open(cls, root: Path) -> FaceStore:
        """Open the store at `root` with the settings that its faces were extracted with.

        Raises:
            StoreError: there is no store at `root`, or it holds faces of several settings.
            PlaceError: it cannot be reached.
        """
        check_answers(root)
        settings = sorted(root.glob(f"*/{CONFIG_FILE}"))
        if not settings:
            raise StoreError(f"no faces in {root}; extract them first: expressiveness extract DIR --out {root}")
        if len(settings) > 1:
            names = ", ".join(path.parent.name for path in settings)
            raise StoreError(f"{root} holds faces of several settings ({names}); delete the folders you do not need")
        return cls(root, _read_config(settings[0]))

    @property
    def folder(self) -> Path:
        """Where the tables of this configuration lie."""
        return self.root / self.config.digest

    def path(self, interview: Interview) -> Path:
        """The file of an interview's table, named by its id and its video's content.

        Raises:
            StoreError: the video cannot be read.
        """
        return self.folder / table_name(interview)

    def has(self, interview: Interview) -> bool:
        """Whether the faces of this interview's video, as it is now, are stored."""
        return interview.video.is_file() and is_whole(self.path(interview))

    def load(self, interview: Interview) -> FaceTable:
        """Read an interview's faces.

        Raises:
            StoreError: they are not stored, or the file is damaged.
        """
        return load_faces(self.path(interview))

    def save(self, interview: Interview, table: FaceTable) -> None:
        """Write an interview's faces, whole or not at all.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        save_faces(table, self.path(interview))

    def write_config(self) -> None:
        """Record the settings beside the tables.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        path = self.folder / CONFIG_FILE
        try:
            with whole_file(path) as file:
                file.write((json.dumps({"format": FORMAT, **asdict(self.config)}, indent=2) + "\n").encode())
        except OSError as error:
            raise StoreError(f"cannot write {path} ({error.strerror or error}); choose another store") from error


def _read_config(path: Path) -> ExtractionConfig:
    try:
        values = json.loads(read_bounded(path, most=MAX_SETTINGS_BYTES))
        version = values.pop("format", 1)
        if version > FORMAT:
            raise StoreError(f"{path} is of format {version}, newer than this version reads; update expressiveness")
        return ExtractionConfig.from_dict(values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"{path} is damaged ({error}); extract again with the settings it had, or into an empty folder"
        ) from error


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
