"""Assign faces to people over a video, by position only: a face close to an earlier one belongs to the same person.

Nobody is identified, since faces are not compared by appearance. A track follows a face that moves only gradually.
Tracks that never overlap in time are taken for one person, who moved or was filmed from another angle. The
interviewee is the person whose faces cover the largest area over the whole video.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

REACH = 1.0
REACH_A_SECOND = 1.0
"""How far a face may be from its last position, in face widths: immediately, and additionally for every second that it
was not seen."""

MOST_RESIZED = 2.0
"""A face whose size changed by more than this factor belongs to someone else."""

FAR = 1e6
"""A distance that never matches."""

LASTING_SHARE = 0.2
"""People on a smaller share of the frames with a face are passers-by, pictures on the wall, or false detections."""

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int32]


class Tracker:
    """Follows faces from frame to frame."""

    def __init__(self) -> None:
        self._last: list[tuple[Sequence[float], float]] = []  # last box and time of each track

    def follow(self, seconds: float, boxes: Sequence[Sequence[float]]) -> list[int]:
        """Assign each face of the next frame to a track, starting new ones as needed.

        Args:
            seconds: time of the frame; must increase.
            boxes: of its faces, each x, y, width, height.

        Returns:
            Track numbers, from 0 in order of appearance.
        """
        tracks = self._going_on(seconds, boxes)
        for face, box in enumerate(boxes):
            if face not in tracks:
                tracks[face] = len(self._last)
                self._last.append((box, seconds))
            self._last[tracks[face]] = (box, seconds)
        return [tracks[face] for face in range(len(boxes))]

    def _going_on(self, seconds: float, boxes: Sequence[Sequence[float]]) -> dict[int, int]:
        """Match faces to existing tracks with the smallest total distance; track by face index."""
        if not boxes or not self._last:
            return {}
        distances = [[_distance(box, last, seconds - when) for last, when in self._last] for box in boxes]
        if len(boxes) == 1:  # fast path: true for almost every frame
            pairs = [(0, distances[0].index(min(distances[0])))]
        else:
            faces, tracks = linear_sum_assignment(distances)
            pairs = list(zip(faces.tolist(), tracks.tolist(), strict=True))
        return {face: track for face, track in pairs if distances[face][track] < FAR}


def _distance(box: Sequence[float], last: Sequence[float], gap: float) -> float:
    """Distance between two faces' centers, in face widths and heights; `FAR` if they cannot be the same."""
    (x, y, width, height), (last_x, last_y, last_width, last_height) = box, last
    small, large = sorted((width, last_width))
    across, down = (width + last_width) / 2, (height + last_height) / 2
    if large > MOST_RESIZED * small or across <= 0 or down <= 0:
        return FAR
    distance = math.hypot(
        (x + width / 2 - last_x - last_width / 2) / across, (y + height / 2 - last_y - last_height / 2) / down
    )
    return distance if distance <= REACH + REACH_A_SECOND * gap else FAR


def people_of(frame_number: Ints, seconds: Floats, box: Floats) -> Ints:
    """Number the people in a video: 0 is the interviewee, others follow by prominence.

    Args:
        frame_number: of each face, shape (n,), ascending.
        seconds: time of its frame, shape (n,).
        box: x, y, width, height relative to the frame, shape (n, 4).

    Returns:
        The person of each face, shape (n,).
    """
    tracks = np.empty(len(frame_number), np.int32)
    tracker = Tracker()
    for rows in _frames(frame_number):
        tracks[rows] = tracker.follow(float(seconds[rows[0]]), box[rows].tolist())
    return _joined(tracks, frame_number, np.clip(box[:, 2] * box[:, 3], 0, None))


def lasting_people(frame_number: Ints, person: Ints) -> int:
    """How many people appear on at least a fifth of the frames with a face."""
    if not len(frame_number):
        return 0
    _, seen = np.unique(person, return_counts=True)
    return int((seen >= LASTING_SHARE * len(np.unique(frame_number))).sum())


def _frames(frame_number: Ints) -> list[npt.NDArray[np.intp]]:
    starts = np.flatnonzero(np.diff(frame_number)) + 1
    return np.split(np.arange(len(frame_number)), starts) if len(frame_number) else []


def _joined(tracks: Ints, frame_number: Ints, area: Floats) -> Ints:
    """Join tracks that never overlap in time into people, the most prominent first."""
    prominence = np.bincount(tracks, weights=area) if len(tracks) else np.empty(0)
    people: list[list[tuple[int, int]]] = []  # first and last frames of each person's tracks
    prominences: list[float] = []
    of_track: dict[int, int] = {}
    for track in np.argsort(-prominence, kind="stable").tolist():
        frames = frame_number[tracks == track]
        span = (int(frames[0]), int(frames[-1]))
        person = next((number for number, spans in enumerate(people) if _is_apart(span, spans)), len(people))
        if person == len(people):
            people.append([])
            prominences.append(0.0)
        people[person].append(span)
        prominences[person] += float(prominence[track])
        of_track[track] = person
    rank = {person: place for place, person in enumerate(np.argsort(-np.array(prominences), kind="stable").tolist())}
    return np.array([rank[of_track[track]] for track in tracks.tolist()], dtype=np.int32)


def _is_apart(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return all(span[1] < begun or ended < span[0] for begun, ended in others)
