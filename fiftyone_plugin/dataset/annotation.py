"""What the App's Annotate tab lets a person change: the category and tags of faces, and the category of a video.

The tab edits what has an activated label schema. Faces of one video and place in the order share an instance, which is
their row on the timeline. What differs from frame to frame is declared dynamic: the row shows it as stretches, and a
change holds from its frame up to the next change. So a stretch is corrected by setting the category where it begins and
setting it back where it ends.
"""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from expressiveness.data import CATEGORIES

from ..fields import CHECK_TAG, EXCLUDE_TAG, FACE_LABEL, FACES, REVIEWED_CATEGORY

_CATEGORY: dict[str, Any] = {"type": "str", "component": "radio", "values": list(CATEGORIES)}
_TAGS = {"type": "list<str>", "component": "checkboxes", "values": [EXCLUDE_TAG, CHECK_TAG]}
_TEXT = {"type": "str", "component": "text", "read_only": True}


def enable_annotation(dataset: fo.Dataset) -> None:
    """Give faces and videos their label schemas, and activate them; schemas of other fields stay as they are."""
    schemas = {f"frames.{FACES}": _face_schema(), REVIEWED_CATEGORY: _video_schema()}
    for field, schema in schemas.items():
        dataset.update_label_schema(field, schema)
    dataset.activate_label_schemas(list(schemas))


def _face_schema() -> dict[str, Any]:
    """Every attribute that a face carries: an edit copies those without a schema to all faces of the row."""
    attributes: dict[str, dict[str, Any]] = {
        "category": _CATEGORY,
        "tags": _TAGS,
        "confidence": {"type": "float", "component": "text", "read_only": True},
        **dict.fromkeys(("decided_at", "decided_by", "recorded"), _TEXT),
    }
    return {
        "type": "detections",
        "component": "radio",
        "classes": [FACE_LABEL],
        "default": FACE_LABEL,
        "attributes": [{"name": name, "dynamic": True, **schema} for name, schema in attributes.items()],
    }


def _video_schema() -> dict[str, Any]:
    return {"type": "classification", "component": "radio", "classes": list(CATEGORIES), "attributes": []}
