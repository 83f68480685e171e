"""A model's record, `model.json`: its settings and figures, read without what the model learned, and so at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError

FORMAT = 2
"""In format 1 the numbers of a model of movement were in the record, and the network's options among the rest."""

RECORD = "model.json"
MAX_RECORD_BYTES = 64 * 2**20


def read_record(folder: Path) -> dict[str, Any]:
    """Read a model folder's settings and figures, without its weights and so without TensorFlow.

    Raises:
        ModelError: as `load_model`.
    """
    file = folder / RECORD
    try:
        if file.stat().st_size > MAX_RECORD_BYTES:
            raise ModelError(f"{file} is larger than a model's record can be; this is no model folder")
        record = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(f"no model in {folder}; give a folder that `expressiveness train` wrote") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file} is damaged ({error}); train again") from error
    if not isinstance(record, dict) or not isinstance(record.get("format"), int):
        raise ModelError(f"{file} is no model's record; give a folder that `expressiveness train` wrote")
    if record["format"] > FORMAT:
        raise ModelError(
            f"{folder} is of format {record['format']}, newer than this version reads; update expressiveness"
        )
    if record.get("categories") != list(CATEGORIES):
        raise ModelError(
            f"{folder} knows the categories {record.get('categories')}, not {list(CATEGORIES)}; train again"
        )
    return record
