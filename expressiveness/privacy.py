"""Delete what was made of an interview, when its person asks for that.

The video and its row of the table that was read are the user's to delete: they are where the interview came from.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from expressiveness._io import check_answers, file_stem, whole_file
from expressiveness.errors import ModelError, StoreError
from expressiveness.models import RECORD, read_record
from expressiveness.store import alone_in_store


@dataclass(slots=True)
class ForgetReport:
    """What of an interview was found and deleted."""

    video: str | None = None  # where the video is, which is not deleted; None where no dataset knew it
    frames: int = 0  # with labels
    tables: int = 0  # of faces and movement
    pictures: int = 0  # of frames
    indexes: list[str] = field(default_factory=list)  # maps and indexes of a dataset that held its vector
    learned: list[str] = field(default_factory=list)  # models that were trained on it

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self)

    def summary(self) -> str:
        """What was deleted, and what is left to do, in a few lines."""
        lines = [
            f"deleted {self.tables} tables of faces and movement, the labels of {self.frames} frames, "
            f"{self.pictures} pictures of frames."
        ]
        if self.indexes:
            lines.append(f"Deleted with its vector, to be computed again: {', '.join(self.indexes)}.")
        if self.learned:
            lines.append(f"Trained on it, and not to be used before they are trained again: {', '.join(self.learned)}.")
        if self.video:
            lines.append(f"Yours to delete: {self.video}, and its row of the folder's table.")
        return "\n".join(lines)


def forget_in_store(store: Path, interview_id: str) -> int:
    """Delete every table of an interview from a face store: its faces, of any settings, and its movement.

    Returns:
        How many tables there were.

    Raises:
        StoreError: there is no such folder.
        PlaceError: nothing answers at a URL.
        BusyError: another run writes to it.
    """
    check_answers(store)
    if not store.is_dir():
        raise StoreError(f"no face store {store}; give the folder that `expressiveness extract` wrote")
    with alone_in_store(store, "forgetting an interview"):
        tables = list(store.glob(f"*/{file_stem(interview_id)}-{'?' * 16}.npz"))
        for table in tables:
            table.unlink()
    return len(tables)


def forget_in_model(folder: Path, interview_id: str) -> bool:
    """Remove an interview's id from a model's record. What the model learned from it stays in the model.

    Returns:
        Whether the model learned from it, and so should be trained again.

    Raises:
        ModelError: there is no such model, or it cannot be written.
    """
    record = read_record(folder)
    learned = any(interview_id in record["split"][name] for name in ("train", "validation"))
    record["split"] = {name: _without(ids, interview_id) for name, ids in record["split"].items()}
    record["data"] = forget_in_data(record["data"], interview_id)
    record["evaluation"] = forget_in_figures(record["evaluation"], interview_id)
    try:
        with whole_file(folder / RECORD) as file:
            file.write((json.dumps(record, indent=2) + "\n").encode())
    except OSError as error:
        raise ModelError(f"cannot write {folder / RECORD} ({error.strerror or error})") from error
    return learned


def forget_in_data(data: dict[str, Any], interview_id: str) -> dict[str, Any]:
    """What a model says of the data that it was trained on, without an interview's id."""
    passed_over = {id: reason for id, reason in data.get("passed_over", {}).items() if id != interview_id}
    return {**data, "passed_over": passed_over} if "passed_over" in data else data


def forget_in_figures(evaluation: dict[str, Any] | None, interview_id: str) -> dict[str, Any] | None:
    """An evaluation without an interview's id among those where no face was found."""
    if not evaluation or "without_face" not in evaluation.get("video", {}):
        return evaluation
    video = evaluation["video"]
    return {**evaluation, "video": {**video, "without_face": _without(video["without_face"], interview_id)}}


def _without(ids: list[str], interview_id: str) -> list[str]:
    return [id for id in ids if id != interview_id]
