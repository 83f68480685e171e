"""A list, kept inside an output folder, of the files we wrote there: one line per file, with its digest.

A file that is not listed, or has changed since, is the user's and never deleted or overwritten; see `outputs`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from expressiveness._io.bounded_files import read_bounded
from expressiveness._io.locking import LOCK_FILE, is_lock
from expressiveness._io.whole_files import UNFINISHED, whole_file

MANIFEST = ".expressiveness.jsonl"
FORMAT = 1
MAX_BYTES = 256 * 2**20

ANY_SIZE = -1
"""The size noted for a file that is still being written, and for an empty folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a file as we wrote it."""

    name: str  # relative to the folder, with / as separator; an empty folder ends in /
    bytes: int
    modified_ns: int
    sha256: str

    def describes(self, file: Path, *, closely: bool) -> bool:
        """Whether a file still matches this line.

        Args:
            file: a regular file.
            closely: compare contents even if size and modification time match.
        """
        found = file.lstat()
        if self.bytes == ANY_SIZE:
            return file.name.endswith(UNFINISHED)
        if found.st_size != self.bytes:
            return False
        return (found.st_mtime_ns == self.modified_ns and not closely) or _digest(file) == self.sha256


@dataclass(frozen=True, slots=True)
class Manifest:
    """All lines of a folder; a file written twice has two."""

    folder: Path
    kind: str
    entries: dict[str, list[Entry]] = field(default_factory=dict)

    @classmethod
    def begin(cls, folder: Path, kind: str) -> None:
        """Start a folder's manifest if it has none, which makes it a folder of ours."""
        if not cls.read(folder):
            _append(folder, {"kind": kind, "format": FORMAT})

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The manifest of a folder, or None."""
        try:
            content = read_bounded(folder / MANIFEST, most=MAX_BYTES)
        except OSError:
            return None
        # A full disk may have left half a line; it is ignored.
        header, *records = [*_records(content)] or [None]
        if not header or not isinstance(header.get("kind"), str) or header.get("format") != FORMAT:
            return None
        manifest = cls(folder, header["kind"])
        for record in records:
            with suppress(TypeError):
                entry = Entry(**record or {})
                manifest.entries.setdefault(str(entry.name), []).append(entry)
        return manifest

    def is_ours(self, path: Path, *, closely: bool = False) -> bool:
        """Whether a file is unchanged since we wrote it, or an empty folder is one we made."""
        name = path.relative_to(self.folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            return f"{name}/" in self.entries
        entries = self.entries.get(name, [])
        return _is_plain_file(path) and any(entry.describes(path, closely=closely) for entry in entries)

    def announce(self, name: str) -> None:
        """Note that a file is about to be written, so that its remains are recognised as ours if the run is killed."""
        _append(self.folder, asdict(Entry(name, ANY_SIZE, 0, "")))

    def add(self, file: Path, name: str) -> None:
        """Note a file that was written, under its final name."""
        found = file.stat()
        _append(self.folder, asdict(Entry(name, found.st_size, found.st_mtime_ns, _digest(file))))

    def add_all(self) -> None:
        """Note everything in the folder as written by us."""
        for path in contents(self.folder):
            name = path.relative_to(self.folder).as_posix()
            if path.is_dir():
                self.announce(f"{name}/")
            elif name != MANIFEST:
                self.add(path, name)

    def remove_ours(self) -> None:
        """Delete our unchanged files and the folders left empty; the manifest, too, if nothing else remains."""
        for path in contents(self.folder):
            if self.is_ours(path) and not path.is_dir():
                path.unlink()
        folders = {parent for name in self.entries for parent in (self.folder / name / "_").parents}
        for root, _, _ in os.walk(self.folder, topdown=False):
            if Path(root) in folders and Path(root) != self.folder:
                with suppress(OSError):  # not empty
                    Path(root).rmdir()
        if [path.name for path in self.folder.iterdir()] == [MANIFEST]:
            (self.folder / MANIFEST).unlink()
            self.folder.rmdir()

    def forget(self, names: Collection[str]) -> int:
        """Remove the lines about some files, since a file name may identify a person; they then count as the user's.

        Args:
            names: file names relative to the folder, with / as separator.

        Returns:
            How many lines were removed.
        """
        hidden = tuple(str(Path(name).with_name(f".{Path(name).name}.")) for name in names)  # while being written
        about = {name for name in self.entries if name in names or name.startswith(hidden)}
        if not about:
            return 0
        records = [record for record in _records((self.folder / MANIFEST).read_bytes()) if record]
        kept = [record for record in records if record.get("name") not in about]
        with whole_file(self.folder / MANIFEST) as file:
            file.write("\n".join(map(json.dumps, kept)).encode())
        return len(records) - len(kept)

    def remove_unfinished(self) -> None:
        """Delete what a killed run left half written; no other run may be writing."""
        for name, entries in self.entries.items():
            if not name.endswith("/") and entries[-1].bytes == ANY_SIZE and _is_plain_file(self.folder / name):
                (self.folder / name).unlink()


def strangers(folder: Path, *, empty_folders: bool, closely: bool = False) -> Iterator[str]:
    """Yield the names, relative to a folder, of what we did not write there.

    Args:
        folder: if it has no manifest, everything in it is yielded.
        empty_folders: whether to include empty folders.
        closely: compare contents even if size and modification time match.
    """
    manifest = Manifest.read(folder)
    for path in contents(folder):
        name = path.relative_to(folder).as_posix()
        if name == LOCK_FILE:
            ours = is_lock(path)
        elif name == MANIFEST:
            ours = manifest is not None or (_is_plain_file(path) and path.stat().st_size == 0)
        elif path.is_dir() and not path.is_symlink() and not empty_folders:
            ours = True
        else:
            ours = manifest is not None and manifest.is_ours(path, closely=closely)
        if not ours:
            yield name


def contents(folder: Path) -> Iterator[Path]:
    """Yield every file, link and empty folder below a folder; links are not followed.

    Raises:
        OSError: part of it cannot be read.
    """
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
            yield from contents(path)
        else:
            yield path


def _records(content: bytes) -> Iterator[dict[str, Any] | None]:
    """Yield a manifest's lines, None for a damaged one."""
    for line in content.splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if line.strip():
            yield record if isinstance(record, dict) else None


def _append(folder: Path, record: dict[str, Any]) -> None:
    """Add a line in a single write, so that lines of several processes do not mix. An earlier one may be unfinished."""
    with (folder / MANIFEST).open("ab", buffering=0) as file:
        file.write(b"\n" * bool(file.tell()) + json.dumps(record).encode())


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while part := content.read(2**20):
            digest.update(part)
    return digest.hexdigest()
