"""Set up the App's Annotate tab for editing the category and tags of faces, and the category of a video.

The tab edits fields with an active label schema. Faces with the same index in a video share an instance, and thus a row
on the timeline. Attributes that vary over time are declared dynamic: the row shows them as stretches, and a change
holds from its frame until the next change. So to correct a stretch, set the category at its start and set it back at
its end.
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
    """Set and activate the label schemas of faces and videos, leaving other fields alone."""
    schemas = {f"frames.{FACES}": _face_schema(), REVIEWED_CATEGORY: _video_schema()}
    for field, schema in schemas.items():
        dataset.update_label_schema(field, schema)
    dataset.activate_label_schemas(list(schemas))


def _face_schema() -> dict[str, Any]:
    """All attributes of a face, since an edit copies any attribute without a schema to all faces of the row."""
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
