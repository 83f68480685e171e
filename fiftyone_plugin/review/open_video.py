"""What the App shows of one open video besides its labels: held labels, and what the face does in it."""

from __future__ import annotations

from base64 import b64encode
from itertools import pairwise
from statistics import median_low
from typing import Any

import fiftyone as fo
import numpy as np

from expressiveness.data import COLORS, Interview, timed_lines
from expressiveness.errors import StoreError
from expressiveness.faces import FaceStore, face_strip
from expressiveness.intensity import explained, telling_stretches
from expressiveness.movement import MovementStore, Neutrals

from ..dataset import interviews_of, newest_faces
from ..fields import FACES, PARTICIPANT, runs_with_fields

NO_REGIONS = "What each region of the face does is known once a movement model was trained or has predicted."


def held_labels(dataset: fo.Dataset, sample: str) -> dict[str, Any]:
    """The primary face of each judged frame of a video, for the frames between them, ready for JSON.

    Nothing of this is stored: a label that is only held counts nowhere.

    Args:
        dataset: of interviews.
        sample: the video's id.

    Returns:
        By frame label, those of runs first, newest first, each with a `path`; the numbers of the judged `frames`, from
        1; their `boxes` and `labels`; and the distance `until` which a label holds, in frames. Also the `colors` of the
        labels.
    """
    fields = [field for field in (*reversed(runs_with_fields(dataset)), FACES) if dataset.has_frame_field(field)]
    names = [f"frames.{field}.detections.{name}" for field in fields for name in ("index", "bounding_box", "label")]
    numbers, *columns = dataset.select(sample).values(["frames.frame_number", *names], unwind=False)
    held = []
    for position, field in enumerate(fields):
        rows = zip(numbers[0], *(column[0] for column in columns[3 * position : 3 * position + 3]), strict=True)
        faces = [
            (number, [round(value, 4) for value in box], label)
            for number, *parts in rows
            for index, box, label in zip(*(part or [] for part in parts), strict=True)
            if index == 0
        ]
        if faces:
            frames, boxes, labels = zip(*faces, strict=True)
            step = median_low([later - frame for frame, later in pairwise(frames)] or [1])
            held.append(
                {"path": f"frames.{field}", "frames": frames, "boxes": boxes, "labels": labels, "until": 2 * step}
            )
    return {"fields": held, "colors": {**COLORS}}


def video_details(dataset: fo.Dataset, sample: str) -> dict[str, Any]:
    """What the face does in a video, and what is said, ready for JSON.

    Args:
        dataset: of interviews.
        sample: the video's id.

    Returns:
        `strip`: a `picture` of the face in each second, as a data URL, and the `frames` and `seconds` of the faces in
        it; None if there are none. `transcript`: its lines, each with `start` and `end` in seconds and `text`.
        `regions` and `why`: see `_regions`; or `no_regions`, why these are not known.
    """
    video = dataset.select(sample)
    [interview] = interviews_of(video)
    transcript = interview.attributes.get("transcript", "")
    lines = [{"start": line.start, "end": line.end, "text": line.text} for line in timed_lines(transcript)]
    try:
        store = newest_faces(dataset)
        return {"transcript": lines, "strip": _strip(store, interview), **_regions(dataset, store, interview)}
    except StoreError as error:
        return {"transcript": lines, "strip": None, "no_regions": str(error)}


def _strip(store: FaceStore, interview: Interview) -> dict[str, Any] | None:
    strip = face_strip(store.load(interview))
    if strip is None:
        return None
    picture = f"data:image/jpeg;base64,{b64encode(strip.jpeg).decode()}"
    return {"picture": picture, "frames": strip.frame_numbers, "seconds": strip.seconds}


def _regions(dataset: fo.Dataset, store: FaceStore, interview: Interview) -> dict[str, Any]:
    """How strongly each region of the face is away from neutral over time, and its share of the whole.

    Returns:
        `regions`: the `seconds`, and for each of the `names` its `intensity`. `why`: the `share` of each, its most
        `telling` second, that of the whole face (`telling`), the share of the `upper_face`, and of `speaking`.
    """
    movements = MovementStore.beside(store)
    if not movements.has(interview):
        return {"no_regions": NO_REGIONS}
    movement = movements.load(interview)
    if movement.doubt or not len(movement):
        return {"no_regions": movement.doubt or "No face moves in this video."}
    of_person = interviews_of(dataset.match(fo.ViewField(PARTICIPANT) == interview.participant))
    why, shares = explained(movement, Neutrals(of_person, movements).of(interview.participant))
    return {
        "regions": {
            "seconds": np.round(movement.seconds, 2).tolist(),
            "names": list(shares.names),
            "intensity": np.round(shares.intensity.T, 3).tolist(),
        },
        "why": {
            "shares": why.regions,
            "of_regions": {
                name: telling_stretches(movement.seconds, one, most=1)[0]
                for name, one in zip(shares.names, shares.intensity.T, strict=True)
            },
            "telling": why.telling,
            "upper_face": why.upper_face,
            "speaking": why.speaking,
        },
    }
