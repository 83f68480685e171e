"""Who is who over a video, by place alone: a face near where one was before is the same person's.

Nobody is identified: no face is compared with another. A track is a face that stays near its place, and may move with
it. Tracks that are never there at the same time are taken for one person, who moved or was filmed anew. The person
interviewed is the one whose faces fill the most of the picture over the whole video.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

REACH = 1.0
REACH_A_SECOND = 1.0
"""How far from its last place a face may be to be the same person's, in widths of a face: at once, and more for every
second that it was not seen."""

MOST_RESIZED = 2.0
"""A face more than this many times as large as before is another's."""

FAR = 1e6
"""A distance at which no face is the same person's."""

LASTING_SHARE = 0.2
"""Of the frames with a face: who is seen on fewer is a passer-by, a picture on the wall, or a mistake."""

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int32]


class Tracker:
    """Follows faces from frame to frame."""

    def __init__(self) -> None:
        self._last: list[tuple[Sequence[float], float]] = []  # where each track was last, and when

    def follow(self, seconds: float, boxes: Sequence[Sequence[float]]) -> list[int]:
        """Find the track of each face of the next frame, a new one where none fits.

        Args:
            seconds: of the frame; later than that of the last one.
            boxes: of its faces: x, y, width, height.

        Returns:
            The tracks, numbered from 0 as they began.
        """
        tracks = self._going_on(seconds, boxes)
        for face, box in enumerate(boxes):
            if face not in tracks:
                tracks[face] = len(self._last)
                self._last.append((box, seconds))
            self._last[tracks[face]] = (box, seconds)
        return [tracks[face] for face in range(len(boxes))]

    def _going_on(self, seconds: float, boxes: Sequence[Sequence[float]]) -> dict[int, int]:
        """The tracks that faces go on with, by the place of the face: those that together are the nearest."""
        if not boxes or not self._last:
            return {}
        distances = [[_distance(box, last, seconds - when) for last, when in self._last] for box in boxes]
        if len(boxes) == 1:  # as on nearly every frame, where the general way takes long
            pairs = [(0, distances[0].index(min(distances[0])))]
        else:
            faces, tracks = linear_sum_assignment(distances)
            pairs = list(zip(faces.tolist(), tracks.tolist(), strict=True))
        return {face: track for face, track in pairs if distances[face][track] < FAR}


def _distance(box: Sequence[float], last: Sequence[float], gap: float) -> float:
    """Between the middles of two faces, in widths and heights of a face; `FAR` where it is another's."""
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
    """Who each face of a video is: 0 for the person interviewed, 1 and up for others, the more prominent first.

    Args:
        frame_number: of each face, shape (n,), ascending.
        seconds: of its frame, shape (n,).
        box: x, y, width, height as shares of the frame, shape (n, 4).

    Returns:
        Numbers of people, shape (n,).
    """
    tracks = np.empty(len(frame_number), np.int32)
    tracker = Tracker()
    for rows in _frames(frame_number):
        tracks[rows] = tracker.follow(float(seconds[rows[0]]), box[rows].tolist())
    return _joined(tracks, frame_number, np.clip(box[:, 2] * box[:, 3], 0, None))


def lasting_people(frame_number: Ints, person: Ints) -> int:
    """How many people are there for long: on at least a fifth of the frames with a face."""
    if not len(frame_number):
        return 0
    _, seen = np.unique(person, return_counts=True)
    return int((seen >= LASTING_SHARE * len(np.unique(frame_number))).sum())


def _frames(frame_number: Ints) -> list[npt.NDArray[np.intp]]:
    starts = np.flatnonzero(np.diff(frame_number)) + 1
    return np.split(np.arange(len(frame_number)), starts) if len(frame_number) else []


def _joined(tracks: Ints, frame_number: Ints, area: Floats) -> Ints:
    """Join tracks that are never there at the same time to people, the most prominent first."""
    prominence = np.bincount(tracks, weights=area) if len(tracks) else np.empty(0)
    people: list[list[tuple[int, int]]] = []  # when each person's tracks began and ended
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
