"""The movement of many videos, in a folder beside their faces; start at `extract_movements`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from expressiveness.data import Interview
from expressiveness.errors import BusyError, StoreError, VideoError
from expressiveness.faces import FaceStore, FaceTable
from expressiveness.movement.landmarks import SAMPLING, landmarker_of_process, read_movement
from expressiveness.movement.movement_table import RATE, Movement
from expressiveness.parallel import Executor, run
from expressiveness.store import Extracted, ExtractionReport, Job, TableStore
from expressiveness.types import Progress
from expressiveness.video import MAX_PIXELS, all_read
from expressiveness.wording import shortened

FORMAT = 1


@dataclass(frozen=True, init=False)
class MovementStore(TableStore[Movement]):
    """The movement of many videos, in a folder beside their faces: `root` is the face store's."""

    faces: FaceStore | None  # says who the interviewee is, if faces are stored

    def __init__(self, root: str | Path, faces: FaceStore | None = None) -> None:
        super().__init__(root)
        object.__setattr__(self, "faces", faces)

    table = Movement
    format = FORMAT
    noun = "movement"
    doing = "reading movement"

    @classmethod
    def beside(cls, store: FaceStore) -> MovementStore:
        """The movement store in the same folder as a face store, which says who the interviewee is."""
        return cls(store.root, store)

    def __repr__(self) -> str:
        return f"MovementStore({shortened(str(self.root), 40)!r})"

    @property
    def folder(self) -> Path:
        """Where the tables are."""
        return self.root / f"movement-{RATE:g}hz"

    def load_or_read(self, interview: Interview) -> Movement:
        """Load an interview's movement, or read it from the video and store it (unless another run holds the store).

        Raises:
            VideoError: it is not stored, and the video cannot be read.
            StoreError: the file is damaged, or cannot be written.
        """
        if self.has(interview):
            return self.load(interview)
        movement = read_movement(interview.video, faces=self.faces_of(interview), landmarker=landmarker_of_process())
        with suppress(BusyError), self.alone():
            self.save(interview, movement)
        return movement

    def faces_of(self, interview: Interview) -> FaceTable | None:
        """The interview's stored faces, if there are any."""
        return self.faces.load(interview) if self.faces and self.faces.has(interview) else None


def extract_movements(
    interviews: Sequence[Interview],
    store: MovementStore,
    *,
    workers: int | None = None,
    timeout: float | None = 600.0,
    progress: Progress | None = None,
    executor: Executor = run,
    max_pixels: int = MAX_PIXELS,
) -> ExtractionReport:
    """Read the movement of many interviews into the store, skipping those already stored.

    Args:
        interviews: whose videos to read.
        store: where the tables go.
        workers: processes; None for one per core.
        timeout: seconds allowed per video; None for no limit.
        progress: called after each interview.
        executor: runs the work, on this machine or a cluster whose machines all see the store.
        max_pixels: the most pixels a frame may have; a video with larger ones fails.

    Raises:
        StoreError: the store cannot be written.
        ClusterError: the executor's cluster cannot be reached.
        BusyError: another run is writing to the store.
    """

    def step(done: int, total: int | None, note: str = "") -> None:
        if progress:
            progress(done, total, note or f"movement of {done} of {total} videos read")

    return store.fill(
        interviews,
        _read_into_store,
        workers=workers,
        timeout=timeout,
        progress=step,
        executor=executor,
        max_pixels=max_pixels,
    )


def load_movements(interviews: Sequence[Interview], store: MovementStore) -> dict[str, Movement | str]:
    """Read the stored movement of interviews.

    Returns:
        By interview id, the movement, or why there is none or too little of it.
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
    movement = read_movement(
        job.interview.video,
        faces=job.store.faces_of(job.interview),
        landmarker=landmarker_of_process(),
        max_pixels=job.max_pixels,
    )
    job.store.save(job.interview, movement)
    frames = len(movement.sampled_number)
    return Extracted(
        frames=frames,
        faces=len(movement),
        frames_without_face=frames - len(movement),
        cut_short=all_read(job.interview.video, SAMPLING, movement.sampled_number.tolist()),
    )
