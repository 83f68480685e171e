"""The movement of many videos, in a folder beside their faces; start at `extract_movements`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from expressiveness._io import is_whole, load_table, save_table
from expressiveness.data import Interview
from expressiveness.errors import BusyError, StoreError, VideoError
from expressiveness.faces import FaceStore
from expressiveness.movement.landmarks import Landmarker, read_movement
from expressiveness.movement.movement_table import RATE, Movement
from expressiveness.store import Extracted, ExtractionReport, Job, alone_in_store, fill_store, table_name
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS, Sampling, all_read

FORMAT = 1


@dataclass(frozen=True, slots=True)
class MovementStore:
    """The movement of many videos, in a folder beside their faces."""

    root: Path  # the face store's

    @classmethod
    def beside(cls, store: FaceStore) -> MovementStore:
        """The movement of the same interviews as in a face store, whatever that one's settings."""
        return cls(store.root)

    def path(self, interview: Interview) -> Path:
        """The file of an interview's movement, named as that of its faces.

        Raises:
            StoreError: the video cannot be read.
        """
        return self.root / f"movement-{RATE:g}hz" / table_name(interview)

    def has(self, interview: Interview) -> bool:
        """Whether the movement of this interview's video, as it is now, is stored."""
        return interview.video.is_file() and is_whole(self.path(interview))

    def load(self, interview: Interview) -> Movement:
        """Read an interview's movement.

        Raises:
            StoreError: it is not stored, or the file is damaged.
        """
        return load_table(Movement, self.path(interview), format=FORMAT, noun="movement")

    def save(self, interview: Interview, movement: Movement) -> None:
        """Write an interview's movement, whole or not at all.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        save_table(movement, self.path(interview), format=FORMAT)

    def load_or_read(self, interview: Interview) -> Movement:
        """Read an interview's movement from the store, or else from its video, and store it unless another run writes.

        Raises:
            VideoError: it is not stored and the video cannot be read.
            StoreError: the file is damaged, or cannot be written.
        """
        if self.has(interview):
            return self.load(interview)
        movement = read_movement(interview.video, landmarker=_own_landmarker())
        with suppress(BusyError), alone_in_store(self.root, "reading movement"):
            self.save(interview, movement)
        return movement


def extract_movements(
    interviews: Sequence[Interview],
    store: MovementStore,
    *,
    workers: int | None = None,
    timeout: float | None = 600.0,
    progress: Progress | None = None,
    max_pixels: int = MAX_PIXELS,
) -> ExtractionReport:
    """Put the movement of many interviews into the store, passing over what is there.

    Args:
        interviews: whose videos to read.
        store: where the tables go.
        workers: processes; None for one a core.
        timeout: seconds that one video may take before it is given up; None for no limit.
        progress: called after each interview.
        max_pixels: the most that a picture may have; a video with larger ones is a failure.

    Raises:
        StoreError: the store cannot be written.
        BusyError: another run writes to the store.
    """

    def step(done: int, total: int | None, note: str = "") -> None:
        if progress:
            progress(done, total, note or f"movement of {done} of {total} videos read")

    with alone_in_store(store.root, "reading movement"):
        return fill_store(
            interviews,
            store,
            _read_into_store,
            workers=workers,
            timeout=timeout,
            progress=step,
            max_pixels=max_pixels,
        )


def load_movements(interviews: Sequence[Interview], store: MovementStore) -> dict[str, Movement | str]:
    """Read the stored movement of interviews.

    Returns:
        By interview id, the movement, or the reason why there is none or not enough of it.
    """
    found: dict[str, Movement | str] = {}
    for interview in interviews:
        try:
            movement = store.load(interview)
        except (StoreError, VideoError) as error:
            found[interview.id] = str(error)
        else:
            found[interview.id] = movement.doubt or movement
    return found


def _read_into_store(job: Job[MovementStore]) -> Extracted:
    movement = read_movement(job.interview.video, landmarker=_own_landmarker(), max_pixels=job.max_pixels)
    job.store.save(job.interview, movement)
    frames = len(movement.sampled_number)
    return Extracted(
        frames=frames,
        faces=len(movement),
        frames_without_face=frames - len(movement),
        cut_short=all_read(job.interview.video, Sampling(rate=RATE), movement.sampled_number.tolist()),
    )


@cache
def _own_landmarker() -> Landmarker:
    """One landmarker a process, made once."""
    return Landmarker()
