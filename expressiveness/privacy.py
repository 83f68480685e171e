"""Delete everything derived from an interview, when the person in it asks for that.

The video and its rows in the folder's table and in `neutral.csv` are the source, and left for the user to delete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from expressiveness._io import LOCK_FILE, Manifest, check_answers, file_stem, rewrite
from expressiveness.data import NEUTRAL_FILE
from expressiveness.errors import StoreError
from expressiveness.faces import CONFIG_FILE
from expressiveness.models import CARD, RECORD, WEIGHTS, read_record
from expressiveness.store import alone_in_store


@dataclass(slots=True)
class ForgetReport:
    """What was found of an interview, and deleted."""

    video: str | None = None  # its path; the file is kept. None if no dataset had it
    datasets: list[str] = field(default_factory=list)  # it was deleted from
    frames: int = 0  # that had labels
    tables: int = 0  # of faces and movement
    pictures: int = 0  # of frames
    documents: int = 0  # of the database, apart from sample and frames, that were deleted or had the id removed
    indexes: list[str] = field(default_factory=list)  # computed over all videos: maps, indexes, evaluations
    deleted: list[str] = field(default_factory=list)  # saved views and the like that were only about it
    learned: list[str] = field(default_factory=list)  # models trained on it
    yours: list[str] = field(default_factory=list)  # may contain it, and is left for the user to delete

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)

    @property
    def found(self) -> bool:
        """Whether anything was deleted."""
        return replace(self, yours=[]) != ForgetReport()

    def summary(self) -> str:
        """What was deleted, and what is left to do, in a few lines."""
        lines = [
            f"deleted {self.tables} tables of faces and movement, the labels of {self.frames} frames, "
            f"{self.pictures} pictures of frames."
        ]
        if self.datasets:
            lines.append(
                f"Forgotten in {', '.join(self.datasets)}, and in {self.documents} more documents of the database."
            )
        if self.indexes:
            lines.append(f"Deleted because they included it, to be computed again: {', '.join(self.indexes)}.")
        if self.deleted:
            lines.append(f"Deleted because they were about it: {', '.join(self.deleted)}.")
        if self.learned:
            lines.append(f"Trained on it, so train them again before use: {', '.join(self.learned)}.")
        if self.video:
            lines.append(f"Yours to delete: {self.video}, and its row in the folder's table and any {NEUTRAL_FILE}.")
        lines += [f"Yours to delete: {what}." for what in self.yours]
        lines.append("Reports and tables that you wrote elsewhere, and your backups, were not searched.")
        return "\n".join(lines)


def tables_of(store: Path, interview_id: str) -> list[Path]:
    """The tables of an interview in a face store: its faces, with any settings, and its movement."""
    return list(store.glob(f"*/{file_stem(interview_id)}-{'?' * 16}.npz"))


def forget_in_store(store: Path, interview_id: str, *, named: Collection[str] | None = None) -> int:
    """Delete the tables of an interview from a face store: its faces, with any settings, and its movement.

    Args:
        store: filled by `expressiveness extract` or the App's Detect faces.
        interview_id: whose tables to delete.
        named: delete only tables with these file names, which identify the video; None for all.

    Returns:
        How many tables were deleted.

    Raises:
        StoreError: there is no such folder.
        PlaceError: a URL cannot be reached.
        BusyError: another run is writing to it.
    """
    check_answers(store)
    if not store.is_dir():
        raise StoreError(f"no face store {store}; give the folder that `expressiveness extract` wrote")
    with alone_in_store(store, "forgetting an interview"):
        tables = [table for table in tables_of(store, interview_id) if named is None or table.name in named]
        for table in tables:
            table.unlink()
    return len(tables)


def forget_pictures(folder: Path) -> tuple[int, list[Path]]:
    """Delete the pictures of an interview's frames.

    Args:
        folder: holds the pictures of this interview only.

    Returns:
        How many were deleted; and the other files found there, which this program did not write and leaves alone.
    """
    deleted = _delete(folder, _PICTURE)
    others = sorted(folder.iterdir()) if folder.is_dir() else []
    if folder.is_dir() and not others:
        folder.rmdir()
    return deleted, others


def remove_store(store: Path) -> int:
    """Delete every table of a face store and their settings files; return how many files were deleted.

    Raises:
        BusyError: another run is writing to it.
        StoreError: it cannot be written.
    """
    if not store.is_dir():
        return 0
    with alone_in_store(store, "cleaning up"):
        deleted = sum(_delete(folder, _TABLE) for folder in store.iterdir())
        for settings in store.glob(f"*/{CONFIG_FILE}"):
            if list(settings.parent.iterdir()) == [settings]:
                deleted += _delete(settings.parent, re.compile(re.escape(CONFIG_FILE)))
    (store / LOCK_FILE).unlink(missing_ok=True)
    return deleted


def remove_pictures(folder: Path) -> int:
    """Delete the frame pictures of all interviews, one folder each; return how many were deleted."""
    return sum(_delete(one, _PICTURE) for one in folder.iterdir()) if folder.is_dir() else 0


def remove_models(folder: Path) -> int:
    """Delete the models in a folder, except files changed since they were written; return how many were deleted."""
    if not folder.is_dir():
        return 0
    models = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    return sum(map(_remove_model, models)) + _delete(folder, _LOCK)


def _remove_model(folder: Path) -> int:
    before = set(folder.iterdir())
    if manifest := Manifest.read(folder):
        manifest.remove_ours()
    else:
        _delete(folder, re.compile("|".join(map(re.escape, (RECORD, WEIGHTS, CARD)))))
    return len(before) - (len(list(folder.iterdir())) if folder.is_dir() else 0)


_TABLE = re.compile(r"[A-Za-z0-9_.]+-[0-9a-f]{16}\.npz")
_PICTURE = re.compile(r"\d{6,}\.jpg")
_LOCK = re.compile(rf"\..+{re.escape(LOCK_FILE)}")


def _delete(folder: Path, name: re.Pattern[str]) -> int:
    """Delete the files in a folder whose names match; links and what they point to are left alone."""
    if folder.is_symlink() or not folder.is_dir():
        return 0
    files = [
        file for file in folder.iterdir() if name.fullmatch(file.name) and file.is_file() and not file.is_symlink()
    ]
    for file in files:
        file.unlink()
    return len(files)


def forget_in_model(folder: Path, interview_id: str) -> bool:
    """Remove an interview's id from a model's record. What the model learned from it stays in the model.

    Returns:
        Whether the model learned from it, and so should be trained again.

    Raises:
        ModelError: there is no such model.
        OutputError: it cannot be written.
    """
    record = read_record(folder)
    if (kept := forget_in_record(record, interview_id)) != record:
        rewrite(folder, RECORD, (json.dumps(kept, indent=2) + "\n").encode())
    return any(interview_id in record["split"][name] for name in ("train", "validation"))


def forget_in_record(record: Mapping[str, Any], interview_id: str) -> dict[str, Any]:
    """A model's record without an interview's id."""
    return {
        **record,
        "split": {name: _without(ids, interview_id) for name, ids in record["split"].items()},
        "data": _forget_in_data(record["data"], interview_id),
        "evaluation": _forget_in_figures(record["evaluation"], interview_id),
    }


def _forget_in_data(data: dict[str, Any], interview_id: str) -> dict[str, Any]:
    """The description of a model's training data, without an interview's id."""
    passed_over = {id: reason for id, reason in data.get("passed_over", {}).items() if id != interview_id}
    return {**data, "passed_over": passed_over} if "passed_over" in data else data


def _forget_in_figures(evaluation: dict[str, Any] | None, interview_id: str) -> dict[str, Any] | None:
    """An evaluation without an interview's id in its list of skipped interviews."""
    if not evaluation:
        return evaluation
    kept, video = _forget_in_data(evaluation, interview_id), evaluation.get("video", {})
    if "without_face" not in video:
        return kept
    # Models of earlier versions list them here, without a reason.
    return {**kept, "video": {**video, "without_face": _without(video["without_face"], interview_id)}}


def _without(ids: list[str], interview_id: str) -> list[str]:
    return [id for id in ids if id != interview_id]
