"""From a video to its table of faces, and from many videos to the face store.

`extract_faces` is a pure function of a video and an `ExtractionConfig`. `extract_interviews` runs it over many
interviews and puts each table into a `FaceStore` as it is done, so that stopping at any moment loses at most the videos
in flight. A store keeps the tables of each configuration apart: changed settings never read stale faces.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from expressiveness.choices import DETECTORS, DetectorKind
from expressiveness.crops import face_crop
from expressiveness.detection import FaceDetector
from expressiveness.errors import DetectorError, StoreError
from expressiveness.execution import Executor, Outcome, run
from expressiveness.faces import FaceTable, FaceTableBuilder, load_faces, save_faces
from expressiveness.interviews import Interview
from expressiveness.locking import LOCK_FILE, alone
from expressiveness.places import check_answers, is_here
from expressiveness.tables import is_whole
from expressiveness.video import DEFAULT_SAMPLING, Frame, Sampling, read_frames
from expressiveness.whole_files import remove_unfinished, whole_file

CONFIG_FILE = "settings.json"
MAX_SETTINGS_BYTES = 2**20
FORMAT = 1
"""Of the settings file; a newer one is refused. Files from before it was noted there are of the first."""

READ_AHEAD = 8
"""Frames in memory at once; detecting on eight after decoding eight costs a tenth less than one by one."""
LOOKS_AT_ONCE = 16
"""For what is stored already: on a network each look waits for several answers."""
GOLDEN_RATIO = (5**0.5 - 1) / 2
"""The fractions of its multiples spread evenly, wherever they are broken off."""
SIGNATURE_BYTES = 2**16
"""Read from each end of a video to tell it from others."""


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
    video: Path, config: ExtractionConfig | None = None, *, detector: FaceDetector | None = None
) -> FaceTable:
    """Find and cut out the faces of a video's sampled frames.

    Args:
        video: any video file.
        config: the defaults if None.
        detector: reused if given; it must match `config`.

    Raises:
        VideoError: the video is missing or nothing in it decodes.
        DetectorError: the detector's model files are not installed.
    """
    config = config or ExtractionConfig()
    if detector is None:
        with FaceDetector(config.detector, confidence=config.confidence) as own:
            return extract_faces(video, config, detector=own)
    table = FaceTableBuilder()
    for frame in _read_ahead(video, config.sampling):
        faces = detector.detect(frame.rgb)
        table.add(
            frame.number, frame.seconds, ((face, face_crop(frame.rgb, face, align=config.align)) for face in faces)
        )
        if table.frames_with_a_face == config.sampling.max_faces:
            break
    return table.build()


def _read_ahead(video: Path, sampling: Sampling) -> Iterator[Frame]:
    """Yield the sampled frames, some decoded at once: decoder and detector in turns empty each other's caches."""
    frames = read_frames(video, sampling)
    ahead = 1 if sampling.max_faces else READ_AHEAD  # where faces are counted, the next frame may not be wanted
    while batch := list(islice(frames, ahead)):
        yield from batch


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
        if path.stat().st_size > MAX_SETTINGS_BYTES:
            raise ValueError("larger than settings can be")
        values = json.loads(path.read_text())
        version = values.pop("format", 1)
        if version > FORMAT:
            raise StoreError(f"{path} is of format {version}, newer than this version reads; update expressiveness")
        return ExtractionConfig.from_dict(values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"{path} is damaged ({error}); extract again with the settings it had, or into an empty folder"
        ) from error


@dataclass(frozen=True, slots=True)
class Failure:
    """An interview that was passed over, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """One interview's faces are in the store."""

    frames: int
    faces: int
    frames_without_face: int


@dataclass(slots=True)
class ExtractionReport:
    """How an extraction ended."""

    succeeded: int = 0
    skipped: int = 0  # stored already
    failures: list[Failure] = field(default_factory=list)
    frames_sampled: int = 0
    faces: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return {
            "videos": {"succeeded": self.succeeded, "skipped": self.skipped, "failed": len(self.failures)},
            "failures": [asdict(failure) for failure in self.failures],
            "frames_sampled": self.frames_sampled,
            "faces": self.faces,
            "seconds": round(self.seconds, 2),
        }


Progress = Callable[[int, int], None]
"""Called with how many interviews are done and how many there are."""


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
        )


@contextmanager
def alone_in_store(root: Path, doing: str) -> Iterator[None]:
    """Be the only one who writes to a store, and clear away what a killed run left half written.

    Elsewhere than on this machine's file systems there are no locks. Two runs at once then do the same work twice, and
    the second puts the same tables over the first one's.

    Raises:
        BusyError: another run writes to it.
        StoreError: nothing can be written there.
        PlaceError: it cannot be reached.
    """
    if not is_here(root):
        check_answers(root)
        yield
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(root / LOCK_FILE, on=f"the face store {root}", doing=doing))
            remove_unfinished(root)
        except OSError as error:
            raise StoreError(f"cannot write {root} ({error.strerror or error}); choose another store") from error
        yield


class TableStore(Protocol):
    """A folder of tables, one an interview."""

    def has(self, interview: Interview) -> bool:
        """Whether the table of this interview's video, as it is now, is stored."""


Store = TypeVar("Store", bound=TableStore)


@dataclass(frozen=True, slots=True)
class Job(Generic[Store]):
    """What a worker is sent. On one machine tables never travel between processes: the worker writes them itself."""

    interview: Interview
    store: Store


def fill_store(
    interviews: Sequence[Interview],
    store: Store,
    extract: Callable[[Job[Store]], Extracted],
    *,
    workers: int | None = None,
    timeout: float | None = 600.0,
    progress: Progress | None = None,
    on_stored: Callable[[Interview], None] | None = None,
    executor: Executor = run,
) -> ExtractionReport:
    """Have worker processes put the tables of many interviews into a store, passing over those that are there.

    Args:
        interviews: whose videos to read.
        store: picklable; where the tables go.
        extract: makes and saves one table; importable by name.
        workers: as in `extract_interviews`, and so the arguments that follow.
        timeout: seconds a video.
        progress: called after each interview.
        on_stored: called with each interview whose table is in the store.
        executor: runs the work.

    Raises:
        StoreError: the store cannot be written.
    """
    started = time.monotonic()
    report = ExtractionReport()
    todo: list[Interview] = []
    for interview, is_stored in _looked_for(interviews, store):
        if is_stored and _handed_on(interview, on_stored):
            report.skipped += 1
        else:
            todo.append(interview)
    if progress:
        progress(report.skipped, len(interviews))
    jobs = [Job(interview, store) for interview in mixed_by_size(todo)]
    outcomes = executor(extract, jobs, workers=workers, timeout=timeout)
    for done, outcome in enumerate(outcomes, start=report.skipped + 1):
        interview = outcome.item.interview
        if isinstance(outcome.value, Extracted):
            report.succeeded += 1
            report.frames_sampled += outcome.value.frames
            report.faces += outcome.value.faces
            if on_stored:
                on_stored(interview)
        else:
            report.failures.append(Failure(interview.id, outcome.error or "unknown"))
        if progress:
            progress(done, len(interviews))
    report.seconds = time.monotonic() - started
    return report


def _looked_for(interviews: Sequence[Interview], store: TableStore) -> Iterator[tuple[Interview, bool]]:
    """Yield each interview and whether its table is stored."""
    pool = ThreadPoolExecutor(LOOKS_AT_ONCE)
    try:
        yield from zip(interviews, pool.map(store.has, interviews), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)  # where the caller has stopped, at Ctrl-C for one


def _handed_on(interview: Interview, on_stored: Callable[[Interview], None] | None) -> bool:
    """Whether an interview's stored table could be handed on; one that turns out to be damaged is made again."""
    try:
        if on_stored:
            on_stored(interview)
    except StoreError:
        return False
    return True


def mixed_by_size(interviews: Sequence[Interview]) -> list[Interview]:
    """Order interviews so that any first part of them has small and large videos in the proportion of all of them.

    Then the time that a part took tells the time that the rest will take; rows of RecruitView are blocked by question.
    """
    by_size = sorted(interviews, key=_bytes)
    return [by_size[rank] for rank in sorted(range(len(by_size)), key=lambda rank: (0.5 + rank * GOLDEN_RATIO) % 1)]


def _bytes(interview: Interview) -> int:
    try:
        return interview.video.stat().st_size
    except OSError:
        return 0


def _extract_into_store(job: Job[FaceStore]) -> Extracted:
    table = _extract_table(job)
    job.store.save(job.interview, table)
    return _counts(table)


def _extract_table(job: Job[FaceStore]) -> FaceTable:
    return extract_faces(job.interview.video, job.store.config, detector=_own_detector(job.store.config))


def _storing(executor: Executor) -> Executor:
    """An executor whose workers hand over the tables of `_extract_into_store`, to be stored as they come."""

    def extract_and_store(_: Any, jobs: Sequence[Job[FaceStore]], **limits: Any) -> Iterator[Outcome[Any, Any]]:
        for outcome in executor(_extract_table, jobs, **limits):
            if outcome.value is None:
                yield outcome
            else:
                outcome.item.store.save(outcome.item.interview, outcome.value)
                yield Outcome(outcome.item, _counts(outcome.value))

    return extract_and_store  # type: ignore[return-value]  # for `_extract_into_store`, not for any function


def _counts(table: FaceTable) -> Extracted:
    return Extracted(
        frames=len(table.sampled_number),
        faces=len(table),
        frames_without_face=len(table.sampled_number) - int(table.is_primary.sum()),
    )


@lru_cache(maxsize=1)
def _own_detector(config: ExtractionConfig) -> FaceDetector:
    """One detector a worker process, made once."""
    return FaceDetector(config.detector, confidence=config.confidence)


def table_name(interview: Interview) -> str:
    """The file name of an interview's table, from its id and its video's content.

    Raises:
        StoreError: the video cannot be read.
    """
    return f"{file_stem(interview.id)}-{_signature(interview.video)}.npz"


def file_stem(interview_id: str) -> str:
    """An id as a file name: itself where it can be, else a readable part of it and a digest."""
    if re.fullmatch(r"[A-Za-z0-9_]{1,100}", interview_id):
        return interview_id
    readable = re.sub(r"[^A-Za-z0-9_]+", "_", interview_id)[:40]
    return f"{readable}.{hashlib.sha256(interview_id.encode()).hexdigest()[:12]}"


def _signature(video: Path) -> str:
    """Tell a video from others by its size and both its ends, without reading gigabytes."""
    try:
        with video.open("rb", buffering=SIGNATURE_BYTES) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            digest = hashlib.sha256(str(size).encode())
            digest.update(file.read(SIGNATURE_BYTES))
            file.seek(max(SIGNATURE_BYTES, size - SIGNATURE_BYTES))
            digest.update(file.read(SIGNATURE_BYTES))
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"{video.name}: cannot be read ({reason}); copy it into {video.parent}") from error
    return digest.hexdigest()[:16]
