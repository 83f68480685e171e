"""Where results go. What is there already is replaced only if all of it is what we wrote.

    check_output_folder   before the work: is it new, empty, or ours?
    atomic_folder         a folder that is replaced as a whole: a model, an export, a report
    growing_folder        a folder that is filled file by file, over several runs: re-encoded videos, sample data
    check_output_file     before the work: a file is never overwritten unless the user says so
    output_file           a file that is written whole

A folder of ours knows what we wrote into it, see `manifests`. Anything else that it holds is the user's: it is named,
and the folder is left as it is.
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
from expressiveness._io.manifests import Manifest, strangers
from expressiveness._io.whole_files import UNFINISHED, unfinished_name, whole_file
from expressiveness.errors import OutputError

PREVIOUS = ".previous"

SECONDS_TO_REPLACE = 60.0
"""Another run that writes the same folder is waited for: nobody should lose hours of training to it."""

MOST_NAMED = 5
"""Files that a refusal names."""

logger = logging.getLogger(__name__)


def check_output_folder(folder: Path, *, kind: str) -> Path:
    """Find out, before the work begins, whether its result can go into a folder.

    Args:
        folder: to be made, or replaced. A link to a folder counts as that folder.
        kind: what it will hold, as in "model". A folder of another kind is refused.

    Returns:
        The folder that will be written: links are followed, and stay.

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
    """Give a new folder to write into; it takes the place of `folder` once the block has ended well.

    Whenever a run is killed, `folder` is the earlier one or the new one, or the earlier one is beside it and is put
    back by the next call. Where files appear in `folder` during the block, they stay, and the new folder gets a name
    beside it.

    Args:
        folder: to be made, or replaced if it is ours.
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
            shutil.rmtree(unfinished, ignore_errors=True)  # is there only if something has failed


@dataclass(frozen=True, slots=True)
class GrowingFolder:
    """A folder that `growing_folder` gives: several processes may write into it; picklable."""

    path: Path

    def has(self, name: str) -> bool:
        """Whether a file is there: what we did not write was refused at the start."""
        return (self.path / name).is_file()

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a hidden name to write a file under; it gets its own, and is listed, once the block has ended well.

        Raises:
            OutputError: somebody has put a file of that name there, or the disk is full.
        """
        path, manifest = self.path / name, _manifest_of(self.path)
        unfinished = unfinished_name(path)
        with _explained(path):
            if not path.parent.resolve().is_relative_to(self.path):
                raise OutputError(f"{path.parent} leads out of {self.path}; move that link away")
            path.parent.mkdir(parents=True, exist_ok=True)
            manifest.announce(unfinished.relative_to(self.path).as_posix())
        try:
            yield unfinished
            with _explained(path):
                if os.path.lexists(path) and not _manifest_of(self.path).is_ours(path):
                    raise OutputError(f"{path} is not as this program wrote it; move it away, or choose another folder")
                # Listed first: a run that is killed between the two has listed a file that is not there.
                manifest.add(unfinished, name)
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)  # is there only if something has failed

    def clear(self) -> None:
        """Delete all that earlier runs wrote."""
        with _explained(self.path):
            manifest = _manifest_of(self.path)
            manifest.remove_ours()
            self.path.mkdir(exist_ok=True)
            Manifest.begin(self.path, manifest.kind)


@contextmanager
def growing_folder(folder: Path, *, kind: str, shared: bool = False) -> Iterator[GrowingFolder]:
    """Be the only run that writes into a folder, which keeps what earlier runs wrote.

    Args:
        folder: new, empty, or filled by earlier runs of the same kind.
        kind: what it holds, as in "sample set".
        shared: whether others may keep files there, too; none of those is written over.

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
    """Find out, before the work begins, whether its result can be written to a file.

    Args:
        file: to be made; None where none is asked for.
        overwrite: whether a file of that name may be replaced.

    Raises:
        OutputError: there is such a file, and nobody said that it may go; or it cannot be written.
    """
    if file is None:
        return
    real = _real(file)
    with _explained(file):
        if real.is_dir():
            raise OutputError(f"{file} is a folder; name a file")
        if os.path.lexists(real) and not real.is_file():
            raise OutputError(f"{file} is no file that can be replaced; choose another name")
        if real.exists() and not overwrite:
            raise OutputError(f"{file} exists; choose another name, or say that it may be replaced (--overwrite)")
        _check_can_be_made(real)


@contextmanager
def output_file(file: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a hidden name to write a file under; it gets its own once the block has ended well.

    Args:
        file: to be made, with its folder. A link stays; what it leads to is written.
        overwrite: whether a file of that name may be replaced. Otherwise, where one appears during the block, the new
            one gets a name beside it.

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
            if not unfinished.exists():  # there was nothing to write
                return
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())  # so that it is whole after a power cut, too
            if not os.path.lexists(real) or overwrite:
                unfinished.replace(real)
                return
            free = _free_name_beside(real)
            unfinished.replace(free)
            raise OutputError(f"{file} appeared during the work and was left as it is; the result is in {free}")
        finally:
            unfinished.unlink(missing_ok=True)


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Change a file of a folder, whole or not at all; in a folder of ours it stays one that we wrote.

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
    """Where a file or folder is; links stay what they are, and what they lead to is written."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links that go round, or a name that cannot be one
        raise OutputError(f"{str(path)!r} cannot be written ({error}); choose another name") from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say in a sentence what the file system did not allow."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error  # HDF5 gives the number, and a report of five lines
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
        _check_ours(folder, empty_folders=False)  # nothing happens to them


def _check_ours(folder: Path, *, empty_folders: bool, closely: bool = False) -> None:
    found = list(islice(strangers(folder, empty_folders=empty_folders, closely=closely), MOST_NAMED + 1))
    if found:
        names = ", ".join(found[:MOST_NAMED]) + (", ..." if len(found) > MOST_NAMED else "")
        raise OutputError(
            f"{folder} holds files that are not as this program wrote them ({names}); choose another folder, or move "
            "them away"
        )


def _check_can_be_renamed(folder: Path) -> None:
    """Refuse a folder that cannot get another name, or whose name somebody relies on."""
    here = Path.cwd()
    if folder in (here, *here.parents):
        raise OutputError(f"{folder} is the folder you are in; name a new one inside it")
    if os.path.ismount(folder):
        raise OutputError(f"{folder} is where a disk is mounted; name a new folder inside it")
    _check_writable(folder.parent)


def _check_can_be_made(path: Path) -> None:
    """Look for the nearest folder that exists: what is to be made goes there."""
    nearest = next(parent for parent in path.parents if os.path.lexists(parent))
    if not nearest.is_dir():
        raise OutputError(f"{path} cannot be made: {nearest} is a file")
    _check_writable(nearest)


def _check_writable(folder: Path) -> None:
    """Write there: permissions do not tell, as root has them all, also where nothing can be written."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _swap(unfinished: Path, folder: Path, kind: str) -> None:
    """Give the new folder the name of the earlier one, which is removed after that."""
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
        Manifest.begin(folder, kind)  # where it was empty
        folder.replace(previous)
    unfinished.replace(folder)
    _remove(previous)


def _recover(folder: Path) -> None:
    """Finish what a killed run was about to do: put the earlier folder back, or remove it if the new one is there."""
    previous, unfinished = _beside(folder, PREVIOUS), _beside(folder, UNFINISHED)
    if previous.is_dir() and not os.path.lexists(folder):
        previous.replace(folder)
    _remove(previous)
    if unfinished.is_dir():
        shutil.rmtree(unfinished)


def _was_left(hidden: Path) -> bool:
    """Whether a hidden neighbour is what a killed run left: a folder of ours, or one that it had just made."""
    if hidden.is_symlink() or not hidden.is_dir():
        return False
    return bool(Manifest.read(hidden)) or not any(strangers(hidden, empty_folders=True))


def _remove(previous: Path) -> None:
    """Delete an earlier folder; what somebody has put there in the meantime gets a visible name."""
    if manifest := Manifest.read(previous):
        manifest.remove_ours()
    with suppress(OSError):
        previous.rmdir()
    if previous.exists():
        free = _free_name_beside(previous.with_name(previous.name.removeprefix(".").removesuffix(PREVIOUS)))
        previous.replace(free)
        logger.warning("files that this program did not write were in the way; they are in %s", free)


def _manifest_of(folder: Path) -> Manifest:
    if manifest := Manifest.read(folder):
        return manifest
    raise OutputError(f"{folder} has lost the list of what was written there; choose another folder")


def _beside(folder: Path, ending: str) -> Path:
    """A hidden neighbour of a folder."""
    return folder.with_name(f".{folder.name}{ending}")


def _free_name_beside(path: Path) -> Path:
    """A visible name that nothing has yet: model-2, model-3, ..."""
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(name for name in names if not os.path.lexists(name))
