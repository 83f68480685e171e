"""The interface of a reader, and the row checks shared by all of them."""

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
    """Reads folders of one layout. Created without arguments; registered in `READERS`."""

    why: str = "it was asked for"  # why the reader fits a folder that it recognises

    def recognises(self, folder: Path) -> bool:
        """Whether a folder (possibly remote, a `UPath`) has this layout; checks file names only."""

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read the interviews; unusable rows go to `bad_rows` without affecting others.

        Args:
            folder: one that `recognises` accepts.
            allow_outside: accept videos outside it (absolute paths, `..`, links that lead out).

        Raises:
            InterviewError: the folder as a whole cannot be used.
        """

    def columns(self, found: InterviewFolder) -> tuple[Column, ...]:
        """What each column holds, for `inspect_folder`; by default of the valid interviews only."""
        table = found.to_pandas().reset_index()
        return tuple(
            Column(
                str(name), ("number" if name in found.scores else "text",), int((values.isna() | (values == "")).sum())
            )
            for name, values in table.items()
        )


class RowChecks:
    """Checks that ids and videos are unique and that videos are inside the folder."""

    def __init__(self, folder: Path | str, *, allow_outside: bool = False) -> None:
        self.folder = place(folder)
        self.allow_outside = allow_outside
        self._files = NamedFiles(self.folder, allow_outside=allow_outside)
        self._line_of_id: dict[str, int] = {}
        self._line_of_video: dict[Path, int] = {}

    def video(self, line: int, id: str, file_name: str) -> Path:
        """The path of a row's video, even if the name on disk has another Unicode form.

        Args:
            line: of the row, from 1.
            id: of the interview.
            file_name: relative to the folder.

        Raises:
            InterviewError: an earlier row has the same id or video, one is empty or too long, or the name leads out.
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
