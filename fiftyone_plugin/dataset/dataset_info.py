"""The plugin's metadata of a dataset: import settings, face detection settings, and the location of its files.

A dataset's files are in a work folder named after the dataset's id, so that datasets can be renamed and names never
become paths. A clone has a new id, and gets a copy of the faces and models when it first needs its folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness._io import LOCK_FILE, UNFINISHED
from expressiveness.data import DEFAULT_TARGET, Thresholds
from expressiveness.errors import OutputError, StoreError
from expressiveness.faces import ExtractionConfig, FaceStore

from ..fields import INFO_KEY

FACES, MODELS, PICTURES = "faces", "models", "frames"
"""Subfolders of a work folder."""

ELSEWHERE = "elsewhere.txt"
"""A file in the default location with the path of a work folder elsewhere, to find it after the dataset is deleted."""


def id_of(dataset: fo.Dataset) -> str:
    """A dataset's id, which survives renaming; FiftyOne has no public API for it."""
    return str(dataset._doc.id)


def info_of(dataset: fo.Dataset) -> dict[str, Any]:
    """The metadata of a dataset.

    Its keys are `folder`, `reader`, `target`, `thresholds`, `scores` and `attributes` of the import, `extraction`,
    `work_folder` and `exports`. `dataset` is the id it was written for, because a clone copies all of `dataset.info`
    while work folder and exports still belong to the original. `cloned_from` is the original's work folder.
    """
    info = dict(dataset.info.get(INFO_KEY, {}))
    source = info.get("dataset")
    if source and source != id_of(dataset):
        folder = info.pop("work_folder", None) or str(work_folders() / source)
        if Path(folder).is_dir() or "cloned_from" not in info:  # otherwise a clone of an unused clone: keep its source
            info["cloned_from"] = folder
        info.pop("exports", None)
    return info


def keep_info(dataset: fo.Dataset, **values: Any) -> None:
    """Update the metadata with new values."""
    dataset.info[INFO_KEY] = {**info_of(dataset), **values, "dataset": id_of(dataset)}
    dataset.save()


def imported_measure(dataset: fo.Dataset) -> tuple[str, Thresholds]:
    """The score that gives the categories of a dataset, and its thresholds."""
    info = info_of(dataset)
    return info.get("target", DEFAULT_TARGET), Thresholds(**info.get("thresholds", {}))


def work_folders() -> Path:
    """The parent of all work folders, except those set elsewhere."""
    return Path(fo.config.default_dataset_dir) / "expressiveness"


def work_folder(dataset: fo.Dataset) -> Path:
    """The folder with a dataset's faces and models.

    Raises:
        OutputError: the dataset is a clone, and the original's files cannot be copied.
    """
    info = info_of(dataset)
    folder = Path(info.get("work_folder") or work_folders() / id_of(dataset))
    source = Path(info.get("cloned_from") or folder)
    if source != folder and source.is_dir() and not folder.exists():
        _copy_work(source, folder)
    return folder


def set_work_folder(dataset: fo.Dataset, folder: Path) -> None:
    """Set the folder for a dataset's faces and models."""
    folder = folder.resolve()
    keep_info(dataset, work_folder=str(folder))
    note = work_folders() / id_of(dataset) / ELSEWHERE
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(folder), encoding="utf-8")


def face_store(dataset: fo.Dataset, extraction: ExtractionConfig) -> FaceStore:
    """The store of a dataset's faces for these settings."""
    return FaceStore(work_folder(dataset) / FACES, extraction)


def newest_faces(dataset: fo.Dataset) -> FaceStore:
    """The store of the faces detected most recently.

    Raises:
        StoreError: no faces were detected yet.
    """
    extraction = info_of(dataset).get("extraction")
    if not extraction:
        raise StoreError(f"{dataset.name} has no faces yet; run Detect faces first")
    return face_store(dataset, ExtractionConfig.from_dict(extraction))


def _copy_work(source: Path, folder: Path) -> None:
    """Copy faces and models atomically; pictures of frames are recreated when needed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=UNFINISHED, dir=folder.parent))
    try:
        for name in (FACES, MODELS):
            if (source / name).is_dir():
                shutil.copytree(
                    source / name,
                    unfinished / name,
                    copy_function=_copy_file,
                    ignore=shutil.ignore_patterns(f"*{LOCK_FILE}", f"*{UNFINISHED}"),
                )
        unfinished.replace(folder)
    except OSError as error:
        if not folder.is_dir():  # otherwise another process was faster, and its copy will do
            raise OutputError(f"{source} cannot be copied to {folder} ({error}); free some space") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _copy_file(source: str, target: str) -> None:
    """Copy a file. Tables are hard-linked if possible, since they are only ever replaced, never modified."""
    if source.endswith(".npz"):
        try:
            os.link(source, target)
            return
        except OSError:  # another disk, or no support for links
            pass
    shutil.copy2(source, target)
