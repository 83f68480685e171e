"""What reads a folder of interviews, whatever its layout, and the checks that the rows of every layout need."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from expressiveness._io import place
from expressiveness.data.interview import Column, InterviewFolder
from expressiveness.data.readers.file_names import NamedFiles
from expressiveness.errors import InterviewError

MAX_ID, MAX_FILE_NAME = 200, 4096
"""Characters."""


class Reader(Protocol):
    """Reads the folders of one layout. Made without arguments; `READERS` knows it by a name."""

    def recognises(self, folder: Path) -> bool:
        """Whether a folder, which may be elsewhere (a `UPath`), has this layout; looks at names of files only."""

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read the interviews; a row that cannot be used is among `bad_rows`, and costs only itself.

        Args:
            folder: that `recognises` is true of.
            allow_outside: accept videos outside of it (absolute paths, `..`, links that lead out).

        Raises:
            InterviewError: the folder as a whole cannot be used.
        """

    def columns(self, found: InterviewFolder) -> tuple[Column, ...]:
        """What each column holds, for `inspect_folder`; unless a reader knows better, that of the valid interviews."""
        table = found.to_pandas().reset_index()
        return tuple(
            Column(
                str(name), ("number" if name in found.scores else "text",), int((values.isna() | (values == "")).sum())
            )
            for name, values in table.items()
        )


class RowChecks:
    """Checks that a row's id is new, and that its video is new and inside the folder; remembers every row so far."""

    def __init__(self, folder: Path | str, *, allow_outside: bool = False) -> None:
        self.folder = place(folder)
        self.allow_outside = allow_outside
        self._files = NamedFiles(self.folder, allow_outside=allow_outside)
        self._line_of_id: dict[str, int] = {}
        self._line_of_video: dict[Path, int] = {}

    def video(self, line: int, id: str, file_name: str) -> Path:
        """The path of a row's video, found also where the disk has its name in another Unicode form.

        Args:
            line: of the row, from 1.
            id: of the interview.
            file_name: the video, relative to the folder.

        Raises:
            InterviewError: an earlier row has the id or the video, one is empty or endless, or the name leads out.
        """
        for name, text, most in (("id", id, MAX_ID), ("file name", file_name, MAX_FILE_NAME)):
            if not 0 < len(text) <= most:
                raise InterviewError(f"the {name} has {len(text)} characters; give it 1 to {most}")
        video = self._files.path(file_name)
        if earlier := self._line_of_id.get(id):
            raise InterviewError(f"line {earlier} has the same id")
        if earlier := self._line_of_video.get(video.resolve()):
            raise InterviewError(f"line {earlier} has the same video, {video.name}")
        self._line_of_id[id] = self._line_of_video[video.resolve()] = line
        return video
