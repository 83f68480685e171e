"""What the plugin keeps with a dataset: what it was imported with, how its faces were found, where its files lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness.data import DEFAULT_TARGET, Thresholds
from expressiveness.errors import StoreError
from expressiveness.faces import ExtractionConfig, FaceStore

from ..fields import INFO_KEY


def info_of(dataset: fo.Dataset) -> dict[str, Any]:
    """What is kept.

    `folder`, `reader`, `target`, `thresholds`, `scores` and `attributes` of the import, `extraction`, `work_folder`.
    """
    return dict(dataset.info.get(INFO_KEY, {}))


def keep_info(dataset: fo.Dataset, **values: Any) -> None:
    """Keep more, in place of what was kept under these names."""
    dataset.info[INFO_KEY] = {**info_of(dataset), **values}
    dataset.save()


def imported_measure(dataset: fo.Dataset) -> tuple[str, Thresholds]:
    """The score that gives the categories of a dataset, and where it changes them."""
    info = info_of(dataset)
    return info.get("target", DEFAULT_TARGET), Thresholds(**info.get("thresholds", {}))


def work_folder(dataset: fo.Dataset) -> Path:
    """Where a dataset's faces and models lie."""
    chosen = info_of(dataset).get("work_folder")
    return Path(chosen) if chosen else Path(fo.config.default_dataset_dir) / "expressiveness" / dataset.name


def set_work_folder(dataset: fo.Dataset, folder: Path) -> None:
    """Choose where a dataset's faces and models lie."""
    keep_info(dataset, work_folder=str(folder.resolve()))


def face_store(dataset: fo.Dataset, extraction: ExtractionConfig) -> FaceStore:
    """A dataset's faces, as these settings find them."""
    return FaceStore(work_folder(dataset) / "faces", extraction)


def newest_faces(dataset: fo.Dataset) -> FaceStore:
    """The faces that were found last.

    Raises:
        StoreError: none were found yet.
    """
    extraction = info_of(dataset).get("extraction")
    if not extraction:
        raise StoreError(f"{dataset.name} has no faces yet; run Detect faces first")
    return face_store(dataset, ExtractionConfig.from_dict(extraction))
