"""A model's record, `model.json`: its settings and figures, without the weights and so quick to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from expressiveness._io import NotPlainError, read_bounded
from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from expressiveness.wording import problems

FORMAT = 2
"""In format 1, the record also held a movement model's numbers, and the network's options were among its settings."""

RECORD = "model.json"
MAX_RECORD_BYTES = 16 * 2**20  # room for the ids of a million interviews


class _Record(BaseModel):
    """The fields needed to build a model; contents that a settings class validates are not checked here."""

    model_config = ConfigDict(strict=True)

    config: dict[str, Any]
    extraction: dict[str, Any]
    thresholds: dict[Literal["low", "high"], FiniteFloat]
    category_scores: Annotated[list[FiniteFloat], Field(min_length=len(CATEGORIES), max_length=len(CATEGORIES))]
    split: dict[Literal["train", "validation", "test"], list[str]]
    history: dict[str, list[float]]  # a loss may be infinite
    data: dict[str, Any]
    versions: dict[str, str]
    created: str
    evaluation: dict[str, Any] | None
    sets: dict[Literal["promise", "threshold", "people"], FiniteFloat | int] | None = None


def check_record(record: dict[str, Any]) -> None:
    """Check that a record has all fields of a model, with the right types.

    Raises:
        ModelError: it does not; the message says what is wrong.
    """
    try:
        _Record.model_validate(record)
    except ValidationError as error:
        raise ModelError(problems(error)) from error


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
        raise ModelError(f"{file} is not the record of a model; give a folder that `expressiveness train` wrote")
    if record["format"] > FORMAT:
        raise ModelError(
            f"{folder} is of format {record['format']}, newer than this version reads; update expressiveness"
        )
    if record.get("categories") != list(CATEGORIES):
        raise ModelError(
            f"{folder} was trained for the categories {record.get('categories')}, not {list(CATEGORIES)}; train again"
        )
    return record
