"""Which files the App may serve: those that a dataset refers to as media, by the exact path stored there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import fiftyone.core.odm as foo
from cachetools import TTLCache

PATHS_IN_LABELS = {
    "fiftyone.core.labels.Segmentation": "mask_path",
    "fiftyone.core.labels.Heatmap": "map_path",
    "fiftyone.core.labels.Detection": "mask_path",
    "fiftyone.core.labels.Detections": "detections.mask_path",
    "fiftyone.core.threed.OrthographicProjectionMetadata": "filepath",
}
"""Paths of files in FiftyOne's labels, by the type of the field."""

REMEMBERED, SECONDS = 10_000, 60
"""Cache size and lifetime; a video is requested in many pieces."""

_answers: TTLCache[str, bool] = TTLCache(REMEMBERED, SECONDS)


def is_media(path: str) -> bool:
    """Whether a dataset refers to a file as media of a sample, a frame or a label."""
    if _answers.get(path):
        return True
    found = _is_named(path)
    if found:  # do not cache misses: the file may be added any moment
        _answers[path] = True
    return found


def other_datasets(name: str) -> set[str]:
    """The names and ids of all datasets but one; views made of it, such as clips, are datasets of its own."""
    documents = foo.get_db_conn().datasets.find(
        {"sample_collection_name": {"$regex": r"^samples\."}}, {"name": 1, "slug": 1}
    )
    others = [document for document in documents if document["name"] != name]
    return {str(value) for document in others for value in document.values()}


def _is_named(path: str) -> bool:
    database = foo.get_db_conn()
    datasets = list(database.datasets.find({}, _OF_DATASET))
    samples = (dataset["sample_collection_name"] for dataset in datasets)
    if any(database[name].find_one({"filepath": path}, {"_id": 1}) for name in samples):  # indexed
        return True
    return any(
        database[collection].find_one({field: path}, {"_id": 1})
        for dataset in datasets
        for collection, field in _other_fields(dataset)
    )


_OF_DATASET = {
    "sample_collection_name": 1,
    "frame_collection_name": 1,
    **{
        f"{kind}_fields.{part}": 1 for kind in ("sample", "frame") for part in ("name", "db_field", "embedded_doc_type")
    },
    "app_config.media_fields": 1,
}


def _other_fields(dataset: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The collections and fields, besides a sample's `filepath`, that refer to files."""
    samples, frames = dataset["sample_collection_name"], dataset.get("frame_collection_name")
    media = (dataset.get("app_config") or {}).get("media_fields") or []
    yield from ((samples, field) for field in media if field != "filepath")
    yield from ((samples, field) for field in _fields_of_labels(dataset.get("sample_fields")))
    if frames:
        yield frames, "filepath"
        yield from ((frames, field) for field in _fields_of_labels(dataset.get("frame_fields")))


def _fields_of_labels(fields: list[dict[str, Any]] | None) -> Iterator[str]:
    for field in fields or []:
        if inner := PATHS_IN_LABELS.get(field.get("embedded_doc_type") or ""):
            yield f"{field.get('db_field') or field['name']}.{inner}"
