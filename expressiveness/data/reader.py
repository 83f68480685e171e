"""What reads a folder of interviews, whatever its layout, and the checks that the rows of every layout need."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol

from expressiveness._io import place
from expressiveness.data.interview import Column, InterviewFolder
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
        self._line_of_id: dict[str, int] = {}
        self._line_of_video: dict[Path, int] = {}

    def video(self, line: int, id: str, file_name: str) -> Path:
        """The path of a row's video.

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
        video = path_inside(self.folder, file_name, allow_outside=self.allow_outside)
        if earlier := self._line_of_id.get(id):
            raise InterviewError(f"line {earlier} has the same id")
        if earlier := self._line_of_video.get(video):
            raise InterviewError(f"line {earlier} has the same video, {video.name}")
        self._line_of_id[id] = self._line_of_video[video] = line
        return video


def path_inside(folder: Path, file_name: str, *, allow_outside: bool = False) -> Path:
    """Resolve the name of a file in a folder.

    Raises:
        InterviewError: the name leads out of `folder` and `allow_outside` is not set, or cannot be one.
    """
    try:
        path = (folder / file_name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InterviewError(f"the file name cannot be one ({error})") from error
    # A Windows path would be one odd file name here; a folder made here should be safe there too.
    absolute = PurePosixPath(file_name).is_absolute() or bool(PureWindowsPath(file_name).anchor)
    leads_out = absolute or "\0" in file_name or not path.is_relative_to(folder.resolve())
    if leads_out and not allow_outside:
        raise InterviewError(f"file_name {file_name!r} leads out of the folder; move it in, or give --allow-outside")
    return path
