"""Where results are written. Existing output is replaced only if we wrote all of it.

    check_output_folder   before the work: is the folder new, empty, or ours?
    atomic_folder         a folder that is replaced as a whole: a model, an export, a report
    growing_folder        a folder that is filled file by file, over several runs: re-encoded videos, sample data
    check_output_file     before the work: a file is never overwritten unless the user says so
    output_file           a file that is written whole or not at all

A folder of ours lists the files we wrote, see `manifests`. If it holds others, an error names them and the folder is
left as it is.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from expressiveness._io.locking import LOCK_FILE, alone
from expressiveness._io.manifests import MANIFEST, Manifest, strangers
from expressiveness._io.whole_files import UNFINISHED, unfinished_name, whole_file
from expressiveness.errors import OutputError

PREVIOUS = ".previous"

SECONDS_TO_REPLACE = 60.0
"""How long to wait for another run that writes the same folder: nobody should lose hours of training to it."""

MOST_NAMED = 5
"""Files named in an error."""

logger = logging.getLogger(__name__)


def check_output_folder(folder: Path, *, kind: str) -> Path:
    """Check, before the work begins, that its result can be written to a folder.

    Args:
        folder: to be created or replaced. A link to a folder counts as that folder.
        kind: what it will hold, as in "model". A folder of another kind is refused.

    Returns:
        The folder that will be written, with links resolved.

    Raises:
        OutputError: it cannot be written, or holds something that we did not write.
    """
    real = _real(folder)
    with _explained(folder):
        _check_folder(real, kind)
        if real.exists():
            _check_can_be_renamed(real)
            _check_ours(real, empty_folders=True)
        for hidden in (_beside(real, PREVIOUS), _beside(real, UNFINISHED)):
            if os.path.lexists(hidden) and not _was_left(hidden):
                raise OutputError(f"{hidden} is in the way of {folder}; move it, or choose another folder")
    return real


@contextmanager
def atomic_folder(folder: Path, *, kind: str) -> Iterator[Path]:
    """Yield a new folder to write into; it replaces `folder` when the block succeeds.

    If the run is killed, `folder` is the old or the new one, or the next call restores the old one. If somebody adds
    files to `folder` during the block, they are kept, and the new folder is saved beside it under another name.

    Args:
        folder: to be created, or replaced if it is ours.
        kind: what it holds, as in "model".

    Raises:
        OutputError: as `check_output_folder`, or the disk is full.
        BusyError: another run has been writing it for a minute.
    """
    real = check_output_folder(folder, kind=kind)
    unfinished = _beside(real, UNFINISHED)
    lock = alone(
        _beside(real, LOCK_FILE), on=f"the folder {folder}", doing=f"writing a {kind}", wait=SECONDS_TO_REPLACE
    )
    with _explained(folder), lock:
        _recover(real)
        check_output_folder(real, kind=kind)
        unfinished.mkdir()
        try:
            Manifest.begin(unfinished, kind)
            yield unfinished
            Manifest(unfinished, kind).add_all()
            _swap(unfinished, real, kind)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)  # only exists if something failed


@dataclass(frozen=True, slots=True)
class GrowingFolder:
    """A folder from `growing_folder`; picklable, and several processes may write into it."""

    path: Path

    def has(self, name: str) -> bool:
        """Whether a file exists; files we did not write were refused at the start."""
        return (self.path / name).is_file()

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Yield a hidden path to write to; the file gets its name, and is listed, when the block succeeds.

        Raises:
            OutputError: somebody else has put a file of that name there, or the disk is full.
        """
        path, manifest = self.path / name, _manifest_of(self.path)
        unfinished = unfinished_name(path)
        with _explained(path):
            if not path.parent.resolve().is_relative_to(self.path):
                raise OutputError(f"{path.parent} is a link out of {self.path}; move it away")
            path.parent.mkdir(parents=True, exist_ok=True)
            manifest.announce(unfinished.relative_to(self.path).as_posix())
        try:
            yield unfinished
            with _explained(path):
                if os.path.lexists(path) and not _manifest_of(self.path).is_ours(path):
                    raise OutputError(f"{path} was not written by this program, or was changed since; move it away")
                # Listed first: if the run is killed in between, a listed file is missing, which does no harm.
                manifest.add(unfinished, name)
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)  # only exists if something failed

    def clear(self) -> None:
        """Delete all that earlier runs wrote."""
        with _explained(self.path):
            manifest = _manifest_of(self.path)
            manifest.remove_ours()
            self.path.mkdir(exist_ok=True)
            Manifest.begin(self.path, manifest.kind)


@contextmanager
def growing_folder(folder: Path, *, kind: str, shared: bool = False) -> Iterator[GrowingFolder]:
    """Lock a folder for writing, keeping what earlier runs wrote.

    Args:
        folder: new, empty, or filled by earlier runs of the same kind.
        kind: what it holds, as in "sample set".
        shared: whether the folder may also hold other files, which are never overwritten.

    Raises:
        OutputError: it cannot be written, or holds something that we did not write.
        BusyError: another run is writing it.
    """
    real = _real(folder)
    with ExitStack() as stack:
        with _explained(folder):
            _check_growing(real, kind, shared=shared)
            stack.enter_context(alone(real / LOCK_FILE, on=f"the folder {folder}", doing=f"writing a {kind}"))
            _check_growing(real, kind, shared=shared)
            Manifest.begin(real, kind)
            _manifest_of(real).remove_unfinished()
        yield GrowingFolder(real)


def check_output_file(file: Path | None, *, overwrite: bool = False) -> None:
    """Check, before the work begins, that its result can be written to a file.

    Args:
        file: to be created; None if no file was asked for.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: it exists and `overwrite` is not set, or it cannot be written.
    """
    if file is None:
        return
    real = _real(file)
    with _explained(file):
        if real.is_dir():
            raise OutputError(f"{file} is a folder; name a file")
        if os.path.lexists(real) and not real.is_file():
            raise OutputError(f"{file} is not a regular file; choose another name")
        if real.exists() and not overwrite:
            raise OutputError(f"{file} exists; choose another name, or allow replacing it (--overwrite)")
        _check_can_be_made(real)


@contextmanager
def output_file(file: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a hidden path to write to; the file gets its name when the block succeeds.

    Args:
        file: to be created, with its folder. If it is a link, its target is written.
        overwrite: whether an existing file may be replaced. If not, and one appears during the block, the result is
            saved beside it under another name.

    Raises:
        OutputError: as `check_output_file`, or the disk is full.
    """
    check_output_file(file, overwrite=overwrite)
    real = _real(file)
    unfinished = unfinished_name(real)
    with _explained(file):
        real.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            if not unfinished.exists():  # nothing was written
                return
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())  # complete even after a power cut
            if not os.path.lexists(real) or overwrite:
                unfinished.replace(real)
                return
            free = _free_name_beside(real)
            unfinished.replace(free)
            raise OutputError(f"{file} was created by somebody else meanwhile and is kept; the result is in {free}")
        finally:
            unfinished.unlink(missing_ok=True)


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Replace a file in a folder, whole or not at all; in a folder of ours it still counts as ours.

    Raises:
        OutputError: it cannot be written.
    """
    real = _real(folder)
    with _explained(folder / name):
        manifest = Manifest.read(real)
        if manifest and manifest.is_ours(real / name):
            with GrowingFolder(real).writing(name) as unfinished:
                unfinished.write_bytes(content)
        else:
            with whole_file(real / name) as file:
                file.write(content)


def _real(path: Path) -> Path:
    """The path with links resolved, so that their target is written and the links are kept."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, or an invalid name
        raise OutputError(f"{str(path)!r} cannot be written ({error}); choose another name") from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn errors of the file system into an OutputError."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error  # HDF5's own message has five lines
        raise OutputError(f"cannot write {path} ({reason}); free some space, or choose another place") from error


def _check_folder(folder: Path, kind: str) -> None:
    if not os.path.lexists(folder):
        _check_can_be_made(folder)
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file; choose a folder")
    _check_writable(folder)
    manifest = Manifest.read(folder)
    if manifest and manifest.kind != kind:
        raise OutputError(f"{folder} holds a {manifest.kind}; choose another folder for the {kind}")


def _check_growing(folder: Path, kind: str, *, shared: bool) -> None:
    _check_folder(folder, kind)
    if folder.exists() and not shared:
        _check_ours(folder, empty_folders=False)  # those are never touched


def _check_ours(folder: Path, *, empty_folders: bool, closely: bool = False) -> None:
    found = list(islice(strangers(folder, empty_folders=empty_folders, closely=closely), MOST_NAMED + 1))
    if found:
        names = ", ".join(found[:MOST_NAMED]) + (", ..." if len(found) > MOST_NAMED else "")
        raise OutputError(
            f"{folder} holds files that this program did not write, or that were changed since ({names}); choose "
            "another folder, or move them away"
        )


def _check_can_be_renamed(folder: Path) -> None:
    """Refuse a folder that cannot be renamed, or that is in use as the current folder."""
    here = Path.cwd()
    if folder in (here, *here.parents):
        raise OutputError(f"{folder} is the folder you are in; name a new one inside it")
    if os.path.ismount(folder):
        raise OutputError(f"{folder} is a mount point; name a new folder inside it")
    _check_writable(folder.parent)


def _check_can_be_made(path: Path) -> None:
    """Check the nearest existing parent folder."""
    nearest = next(parent for parent in path.parents if os.path.lexists(parent))
    if not nearest.is_dir():
        raise OutputError(f"{path} cannot be created, since {nearest} is a file; choose another place")
    _check_writable(nearest)


def _check_writable(folder: Path) -> None:
    """Try to write: permissions are not enough to tell, as root has them all even on a read-only disk."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _swap(unfinished: Path, folder: Path, kind: str) -> None:
    """Put the new folder in place of the old one, then delete the old one."""
    try:
        check_output_folder(folder, kind=kind)
        if folder.exists():
            _check_ours(folder, empty_folders=True, closely=True)
    except OutputError as error:
        free = _free_name_beside(folder)
        unfinished.replace(free)
        raise OutputError(f"{error}. The new {kind} is in {free}") from error
    previous = _beside(folder, PREVIOUS)
    if folder.exists():
        Manifest.begin(folder, kind)  # if it was empty
        folder.replace(previous)
    unfinished.replace(folder)
    _remove(previous)


def _recover(folder: Path) -> None:
    """Clean up after a killed run: put the old folder back, or delete it if the new one is in place."""
    previous, unfinished = _beside(folder, PREVIOUS), _beside(folder, UNFINISHED)
    if previous.is_dir() and not os.path.lexists(folder):
        previous.replace(folder)
    _remove(previous)
    if unfinished.is_dir():
        shutil.rmtree(unfinished)


def _was_left(hidden: Path) -> bool:
    """Whether a hidden folder was left by a killed run: a folder of ours, or an empty one."""
    if hidden.is_symlink() or not hidden.is_dir():
        return False
    return bool(Manifest.read(hidden)) or not any(strangers(hidden, empty_folders=True))


def _remove(previous: Path) -> None:
    """Delete the old folder; if somebody has added files meanwhile, they are kept under a visible name."""
    if manifest := Manifest.read(previous):
        manifest.remove_ours()
    with suppress(OSError):
        previous.rmdir()
    if previous.exists():
        free = _free_name_beside(previous.with_name(previous.name.removeprefix(".").removesuffix(PREVIOUS)))
        previous.replace(free)
        logger.warning("files that this program did not write were moved to %s", free)


def _manifest_of(folder: Path) -> Manifest:
    if manifest := Manifest.read(folder):
        return manifest
    raise OutputError(f"{folder} has lost {MANIFEST}, the list of files written there; choose another folder")


def _beside(folder: Path, ending: str) -> Path:
    """A hidden path beside a folder."""
    return folder.with_name(f".{folder.name}{ending}")


def _free_name_beside(path: Path) -> Path:
    """The first free name of model-2, model-3, ..."""
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(name for name in names if not os.path.lexists(name))
