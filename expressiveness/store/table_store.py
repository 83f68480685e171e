"""A store: a folder with a table for each interview, filled by many workers, by one run at a time.

Start at `TableStore.fill`, which puts each table there as it is made: stopping at any moment loses at most the videos
in flight. A table is named by its interview's id and its video's content, so a video that was replaced is looked at
anew.
"""

from __future__ import annotations

import logging
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
    is_here,
    is_whole,
    load_table,
    place,
    remove_unfinished,
    save_table,
)
from expressiveness.data import Interview
from expressiveness.errors import StoreError, reason
from expressiveness.parallel import Executor, run
from expressiveness.store.extraction_report import Extracted, ExtractionReport
from expressiveness.store.table_names import table_name
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = TypeVar("Table", bound="DataclassInstance")

logger = logging.getLogger(__name__)

LOOKS_AT_ONCE = 16
"""For what is stored already: on a network each look waits for several answers."""
GOLDEN_RATIO = (5**0.5 - 1) / 2
"""The fractions of its multiples spread evenly, wherever they are broken off."""


@dataclass(frozen=True, init=False)
class TableStore(ABC, Generic[Table]):
    """A folder of tables, one an interview; a kind of table says which they are and how they are read.

    A store travels to worker processes, so it holds where its tables are and none of them.
    """

    root: Path

    table: ClassVar[type[DataclassInstance]]
    format: ClassVar[int]  # the newest of the tables' files that can be read
    noun: ClassVar[str]  # what a table holds, for errors: "faces"
    doing: ClassVar[str]  # what filling it is called, for who waits: "finding faces"

    def __init__(self, root: str | Path) -> None:
        object.__setattr__(self, "root", place(root))

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Where the tables are."""

    def path(self, interview: Interview) -> Path:
        """The file of an interview's table, named by its id and its video's content.

        Raises:
            StoreError: the video cannot be read.
        """
        return self.folder / table_name(interview)

    def has(self, interview: Interview) -> bool:
        """Whether the table of this interview's video, as it is now, is stored."""
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
        """What is to be done before the store is filled; called by the only one who writes to it."""

    def alone(self) -> AbstractContextManager[None]:
        """Be the only one who writes to this store; see `alone_in_store`."""
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
        """Have worker processes put the tables of many interviews here, passing over those that are there.

        Args:
            interviews: whose videos to read.
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
            BusyError: another run writes to it.
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
    """What a worker is sent. On one machine tables never travel between processes: the worker writes them itself."""

    interview: Interview
    store: Store
    max_pixels: int


@contextmanager
def alone_in_store(root: Path | str, doing: str) -> Iterator[None]:
    """Be the only one who writes to a store, and clear away what a killed run left half written.

    Elsewhere than on this machine's file systems there are no locks. Two runs at once then do the same work twice, and
    the second puts the same tables over the first one's.

    Raises:
        BusyError: another run writes to it.
        StoreError: nothing can be written there.
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


def _looked_for(interviews: Sequence[Interview], store: TableStore[Any]) -> Iterator[tuple[Interview, bool]]:
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
