"""A model's record, `model.json`: its settings and figures, read without what the model learned, and so at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from expressiveness._io import NotPlainError, read_bounded
from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError

FORMAT = 2
"""In format 1 the numbers of a model of movement were in the record, and the network's options among the rest."""

RECORD = "model.json"
MAX_RECORD_BYTES = 16 * 2**20  # room for the ids of a million interviews


def read_record(folder: Path | str) -> dict[str, Any]:
    """Read a model folder's settings and figures, without its weights and so without TensorFlow.

    Raises:
        ModelError: as `load_model`.
    """
    folder = Path(folder)
    file = folder / RECORD
    try:
        record = json.loads(read_bounded(file, most=MAX_RECORD_BYTES))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(f"no model in {folder}; give a folder that `expressiveness train` wrote") from error
    except NotPlainError as error:
        raise ModelError(f"{file} cannot be used ({error}); copy the model again, or train again") from error
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
