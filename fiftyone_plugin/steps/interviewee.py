"""Choose the interviewee among several people in a video."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import fiftyone as fo
import numpy as np

from expressiveness.errors import ConfigError
from expressiveness.movement import MovementStore, landmarker_of_process, read_movement

from ..curation import expected_categories, writing_frames
from ..dataset import alone_on_dataset, interviews_of, newest_faces
from ..fields import FACES


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """One of the people in a video."""

    person: int  # the `index` of their faces; 0 is the interviewee
    share: float  # of the frames with a face that show this person
    middle: float  # horizontal position of their faces, 0 (left) to 1

    def __str__(self) -> str:
        """Where they are, and how often they are seen."""
        side = "on the left" if self.middle < 0.4 else "on the right" if self.middle > 0.6 else "in the middle"
        taken = ", taken now" if self.person == 0 else ""
        return f"{side}, on {self.share:.0%} of the frames{taken}"


def people_in(video: fo.Dataset | fo.DatasetView) -> list[PersonSeen]:
    """The people in a video, the interviewee first.

    Args:
        video: a view of one video of a dataset of interviews.
    """
    faces = f"frames.{FACES}.detections"
    [indices], [boxes] = video.values([f"{faces}.index", f"{faces}.bounding_box"])
    seen: Counter[int] = Counter()
    middles: dict[int, list[float]] = {}
    for on_frame, boxes_on_frame in zip(indices or [], boxes or [], strict=True):
        for person, box in zip(on_frame or [], boxes_on_frame or [], strict=True):
            seen[person] += 1
            middles.setdefault(person, []).append(box[0] + box[2] / 2)
    frames = sum(bool(on_frame) for on_frame in indices or [])
    return [PersonSeen(person, seen[person] / frames, float(np.median(middles[person]))) for person in sorted(seen)]


@alone_on_dataset("choosing the person interviewed")
def choose_interviewee(video: fo.Dataset | fo.DatasetView, person: int) -> None:
    """Make another person in a video the interviewee: in the stored faces, their movement, and the labels.

    Decisions stay with the person they were made about. Predictions are outdated until made again. Repeating the call
    with the same number undoes it.

    Args:
        video: a view of one video of a dataset of interviews.
        person: the `index` of their faces.

    Raises:
        StoreError: no faces were detected yet.
        ConfigError: there is no such person, or more than one video.
    """
    dataset = video._root_dataset
    if len(video) != 1:
        raise ConfigError(f"{len(video)} videos; choose the person interviewed in one at a time")
    store, [interview] = newest_faces(dataset), interviews_of(video)
    movements, sample_id = MovementStore.beside(store), video.first().id
    table = store.load(interview).with_interviewee(person)
    with store.alone():
        if movements.has(interview):
            movement = read_movement(interview.video, faces=table, landmarker=landmarker_of_process())
            movements.save(interview, movement)
        store.save(interview, table)
    with writing_frames(video) as frames:
        index = f"frames.{FACES}.detections.index"
        swap = {0: person, person: 0}
        swapped = [[swap.get(one, one) for one in on_frame or []] for on_frame in video.values(index)[0]]
        dataset.select(sample_id).set_values(index, [swapped])
        frames.faces({sample_id: table}, expected_categories(video))
