"""Store the faces of many videos, in one folder per configuration, so changed settings never read stale faces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expressiveness._io import check_answers, place, read_bounded, whole_file
from expressiveness.errors import StoreError
from expressiveness.faces.config import ExtractionConfig
from expressiveness.faces.face_table import FORMAT as TABLE_FORMAT
from expressiveness.faces.face_table import FaceTable
from expressiveness.store import TableStore
from expressiveness.video import Sampling
from expressiveness.wording import shortened

CONFIG_FILE = "settings.json"
MAX_SETTINGS_BYTES = 2**20
FORMAT = 1
"""Version of the settings file; newer ones are refused, and files without a version count as 1."""


@dataclass(frozen=True, init=False)
class FaceStore(TableStore[FaceTable]):
    """The face tables of many videos in a folder, for one extraction configuration."""

    config: ExtractionConfig

    table = FaceTable
    format = TABLE_FORMAT
    noun = "faces"
    doing = "finding faces"

    def __init__(self, root: str | Path, config: ExtractionConfig | None = None) -> None:
        super().__init__(root)
        object.__setattr__(self, "config", config or ExtractionConfig())

    def __repr__(self) -> str:
        return f"FaceStore({shortened(str(self.root), 40)!r}, {self.config})"

    @classmethod
    def open(
        cls,
        root: str | Path,
        *,
        settings: str | None = None,
        sampling: Sampling | str | None = None,
        detector: str | None = None,
        confidence: float | None = None,
        align: bool | None = None,
    ) -> FaceStore:
        """Open the store at `root` with the settings its faces were extracted with.

        If it holds faces for several settings, the arguments select one.

        Args:
            root: a folder, or a URL.
            settings: the name of their folder below `root`, or its beginning.
            sampling: as in "every:5".
            detector: its name.
            confidence: minimum score of a face, 0 to 1.
            align: whether faces were aligned.

        Raises:
            StoreError: there is no store at `root`, or not exactly one of its settings matches.
            ConfigError: `sampling` is invalid.
            PlaceError: it cannot be reached.
        """
        root = place(root)
        check_answers(root)
        files = sorted(root.glob(f"*/{CONFIG_FILE}"))
        if not files:
            raise StoreError(f"no faces in {root}; extract them first: expressiveness extract DIR --out {root}")
        asked: dict[str, Any] = {
            "sampling": Sampling.parse(sampling) if isinstance(sampling, str) else sampling,
            "detector": detector,
            "confidence": confidence,
            "align": align,
        }
        named = [file for file in files if file.parent.name.startswith(settings or "")]
        found = {file.parent.name: config for file in named if _is_as_asked(config := _read_config(file), asked)}
        if len(found) != 1:
            raise StoreError(_which_to_choose(root, found, [file.parent.name for file in files]))
        return cls(root, *found.values())

    @property
    def folder(self) -> Path:
        """The folder with the tables of this configuration."""
        return self.root / self.config.digest

    def prepare(self) -> None:
        """Record the settings beside the tables."""
        self.write_config()

    def write_config(self) -> None:
        """Record the settings beside the tables.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        path = self.folder / CONFIG_FILE
        try:
            with whole_file(path) as file:
                file.write((json.dumps({"format": FORMAT, **asdict(self.config)}, indent=2) + "\n").encode())
        except OSError as error:
            raise StoreError(f"cannot write {path} ({error.strerror or error}); choose another store") from error


def _is_as_asked(config: ExtractionConfig, asked: Mapping[str, Any]) -> bool:
    return all(wanted is None or getattr(config, name) == wanted for name, wanted in asked.items())


def _which_to_choose(root: Path, found: Mapping[str, ExtractionConfig], there: Sequence[str]) -> str:
    if not found:
        return f"{root} holds no faces of such settings; there are {', '.join(there)}"
    listed = "; ".join(f"{name} ({config})" for name, config in found.items())
    return (
        f"{root} holds faces of several settings: {listed}. Choose one: --settings {next(iter(found))}, "
        f"or FaceStore.open(..., settings={next(iter(found))!r})"
    )


def _read_config(path: Path) -> ExtractionConfig:
    try:
        values = json.loads(read_bounded(path, most=MAX_SETTINGS_BYTES))
        version = values.pop("format", 1)
        if version > FORMAT:
            raise StoreError(f"{path} is of format {version}, newer than this version reads; update expressiveness")
        return ExtractionConfig.from_dict(values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"{path} is damaged ({error}); extract again with the settings it had, or into an empty folder"
        ) from error
