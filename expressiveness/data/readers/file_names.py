"""Names of files as a table has them, and as the disk has them, which may look the same and differ.

A Mac writes "é" as two characters where others write one, and screen recordings have blanks of another width; tables
made on Windows have backslashes. A name that is not there as it is written is looked for as it looks.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from expressiveness._io import is_here
from expressiveness.data.participants import plain
from expressiveness.data.readers.video_files import VIDEO_ENDINGS
from expressiveness.errors import InterviewError


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


def with_slashes(file_name: str) -> str:
    """A name with slashes, where Windows has written backslashes."""
    return file_name.replace("\\", "/")


class NamedFiles:
    """Finds the files of a folder by their names, however these are written; lists each of its folders once.

    Args:
        folder: that the names are relative to.
        allow_outside: whether a name may lead out of it.
    """

    def __init__(self, folder: Path, *, allow_outside: bool = False) -> None:
        self.folder = folder
        self.allow_outside = allow_outside
        self._listings: dict[str, _Listing] = {}

    def path(self, file_name: str) -> Path:
        """The path of a file; where there is none of this name, the one that it would have.

        Raises:
            InterviewError: the name leads out of the folder, as it is written or as it is found, or cannot be one.
        """
        path = self._inside(file_name)  # before anything is looked for
        found = self._as_found(file_name)
        if found != file_name:
            path = self._inside(found)
        return self._by_its_link(found, path)

    def _by_its_link(self, name: str, path: Path) -> Path:
        """The link where its name is a video's and that of its target is not, as download caches keep files."""
        link = self.folder.resolve() / name
        if link.is_symlink() and path.suffix.lower() not in VIDEO_ENDINGS and link.suffix.lower() in VIDEO_ENDINGS:
            return link.parent.resolve() / link.name
        return path

    def _as_found(self, file_name: str) -> str:
        slashes = with_slashes(file_name)
        if not is_here(self.folder):  # to list a place elsewhere takes long
            return slashes
        return self._on_disk(file_name) or self._on_disk(slashes) or slashes

    def _on_disk(self, file_name: str) -> str | None:
        """A name as the disk has it, part by part."""
        parts = PurePosixPath(file_name).parts
        if not parts or ".." in parts or PurePosixPath(file_name).is_absolute():
            return None
        found = ""
        for part in parts:
            if found not in self._listings:
                self._listings[found] = _Listing(self._inside(found))
            name = self._listings[found].like(part)
            if name is None:
                return None
            found = f"{found}/{name}" if found else name
        return found

    def _inside(self, file_name: str) -> Path:
        return path_inside(self.folder, file_name, allow_outside=self.allow_outside)


class _Listing:
    """The names in a folder; none where it cannot be listed."""

    def __init__(self, folder: Path) -> None:
        try:
            self._names = frozenset(path.name for path in folder.iterdir())
        except OSError:
            self._names = frozenset()  # so every name stays as it is
        self._by_look: dict[str, list[str]] | None = None

    def like(self, name: str) -> str | None:
        """The name itself, or the only one that looks the same."""
        if name in self._names:
            return name
        if self._by_look is None:
            self._by_look = {}
            for other in self._names:
                self._by_look.setdefault(plain(other), []).append(other)
        alike = self._by_look.get(plain(name), [])
        return alike[0] if len(alike) == 1 else None
