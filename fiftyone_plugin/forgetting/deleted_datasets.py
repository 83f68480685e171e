"""Find and remove files of deleted datasets, since FiftyOne does not notify plugins of a deletion.

Nothing is deleted unless the user asks for it, and then only files that this program wrote.
"""

from __future__ import annotations

import re
from pathlib import Path

import fiftyone as fo
import fiftyone.core.odm as foo

from expressiveness.privacy import remove_models, remove_pictures, remove_store

from ..dataset import ELSEWHERE, FACES, MODELS, PICTURES, work_folder, work_folders
from ..fields import INFO_KEY

_ID = re.compile(r"[0-9a-f]{24}")


def folders_in_use() -> dict[str, Path]:
    """The work folders of existing datasets, by dataset name."""
    documents = foo.get_db_conn().datasets.find({f"info.{INFO_KEY}": {"$exists": True}}, {"name": 1})
    names = sorted(document["name"] for document in documents)
    return {name: work_folder(fo.load_dataset(name)).resolve() for name in names}


def leftovers() -> list[Path]:
    """The work folders of deleted datasets that no other dataset uses."""
    used = set(folders_in_use().values())
    return sorted({folder for folder in _abandoned().values() if folder.is_dir() and folder not in used})


def remove_leftovers() -> tuple[int, list[Path]]:
    """Delete what this program wrote into the work folders of deleted datasets.

    Returns:
        The number of deleted files, and the files kept because this program did not write them.

    Raises:
        BusyError: a run is using one of the folders.
        StoreError: one of the folders cannot be written.
    """
    deleted, left = 0, []
    for folder in leftovers():
        deleted += remove_store(folder / FACES) + remove_pictures(folder / PICTURES) + remove_models(folder / MODELS)
        remove_empty_folders(folder)
        left += sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    for place, folder in _abandoned().items():
        if place != folder and not folder.exists():
            (place / ELSEWHERE).unlink()
            remove_empty_folders(place)
    return deleted, left


def remove_empty_folders(folder: Path) -> None:
    """Delete a folder and its subfolders where they contain no files."""
    for path in sorted([folder, *folder.rglob("*")], reverse=True):  # children before their parents
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()


def _abandoned() -> dict[Path, Path]:
    """The default folders of deleted datasets, each with the actual work folder, which may be elsewhere."""
    if not work_folders().is_dir():
        return {}
    there = {str(id) for id in foo.get_db_conn().datasets.distinct("_id")}
    places = [place for place in _folders_in(work_folders()) if _ID.fullmatch(place.name) and place.name not in there]
    return {place: _folder_of(place) for place in places}


def _folder_of(place: Path) -> Path:
    note = place / ELSEWHERE
    return Path(note.read_text(encoding="utf-8")) if note.is_file() else place


def _folders_in(folder: Path) -> list[Path]:
    """The subfolders of a folder, without links, whose targets are not ours."""
    if not folder.is_dir():
        return []
    return sorted(path.resolve() for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
