"""The only way to write to a dataset's frames, because manual edits must be recorded first.

The App does not store who edited a face, or when. The best estimate of the time is the frame's last modification, which
the next write overwrites.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import fiftyone as fo

from expressiveness.faces import FaceTable
from expressiveness.models import FramePredictions

from ..fields import RunFields
from ..labels import write_faces, write_predictions
from ..truth import Truth
from .states import FaceState, PrimaryFace, touched_faces, write_face_states

CHUNK = 16
"""Videos per write."""


class FrameWriter:
    """Writes to the frames of a dataset; get one from `writing_frames`."""

    def __init__(self, dataset: fo.Dataset) -> None:
        self._dataset = dataset

    def faces(self, tables: Mapping[str, FaceTable], categories: Mapping[str, str]) -> None:
        """Write the faces of some videos, see `write_faces`."""
        write_faces(self._dataset, tables, categories)

    def predictions(
        self, fields: RunFields, predictions: Mapping[str, FramePredictions], truth: Mapping[str, Truth]
    ) -> int:
        """Write a run's predictions of some videos, see `write_predictions`; return how many frames are wrong."""
        return write_predictions(self._dataset, fields, predictions, truth)

    def states(self, states: Mapping[PrimaryFace, FaceState]) -> None:
        """Write decisions about faces."""
        write_face_states(self._dataset, states)

    def of_labels(self, field: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Write one attribute of some labels, in the format of FiftyOne's `set_label_values`."""
        self._dataset.set_label_values(f"frames.{field}", list(values))

    def of_frames(self, field: str, values: Mapping[str, Mapping[int, Any]]) -> None:
        """Write a field of some frames, by sample id and frame number."""
        some = {key: frames for key, frames in values.items() if frames}  # FiftyOne takes no sample without a frame
        if some:
            self._dataset.set_values(f"frames.{field}", some, key_field="id")


@contextmanager
def writing_frames(samples: fo.Dataset | fo.DatasetView) -> Iterator[FrameWriter]:
    """Record manual edits on the frames of some videos, then allow writing to them."""
    record_hand_edits(samples)
    yield FrameWriter(samples._root_dataset)


def record_hand_edits(samples: fo.Dataset | fo.DatasetView) -> list[str]:
    """Record author and time of manual edits to faces, as far as known; see `PrimaryFace.recorded`.

    Returns:
        The ids of the samples with edits.
    """
    edited = {face: face.recorded() for face in touched_faces(samples) if face.state.changed_by_hand}
    write_face_states(samples._root_dataset, edited)
    return sorted({face.sample_id for face in edited})
