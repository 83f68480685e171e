"""Match file names in a table to those on disk, which may look the same but differ.

macOS may store "é" as two characters, its screen recordings have unusual spaces in their names, and tables made on
Windows have backslashes. If there is no exact match, a file whose name looks the same is used.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from expressiveness._io import is_here
from expressiveness.data.participants import plain
from expressiveness.data.readers.video_files import VIDEO_ENDINGS
from expressiveness.errors import InterviewError


def path_inside(folder: Path, file_name: str, *, allow_outside: bool = False) -> Path:
    """Resolve a file name inside a folder.

    Raises:
        InterviewError: the name leads out of `folder` and `allow_outside` is not set, or is invalid.
    """
    try:
        path = (folder / file_name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InterviewError(f"the file name cannot be one ({error})") from error
    # On Linux a Windows path is just an odd file name, but the folder should be safe to use on Windows too.
    absolute = PurePosixPath(file_name).is_absolute() or bool(PureWindowsPath(file_name).anchor)
    leads_out = absolute or "\0" in file_name or not path.is_relative_to(folder.resolve())
    if leads_out and not allow_outside:
        raise InterviewError(f"file_name {file_name!r} leads out of the folder; move it in, or give --allow-outside")
    return path


def with_slashes(file_name: str) -> str:
    """Replace Windows' backslashes by slashes."""
    return file_name.replace("\\", "/")


class NamedFiles:
    """Finds files in a folder by names that may be encoded differently; lists each subfolder once.

    Args:
        folder: what names are relative to.
        allow_outside: whether names may lead out of it.
    """

    def __init__(self, folder: Path, *, allow_outside: bool = False) -> None:
        self.folder = folder
        self.allow_outside = allow_outside
        self._listings: dict[str, _Listing] = {}

    def path(self, file_name: str) -> Path:
        """The path of a file, whether or not it exists.

        Raises:
            InterviewError: the name, as written or as found on disk, leads out of the folder or is invalid.
        """
        path = self._inside(file_name)  # before searching
        found = self._as_found(file_name)
        if found != file_name:
            path = self._inside(found)
        return self._by_its_link(found, path)

    def _by_its_link(self, name: str, path: Path) -> Path:
        """Keep a link whose target lacks a video extension: download caches store files under hashes."""
        link = self.folder.resolve() / name
        if link.is_symlink() and path.suffix.lower() not in VIDEO_ENDINGS and link.suffix.lower() in VIDEO_ENDINGS:
            return link.parent.resolve() / link.name
        return path

    def _as_found(self, file_name: str) -> str:
        slashes = with_slashes(file_name)
        if not is_here(self.folder):  # listing remote folders is slow
            return slashes
        return self._on_disk(file_name) or self._on_disk(slashes) or slashes

    def _on_disk(self, file_name: str) -> str | None:
        """The name as stored on disk, matched part by part; None if not found."""
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
    """The names in a folder; empty if it cannot be listed."""

    def __init__(self, folder: Path) -> None:
        try:
            self._names = frozenset(path.name for path in folder.iterdir())
        except OSError:
            self._names = frozenset()  # so names stay as written
        self._by_look: dict[str, list[str]] | None = None

    def like(self, name: str) -> str | None:
        """The name itself if it exists, else the only one that looks the same."""
        if name in self._names:
            return name
        if self._by_look is None:
            self._by_look = {}
            for other in self._names:
                self._by_look.setdefault(plain(other), []).append(other)
        alike = self._by_look.get(plain(name), [])
        return alike[0] if len(alike) == 1 else None
