"""Where results go. What is there already is replaced only if all of it is what we wrote.

    check_output_folder   before the work: is it new, empty, or ours?
    atomic_folder         a folder that is replaced as a whole: a model, an export
    GrowingFolder         a folder that is filled file by file, over several runs: re-encoded videos, sample data
    check_output_file     before the work: a file is never overwritten unless the user says so

A folder of ours holds a manifest: a line for each file that we wrote, with its digest. A file that is not in it, or has
changed since, is the user's: it is named, and the folder is left as it is. Nothing but listed files is ever deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

from expressiveness.bounded_files import read_bounded
from expressiveness.errors import OutputError
from expressiveness.locking import LOCK_FILE, alone
from expressiveness.whole_files import UNFINISHED, hidden_until_done

MANIFEST = ".expressiveness.jsonl"
MAX_MANIFEST_BYTES = 256 * 2**20

SECONDS_TO_SAVE = 60.0
"""Another run that writes the same folder is waited for: nobody should lose hours of training to it."""

MOST_NAMED = 5
"""Files that a refusal names."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the manifest: a file as we wrote it."""

    name: str  # relative to the folder, with / between its parts, and after an empty folder
    bytes: int
    modified_ns: int
    sha256: str

    def is_still(self, path: Path) -> bool:
        """Whether a file is as this line says; its content is read only where its time has changed, as by a copy."""
        found = path.lstat()
        if found.st_size != self.bytes:
            return False
        return found.st_mtime_ns == self.modified_ns or _digest(path) == self.sha256


@dataclass(slots=True)
class _Manifest:
    """What we wrote into a folder; a file that was written twice has two lines."""

    kind: str
    entries: dict[str, list[_Entry]] = field(default_factory=dict)

    def lists(self, folder: Path, path: Path) -> bool:
        """Whether a file of the folder is there as we wrote it, or an empty folder as we made it."""
        if path.is_dir():
            return f"{path.relative_to(folder).as_posix()}/" in self.entries
        entries = self.entries.get(path.relative_to(folder).as_posix(), [])
        return _is_plain_file(path) and any(entry.is_still(path) for entry in entries)


def check_output_folder(folder: Path, *, kind: str) -> None:
    """Find out, before the work begins, whether its result can go into a folder.

    Args:
        folder: to be made, or replaced. A link to a folder stands for that folder.
        kind: what it will hold, as in "model". A folder of another kind is refused.

    Raises:
        OutputError: it cannot be written, or holds something that we did not write.
    """
    folder = _real(folder)
    if not folder.exists():
        _check_can_be_made(folder)
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file; choose a folder")
    if folder in (Path.cwd(), *Path.cwd().parents):
        raise OutputError(f"{folder} is the folder you are in; name a new one inside it")
    if os.path.ismount(folder):
        raise OutputError(f"{folder} is where a disk is mounted; name a new folder inside it")
    _check_writable(folder)
    _check_writable(folder.parent)
    _check_ours(folder, kind)


@contextmanager
def atomic_folder(folder: Path, *, kind: str) -> Iterator[Path]:
    """Give a new folder to write into; it takes the place of `folder` once the block has ended well.

    Whenever a run is killed, `folder` is the earlier one, or the new one, or its earlier content is beside it and is put
    back by the next call. Where files appear in `folder` during the block, they stay, and the new folder gets a name
    beside it.

    Args:
        folder: to be made, or replaced if it is ours.
        kind: what it holds, as in "model".

    Raises:
        OutputError: as `check_output_folder`.
        BusyError: another run has been writing it for a minute.
        OSError: the disk is full.
    """
    folder = _real(folder)
    check_output_folder(folder, kind=kind)
    with alone(_beside(folder, LOCK_FILE), on=f"the folder {folder}", doing=f"writing a {kind}", wait=SECONDS_TO_SAVE):
        _recover(folder)
        check_output_folder(folder, kind=kind)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=UNFINISHED, dir=folder.parent))
        try:
            _begin(unfinished, kind)
            unfinished.chmod(0o777 & ~_umask())  # mkdtemp keeps others out
            yield unfinished
            _list_all(unfinished)
            _swap(unfinished, folder, kind)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)  # is there only if something has failed


class GrowingFolder:
    """A folder that is filled file by file, by several processes and runs; picklable.

    Args:
        path: of the folder. It must be new, empty, or filled by earlier runs of the same kind.
        kind: what it holds, as in "copy of interviews".

    Raises:
        OutputError: as `check_output_folder`.
    """

    def __init__(self, path: Path, *, kind: str) -> None:
        self.path = _real(path)
        if self.path.is_dir():
            _check_writable(self.path)
            _check_ours(self.path, kind)
        elif self.path.exists():
            raise OutputError(f"{self.path} is a file; choose a folder")
        else:
            _check_can_be_made(self.path)
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / MANIFEST).exists():
            _begin(self.path, kind)

    def has(self, name: str) -> bool:
        """Whether a file is there: what we did not write was refused at the start."""
        return (self.path / name).is_file()

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a hidden name to write a file under; it gets its own, and is listed, once the block has ended well.

        Raises:
            OSError: the disk is full.
        """
        with hidden_until_done(self.path / name) as unfinished:
            yield unfinished
            # Listed first: a run that is killed between the two has listed a file that is not there, which harms nobody.
            _append(self.path, [_entry(unfinished, name)])


def check_output_file(file: Path, *, overwrite: bool = False) -> None:
    """Find out, before the work begins, whether its result can be written to a file.

    Raises:
        OutputError: there is such a file, and nobody said that it may go; or it cannot be written.
    """
    if file.is_dir():
        raise OutputError(f"{file} is a folder; name a file")
    if os.path.lexists(file) and not file.is_file():
        raise OutputError(f"{file} is no file that can be replaced; choose another name")
    if file.exists() and not overwrite:
        raise OutputError(f"{file} exists; choose another name, or let it be replaced with --overwrite")
    _check_can_be_made(file)


def record_change(folder: Path, name: str) -> None:
    """List a file of a folder of ours anew, after we have changed it; nothing where the folder has no manifest."""
    if (folder / MANIFEST).is_file():
        _append(folder, [_entry(folder / name, name)])


def _real(folder: Path) -> Path:
    """Where a folder is; links stay what they are, and what they lead to is written."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputError(f"{str(folder)!r} cannot be a folder ({error}); choose another name") from error


def _check_can_be_made(path: Path) -> None:
    """Look for the nearest folder that exists: what is to be made goes there."""
    try:
        nearest = next(parent for parent in path.absolute().parents if os.path.lexists(parent))
    except (OSError, ValueError) as error:
        raise OutputError(f"{str(path)!r} cannot be written ({error}); choose another name") from error
    if not nearest.is_dir():
        raise OutputError(f"{path} cannot be made: {nearest} is a file")
    _check_writable(nearest)


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder} cannot be written to; choose another place, or change its permissions")


def _check_ours(folder: Path, kind: str) -> None:
    manifest = _read_manifest(folder)
    if manifest and manifest.kind != kind:
        raise OutputError(f"{folder} holds a {manifest.kind}; choose another folder for the {kind}")
    if strangers := list(_strangers(folder, manifest)):
        more = f" and {len(strangers) - MOST_NAMED} more" if len(strangers) > MOST_NAMED else ""
        raise OutputError(
            f"{folder} holds files that are not as this program wrote them ({', '.join(strangers[:MOST_NAMED])}{more}); "
            "choose another folder, or move them away"
        )


def _strangers(folder: Path, manifest: _Manifest | None) -> Iterator[str]:
    """Yield what a folder holds that we did not write, empty folders and links included."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
            continue
        name = path.relative_to(folder).as_posix()
        if manifest is None or not (
            name in (MANIFEST, LOCK_FILE) or _is_unfinished(path.name) or manifest.lists(folder, path)
        ):
            yield name


def _is_unfinished(name: str) -> bool:
    """Whether a file is one of ours that a killed run left half written: it bears a hidden name of a fixed form."""
    stem, _, process = name.removesuffix(UNFINISHED).rpartition(".")
    return name.startswith(".") and name.endswith(UNFINISHED) and bool(stem) and process.isdigit()


def _read_manifest(folder: Path) -> _Manifest | None:
    """Read what we wrote into a folder; None where there is no manifest of ours."""
    file = folder / MANIFEST
    try:
        content = read_bounded(file, most=MAX_MANIFEST_BYTES)
        header, *lines = (json.loads(line) for line in content.decode().splitlines())
        manifest = _Manifest(str(header["kind"]))
        for line in lines:
            entry = _Entry(**line)
            manifest.entries.setdefault(entry.name, []).append(entry)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return manifest


def _begin(folder: Path, kind: str) -> None:
    (folder / MANIFEST).write_text(json.dumps({"kind": kind, "format": 1}) + "\n", encoding="utf-8")


def _append(folder: Path, entries: list[_Entry]) -> None:
    """Add lines in one write each, which other processes' do not tear apart."""
    with (folder / MANIFEST).open("ab", buffering=0) as file:
        for entry in entries:
            file.write((json.dumps(asdict(entry)) + "\n").encode())


def _list_all(folder: Path) -> None:
    entries = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            entries += [] if any(path.iterdir()) else [_Entry(f"{name}/", 0, 0, "")]
        elif name != MANIFEST:
            entries.append(_entry(path, name))
    _append(folder, entries)


def _entry(path: Path, name: str) -> _Entry:
    found = path.stat()
    return _Entry(name, found.st_size, found.st_mtime_ns, _digest(path))


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
    return digest.hexdigest()


def _swap(unfinished: Path, folder: Path, kind: str) -> None:
    """Give the new folder the name of the earlier one, which is removed after that."""
    try:
        check_output_folder(folder, kind=kind)
    except OutputError as error:
        free = _free_name_beside(folder)
        unfinished.replace(free)
        raise OutputError(f"{error}. The new {kind} is in {free}") from error
    previous = _beside(folder, ".previous")
    if folder.exists():
        folder.replace(previous)
    unfinished.replace(folder)
    _remove_ours(previous)


def _recover(folder: Path) -> None:
    """Finish what a killed run was about to do: put the earlier folder back, or remove it if the new one is there."""
    previous = _beside(folder, ".previous")
    if previous.is_dir() and not folder.exists():
        previous.replace(folder)
    _remove_ours(previous)
    if previous.exists():  # somebody has put files there
        previous.replace(_free_name_beside(folder))
    for left in folder.parent.glob(f".{folder.name}.*{UNFINISHED}"):
        if left.is_dir() and not left.is_symlink() and _read_manifest(left):
            shutil.rmtree(left, ignore_errors=True)


def _remove_ours(folder: Path) -> None:
    """Delete the files that we listed, and the folders that are empty then; whatever else is there stays."""
    if (manifest := _read_manifest(folder)) is None:
        with suppress(OSError):
            folder.rmdir()
        return
    for path in sorted(folder.rglob("*"), reverse=True):  # what a folder holds comes before the folder
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()
        elif manifest.lists(folder, path):
            path.unlink()
    if {path.name for path in folder.iterdir()} <= {MANIFEST, LOCK_FILE}:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _beside(folder: Path, ending: str) -> Path:
    """A hidden neighbour of a folder."""
    return folder.with_name(f".{folder.name}{ending}")


def _free_name_beside(folder: Path) -> Path:
    """A visible name that nothing has yet: runs-2, runs-3, ..."""
    names = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(name for name in names if not os.path.lexists(name))


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
