"""What the App's Annotate tab lets a person change: the category and tags of faces, and the category of a video.

The tab edits what has an activated label schema. A face's category is declared dynamic, so it is changed frame by frame
and drawn as stretches on the timeline; faces of one video and place in the order share an instance, which is their row.
"""

from __future__ import annotations

from typing import Any

import fiftyone as fo
from expressiveness.categories import CATEGORIES

from .fields import CHECK_TAG, EXCLUDE_TAG, FACE_LABEL, FACES, REVIEWED_CATEGORY

_CHOSEN = {"type": "str", "component": "radio", "values": list(CATEGORIES)}


def enable_annotation(dataset: fo.Dataset) -> None:
    """Give faces and videos their label schemas, and activate them; schemas of other fields stay as they are."""
    schemas = {f"frames.{FACES}": _face_schema(), REVIEWED_CATEGORY: _video_schema()}
    for field, schema in schemas.items():
        dataset.update_label_schema(field, schema)
    dataset.activate_label_schemas(list(schemas))


def _face_schema() -> dict[str, Any]:
    tags = {"type": "list<str>", "component": "checkboxes", "values": [EXCLUDE_TAG, CHECK_TAG]}
    return {
        "type": "detections",
        "component": "radio",
        "classes": [FACE_LABEL],
        "default": FACE_LABEL,
        "attributes": [
            {"name": "category", "dynamic": True, **_CHOSEN},
            {"name": "tags", "dynamic": True, **tags},
        ],
    }


def _video_schema() -> dict[str, Any]:
    return {"type": "classification", "component": "radio", "classes": list(CATEGORIES), "attributes": []}
