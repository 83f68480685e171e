"""The faces of many videos in a folder, each configuration's apart: changed settings never read stale faces."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from expressiveness._io import check_answers, is_whole, read_bounded, whole_file
from expressiveness.data import Interview
from expressiveness.errors import StoreError
from expressiveness.faces.config import ExtractionConfig
from expressiveness.faces.face_table import FaceTable, load_faces, save_faces
from expressiveness.store import table_name

CONFIG_FILE = "settings.json"
MAX_SETTINGS_BYTES = 2**20
FORMAT = 1
"""Of the settings file; a newer one is refused. Files from before it was noted there are of the first."""


@dataclass(frozen=True, slots=True)
class FaceStore:
    """The face tables of many videos in a folder, for one extraction configuration."""

    root: Path
    config: ExtractionConfig = field(default_factory=ExtractionConfig)

    @classmethod
    def open(cls, root: Path) -> FaceStore:
        """Open the store at `root` with the settings that its faces were extracted with.

        Raises:
            StoreError: there is no store at `root`, or it holds faces of several settings.
            PlaceError: it cannot be reached.
        """
        check_answers(root)
        settings = sorted(root.glob(f"*/{CONFIG_FILE}"))
        if not settings:
            raise StoreError(f"no faces in {root}; extract them first: expressiveness extract DIR --out {root}")
        if len(settings) > 1:
            names = ", ".join(path.parent.name for path in settings)
            raise StoreError(f"{root} holds faces of several settings ({names}); delete the folders you do not need")
        return cls(root, _read_config(settings[0]))

    @property
    def folder(self) -> Path:
        """Where the tables of this configuration lie."""
        return self.root / self.config.digest

    def path(self, interview: Interview) -> Path:
        """The file of an interview's table, named by its id and its video's content.

        Raises:
            StoreError: the video cannot be read.
        """
        return self.folder / table_name(interview)

    def has(self, interview: Interview) -> bool:
        """Whether the faces of this interview's video, as it is now, are stored."""
        return interview.video.is_file() and is_whole(self.path(interview))

    def load(self, interview: Interview) -> FaceTable:
        """Read an interview's faces.

        Raises:
            StoreError: they are not stored, or the file is damaged.
        """
        return load_faces(self.path(interview))

    def save(self, interview: Interview, table: FaceTable) -> None:
        """Write an interview's faces, whole or not at all.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        save_faces(table, self.path(interview))

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
