"""A store: a folder with a table for each interview, filled by many workers, by one run at a time.

Start at `TableStore.fill`, which saves each table as soon as it is ready: stopping it loses at most the videos in
progress. A table is named by its interview's id and its video's content, so a replaced video is read again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from typing_extensions import Self

from expressiveness._io import (
    LOCK_FILE,
    alone,
    check_answers,
    file_stem,
    is_here,
    is_whole,
    load_table,
    place,
    remove_unfinished,
    save_table,
)
from expressiveness.data import Interview
from expressiveness.errors import StoreError, reason
from expressiveness.parallel import Executor, Outcome, run
from expressiveness.store.extraction_report import Extracted, ExtractionReport
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = TypeVar("Table", bound="DataclassInstance")
Read = TypeVar("Read")

logger = logging.getLogger(__name__)

LOOKS_AT_ONCE = 16
"""Threads that check which tables are stored; on a network drive each check takes several round trips."""
SIGNATURE_BYTES = 2**16
"""How much of each end of a video is hashed."""
GOLDEN_RATIO = (5**0.5 - 1) / 2
"""The fractional parts of its multiples are evenly spread, however many are taken."""


@dataclass(frozen=True, init=False)
class TableStore(ABC, Generic[Table]):
    """A folder of tables, one per interview; each kind of table has a subclass.

    A store is pickled to worker processes, so it only holds paths, not tables.
    """

    root: Path

    table: ClassVar[type[DataclassInstance]]
    format: ClassVar[int]  # the newest file format that can be read
    noun: ClassVar[str]  # what a table holds, for error messages: "faces"
    doing: ClassVar[str]  # what filling the store does, for messages: "finding faces"

    def __init__(self, root: str | Path) -> None:
        object.__setattr__(self, "root", place(root))

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Where the tables are."""

    def path(self, interview: Interview) -> Path:
        """The file of an interview's table.

        Raises:
            StoreError: the video cannot be read.
        """
        return self.folder / f"{file_stem(interview.id)}-{_signature(interview.video)}.npz"

    def has(self, interview: Interview) -> bool:
        """Whether a table is stored for the current version of this interview's video."""
        return interview.video.is_file() and is_whole(self.path(interview))

    def load(self, interview: Interview) -> Table:
        """Read an interview's table.

        Raises:
            StoreError: it is not stored, or the file is damaged.
        """
        return cast(Table, load_table(self.table, self.path(interview), format=self.format, noun=self.noun))

    def save(self, interview: Interview, table: Table) -> None:
        """Write an interview's table, whole or not at all.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        save_table(table, self.path(interview), format=self.format)

    def prepare(self) -> None:
        """Hook called before the store is filled, while this run holds its lock."""

    def alone(self) -> AbstractContextManager[None]:
        """Lock this store for writing; see `alone_in_store`."""
        return alone_in_store(self.root, self.doing)

    def fill(
        self,
        interviews: Sequence[Interview],
        extract: Callable[[Job[Self]], Extracted],
        *,
        workers: int | None = None,
        timeout: float | None = 600.0,
        progress: Progress | None = None,
        on_stored: Callable[[Interview], None] | None = None,
        executor: Executor = run,
        max_pixels: int = MAX_PIXELS,
    ) -> ExtractionReport:
        """Create the tables of many interviews in worker processes, skipping those already stored.

        Args:
            interviews: whose videos to read.
            extract: creates and saves one table; importable by name.
            workers: processes; None for one per core.
            timeout: seconds allowed per video; None for no limit.
            progress: called after each interview.
            on_stored: called in this process with each interview whose table is in the store, starting with those
                already stored.
            executor: runs the work, on this machine or on a cluster.
            max_pixels: the largest frame allowed.

        Raises:
            StoreError: the store cannot be written.
            BusyError: another run is writing to it.
        """
        with self.alone():
            self.prepare()
            started = time.monotonic()
            report = ExtractionReport()
            todo: list[Interview] = []
            for interview, is_stored in _looked_for(interviews, self):
                if is_stored and _handed_on(interview, on_stored):
                    report.skipped += 1
                else:
                    todo.append(interview)
            if progress:
                progress(report.skipped, len(interviews))
            jobs = [Job(interview, self, max_pixels) for interview in mixed_by_size(todo)]
            outcomes = executor(extract, jobs, workers=workers, timeout=timeout)
            for done, outcome in enumerate(outcomes, start=report.skipped + 1):
                interview = outcome.item.interview
                report.add(interview.id, outcome.value, outcome.error)
                if outcome.error:
                    logger.info("%s: %s failed: %s", interview.id, self.doing, outcome.error)
                if outcome.value and on_stored:
                    on_stored(interview)
                if progress:
                    progress(done, len(interviews))
            report.seconds = time.monotonic() - started
            logger.info("%s in %s: %s", self.doing, self.root, report)
            return report


Store = TypeVar("Store", bound=TableStore[Any])


@dataclass(frozen=True, slots=True)
class Job(Generic[Store]):
    """What a worker is sent. The worker saves the table itself, so tables are not sent between processes."""

    interview: Interview
    store: Store
    max_pixels: int


def handing_over(
    executor: Executor, read: Callable[[Job[Any]], Read], save: Callable[[Job[Any], Read], Extracted]
) -> Executor:
    """Wrap an executor so that workers return what they read and this process saves it, as they do not see the store.

    Args:
        executor: runs `read`, wherever its workers are.
        read: importable by name.
        save: called in this process with each job and what was read.
    """

    def read_and_save(_: Any, jobs: Sequence[Job[Any]], **limits: Any) -> Iterator[Outcome[Any, Any]]:
        for outcome in executor(read, jobs, **limits):
            yield outcome if outcome.value is None else Outcome(outcome.item, save(outcome.item, outcome.value))

    return read_and_save  # type: ignore[return-value]  # for `read`, not for any function


@contextmanager
def alone_in_store(root: Path | str, doing: str) -> Iterator[None]:
    """Lock a store for writing, and delete what a killed run left half written.

    A remote store cannot be locked. Two runs at once then do the same work twice, and overwrite each other's tables
    with identical ones.

    Raises:
        BusyError: another run is writing to it.
        StoreError: it cannot be written.
        PlaceError: it cannot be reached.
    """
    root = place(root)
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
            raise StoreError(f"cannot write {root} ({reason(error)}); choose another store") from error
        yield


def _signature(video: Path) -> str:
    """Identify a video by its size and both ends, without reading gigabytes."""
    try:
        with video.open("rb", buffering=SIGNATURE_BYTES) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            digest = hashlib.sha256(str(size).encode())
            digest.update(file.read(SIGNATURE_BYTES))
            file.seek(max(SIGNATURE_BYTES, size - SIGNATURE_BYTES))
            digest.update(file.read(SIGNATURE_BYTES))
    except OSError as error:
        raise StoreError(f"{video.name}: cannot be read ({reason(error)}); copy it into {video.parent}") from error
    return digest.hexdigest()[:16]


def _looked_for(interviews: Sequence[Interview], store: TableStore[Any]) -> Iterator[tuple[Interview, bool]]:
    """Yield each interview and whether its table is stored."""
    pool = ThreadPoolExecutor(LOOKS_AT_ONCE)
    try:
        yield from zip(interviews, pool.map(store.has, interviews), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)  # if the caller stops early, for example on Ctrl-C


def _handed_on(interview: Interview, on_stored: Callable[[Interview], None] | None) -> bool:
    """Call `on_stored`; return False if the table turns out to be damaged and must be created again."""
    try:
        if on_stored:
            on_stored(interview)
    except StoreError:
        return False
    return True


def mixed_by_size(interviews: Sequence[Interview]) -> list[Interview]:
    """Order interviews so that small and large videos are evenly mixed.

    The time for the first ones then predicts the time for the rest; RecruitView's own order is by question.
    """
    by_size = sorted(interviews, key=_bytes)
    return [by_size[rank] for rank in sorted(range(len(by_size)), key=lambda rank: (0.5 + rank * GOLDEN_RATIO) % 1)]


def _bytes(interview: Interview) -> int:
    try:
        return interview.video.stat().st_size
    except OSError:
        return 0
