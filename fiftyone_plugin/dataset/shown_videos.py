"""Find which videos and frames a view shows, whether it consists of videos, clips, frames or patches."""

from __future__ import annotations

from collections.abc import Sequence

import fiftyone as fo

from ..fields import FACES


def source_ids(samples: fo.Dataset | fo.DatasetView) -> list[str]:
    """The sample ids of the videos behind a view."""
    return list(dict.fromkeys(samples.values(_id_field(samples))))


def videos_of(samples: fo.Dataset | fo.DatasetView) -> fo.Dataset | fo.DatasetView:
    """The samples themselves if they are videos, else the videos behind them."""
    if not samples.has_sample_field("sample_id"):
        return samples
    return samples._root_dataset.select(source_ids(samples))


def frames_showing(samples: fo.Dataset | fo.DatasetView, fields: Sequence[str] = (FACES,)) -> dict[str, set[int]]:
    """The frames on which a view shows a primary face.

    Args:
        samples: a dataset of interviews, or any view of one.
        fields: frame labels without "frames.", `faces` or those of runs; one of them must have a label for the face.

    Returns:
        Frame numbers by the video's sample id.
    """
    shown: dict[str, set[int]] = {}
    for field in fields:
        if not has_frame_labels(samples, field):
            continue
        if _is_of_frames(samples):
            listed = issubclass(samples.get_field_schema()[field].document_type, fo.Detections)
            index = f"{field}.detections.index" if listed else f"{field}.index"
            for sample_id, number, indices in zip(*samples.values(["sample_id", "frame_number", index]), strict=True):
                _add(shown, sample_id, number, indices if listed else [indices])
        else:
            names = [_id_field(samples), "frames.frame_number", f"frames.{field}.detections.index"]
            for sample_id, numbers, columns in zip(*samples.values(names), strict=True):
                for number, indices in zip(numbers, columns, strict=True):
                    _add(shown, sample_id, number, indices)
    return shown


def has_frame_labels(samples: fo.Dataset | fo.DatasetView, field: str) -> bool:
    """Whether a view has a frame label, `faces` or that of a run; patch views only have one of them."""
    if _is_of_frames(samples):
        return field in samples.get_field_schema()
    return bool(samples.has_frame_field(field))


def _is_of_frames(samples: fo.Dataset | fo.DatasetView) -> bool:
    """Whether the samples of a view are frames or patches rather than videos or clips."""
    return bool(samples.has_sample_field("frame_number"))


def _id_field(samples: fo.Dataset | fo.DatasetView) -> str:
    return "sample_id" if samples.has_sample_field("sample_id") else "id"


def _add(shown: dict[str, set[int]], sample_id: str, number: int, indices: list[int | None] | None) -> None:
    if 0 in (indices or ()):
        shown.setdefault(sample_id, set()).add(number)
