"""A store: a folder with a table for each interview, filled by many workers, by one run at a time.

Start at `fill_store`, which puts each table there as it is made: stopping at any moment loses at most the videos in
flight. A table is named by its interview's id and its video's content, so a video that was replaced is looked at anew.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from expressiveness._io import LOCK_FILE, alone, check_answers, file_stem, is_here, remove_unfinished
from expressiveness.data import Interview
from expressiveness.errors import StoreError
from expressiveness.parallel import Executor, run
from expressiveness.types import Failure, Progress
from expressiveness.video import MAX_PIXELS, Shortfall

LOOKS_AT_ONCE = 16
"""For what is stored already: on a network each look waits for several answers."""
GOLDEN_RATIO = (5**0.5 - 1) / 2
"""The fractions of its multiples spread evenly, wherever they are broken off."""
SIGNATURE_BYTES = 2**16
"""Read from each end of a video to tell it from others."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """One interview's faces are in the store."""

    frames: int
    faces: int
    frames_without_face: int
    cut_short: Shortfall | None = None  # where not all of the video could be read


@dataclass(slots=True)
class ExtractionReport:
    """How an extraction ended."""

    succeeded: int = 0
    skipped: int = 0  # stored already
    failures: list[Failure] = field(default_factory=list)
    cut_short: dict[str, Shortfall] = field(default_factory=dict)  # by interview id; they count as succeeded
    frames_sampled: int = 0
    faces: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return {
            "videos": {"succeeded": self.succeeded, "skipped": self.skipped, "failed": len(self.failures)},
            "failures": [asdict(failure) for failure in self.failures],
            "cut_short": {id: short.as_dict() for id, short in self.cut_short.items()},
            "frames_sampled": self.frames_sampled,
            "faces": self.faces,
            "seconds": round(self.seconds, 2),
        }


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
    max_pixels: int


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
            for folder in filter(Path.is_dir, root.iterdir()):
                for pattern in ("*.npz", "settings.json"):
                    remove_unfinished(folder, pattern)
        except OSError as error:
            raise StoreError(f"cannot write {root} ({error.strerror or error}); choose another store") from error
        yield


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
    max_pixels: int = MAX_PIXELS,
) -> ExtractionReport:
    """Have worker processes put the tables of many interviews into a store, passing over those that are there.

    Args:
        interviews: whose videos to read.
        store: picklable; where the tables go.
        extract: makes and saves one table; importable by name.
        workers: processes; None for one a core.
        timeout: seconds that one video may take before it is given up; None for no limit.
        progress: called after each interview.
        on_stored: called, in this process, with each interview whose table is in the store, those that were there
            first.
        executor: runs the work: on this machine, or on a cluster.
        max_pixels: the most that a picture of a video may have.

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
    jobs = [Job(interview, store, max_pixels) for interview in mixed_by_size(todo)]
    outcomes = executor(extract, jobs, workers=workers, timeout=timeout)
    for done, outcome in enumerate(outcomes, start=report.skipped + 1):
        interview = outcome.item.interview
        if isinstance(outcome.value, Extracted):
            report.succeeded += 1
            report.frames_sampled += outcome.value.frames
            report.faces += outcome.value.faces
            if outcome.value.cut_short:
                report.cut_short[interview.id] = outcome.value.cut_short
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


def table_name(interview: Interview) -> str:
    """The file name of an interview's table, from its id and its video's content.

    Raises:
        StoreError: the video cannot be read.
    """
    return f"{file_stem(interview.id)}-{_signature(interview.video)}.npz"


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
