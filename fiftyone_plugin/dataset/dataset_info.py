"""What the plugin keeps with a dataset: what it was imported with, how its faces were found, where its files are.

A dataset's files are in a work folder named by the dataset's id, so that it may be renamed, and so that no name decides
where files go. A clone has an id of its own: it gets a copy of the faces and models when it first needs its folder.
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
"""What a work folder holds."""

ELSEWHERE = "elsewhere.txt"
"""A file in the default place of a dataset whose work folder is elsewhere: it says where, should the dataset go."""


def id_of(dataset: fo.Dataset) -> str:
    """A dataset's id, which it keeps when it is renamed; FiftyOne has no public name for it."""
    return str(dataset._doc.id)


def info_of(dataset: fo.Dataset) -> dict[str, Any]:
    """What is kept.

    `folder`, `reader`, `target`, `thresholds`, `scores` and `attributes` of the import, `extraction`, `work_folder` and
    `exports`. It also says which dataset it is about, in `dataset`: a clone takes over the whole of `dataset.info`, but
    the work folder and the exports are not the clone's. `cloned_from` is the work folder of the dataset that it was
    made of.
    """
    info = dict(dataset.info.get(INFO_KEY, {}))
    source = info.get("dataset")
    if source and source != id_of(dataset):
        folder = info.pop("work_folder", None) or str(work_folders() / source)
        if Path(folder).is_dir() or "cloned_from" not in info:  # else it is a clone of a clone that was never used
            info["cloned_from"] = folder
        info.pop("exports", None)
    return info


def keep_info(dataset: fo.Dataset, **values: Any) -> None:
    """Keep more, in place of what was kept under these names."""
    dataset.info[INFO_KEY] = {**info_of(dataset), **values, "dataset": id_of(dataset)}
    dataset.save()


def imported_measure(dataset: fo.Dataset) -> tuple[str, Thresholds]:
    """The score that gives the categories of a dataset, and where it changes them."""
    info = info_of(dataset)
    return info.get("target", DEFAULT_TARGET), Thresholds(**info.get("thresholds", {}))


def work_folders() -> Path:
    """The folder with the work folders of all datasets that were not given one elsewhere."""
    return Path(fo.config.default_dataset_dir) / "expressiveness"


def work_folder(dataset: fo.Dataset) -> Path:
    """Where a dataset's faces and models are.

    Raises:
        OutputError: the dataset is a clone, and the files of the one it was made of cannot be copied.
    """
    info = info_of(dataset)
    folder = Path(info.get("work_folder") or work_folders() / id_of(dataset))
    source = Path(info.get("cloned_from") or folder)
    if source != folder and source.is_dir() and not folder.exists():
        _copy_work(source, folder)
    return folder


def set_work_folder(dataset: fo.Dataset, folder: Path) -> None:
    """Choose where a dataset's faces and models are kept."""
    folder = folder.resolve()
    keep_info(dataset, work_folder=str(folder))
    note = work_folders() / id_of(dataset) / ELSEWHERE
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(folder), encoding="utf-8")


def face_store(dataset: fo.Dataset, extraction: ExtractionConfig) -> FaceStore:
    """A dataset's faces, as these settings find them."""
    return FaceStore(work_folder(dataset) / FACES, extraction)


def newest_faces(dataset: fo.Dataset) -> FaceStore:
    """The faces that were found last.

    Raises:
        StoreError: none were found yet.
    """
    extraction = info_of(dataset).get("extraction")
    if not extraction:
        raise StoreError(f"{dataset.name} has no faces yet; run Detect faces first")
    return face_store(dataset, ExtractionConfig.from_dict(extraction))


def _copy_work(source: Path, folder: Path) -> None:
    """Copy faces and models, as a whole or not at all; pictures of frames are made again where they are needed."""
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
        if not folder.is_dir():  # else another process was faster, and its copy serves as well
            raise OutputError(f"{source} cannot be copied to {folder} ({error}); free some space") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _copy_file(source: str, target: str) -> None:
    """Copy a file; tables, which are only ever replaced as a whole, share their place on the disk where they can."""
    if source.endswith(".npz"):
        try:
            os.link(source, target)
            return
        except OSError:  # another disk, or one without links
            pass
    shutil.copy2(source, target)
