"""Who is who over a video, by place alone: a face near where one was before is the same person's.

Nobody is identified: no face is compared with another. A track is a face that stays near its place, and may move with
it. Tracks that are never there at the same time are taken for one person, who moved or was filmed anew. The person
interviewed is the one whose faces fill the most of the picture over the whole video.
"""

from __future__ import annotations

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

LASTING_SHARE = 0.2
"""Of the frames with a face: who is seen on fewer is a passer-by, a picture on the wall, or a mistake."""

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int32]


class Tracker:
    """Follows faces from frame to frame."""

    def __init__(self) -> None:
        self._boxes = np.empty((0, 4))  # where each track was last
        self._seconds = np.empty(0)  # and when

    def follow(self, seconds: float, boxes: Floats) -> list[int]:
        """Find the track of each face of the next frame, a new one where none fits.

        Args:
            seconds: of the frame; later than that of the last one.
            boxes: of its faces, shape (n, 4): x, y, width, height.

        Returns:
            The tracks, numbered from 0 as they began.
        """
        boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
        tracks = [-1] * len(boxes)
        cost = self._distances(seconds, boxes)
        for face, track in zip(*linear_sum_assignment(np.minimum(cost, 1e6)), strict=True):
            if np.isfinite(cost[face, track]):
                tracks[face] = int(track)
        for face, track in enumerate(tracks):
            if track < 0:
                tracks[face] = len(self._boxes)
                self._boxes = np.vstack([self._boxes, boxes[face]])
                self._seconds = np.append(self._seconds, seconds)
        self._boxes[tracks], self._seconds[tracks] = boxes, seconds
        return tracks

    def _distances(self, seconds: float, boxes: Floats) -> Floats:
        """How far each face is from each track's last place, in widths of a face; infinite where out of reach."""
        across = (boxes[:, None, 2] + self._boxes[None, :, 2]) / 2
        down = (boxes[:, None, 3] + self._boxes[None, :, 3]) / 2
        offsets = (boxes[:, None, :2] + boxes[:, None, 2:] / 2) - (
            self._boxes[None, :, :2] + self._boxes[None, :, 2:] / 2
        )
        distances: Floats = np.hypot(
            offsets[..., 0] / np.maximum(across, 1e-9), offsets[..., 1] / np.maximum(down, 1e-9)
        )
        resized = np.abs(np.log(np.maximum(boxes[:, None, 2], 1e-9) / np.maximum(self._boxes[None, :, 2], 1e-9)))
        reach = REACH + REACH_A_SECOND * (seconds - self._seconds)
        return np.where((distances <= reach) & (resized <= np.log(MOST_RESIZED)), distances, np.inf)


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
        tracks[rows] = tracker.follow(float(seconds[rows[0]]), box[rows])
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
