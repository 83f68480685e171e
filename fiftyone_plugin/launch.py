"""Put the plugin where FiftyOne looks for it, and open the App."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import fiftyone as fo
import yaml

from expressiveness.errors import ExpressivenessError

from .database import connect

NAME = "@expressiveness/interviews"
LOOPBACK = "127.0.0.1"
MANIFEST = "fiftyone.yml"


def open_app(dataset: str | None, *, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the App on this machine until it is stopped.

    Args:
        dataset: to open; the newest of interviews if None.
        port: to listen on, at the loopback address only.
        on_ready: called with the App's address.

    Raises:
        ExpressivenessError: there is no such dataset.
        DatabaseError: the database does not answer.
    """
    install_plugin()
    connect()
    opened = load_dataset(dataset or _newest_dataset())
    logging.getLogger("fiftyone").setLevel(logging.WARNING)  # its banner would bury the address
    session = fo.launch_app(opened, port=port, address=LOOPBACK, remote=True)
    on_ready(f"http://{LOOPBACK}:{session.server_port}/datasets/{opened.name}")
    try:
        while True:
            time.sleep(3600)
    finally:
        session.close()


def load_dataset(name: str) -> fo.Dataset:
    """Load a dataset by its name.

    Raises:
        ExpressivenessError: there is no such dataset.
        DatabaseError: the database does not answer.
    """
    connect()
    if not fo.dataset_exists(name):
        known = ", ".join(fo.list_datasets()) or "none"
        raise ExpressivenessError(f"no dataset {name!r} (there are: {known}); import one, or run: expressiveness demo")
    return fo.load_dataset(name)


def install_plugin(folder: Path | None = None) -> Path:
    """Register the installed plugin in a plugin folder of FiftyOne, unless one of its name is there.

    FiftyOne runs no file that lies outside the plugin's own folder, not even over a link: what is put there imports
    the plugin from where it is installed, so that it never falls behind the core.

    Args:
        folder: FiftyOne's configured one if None.

    Returns:
        Where the plugin is.

    Raises:
        ExpressivenessError: the folder cannot be written.
    """
    folder = Path(folder or fo.config.plugins_dir)
    place = folder / "expressiveness-interviews"
    if (other := _installed(folder)) and other != place:
        return other
    try:
        _write_entry(place)
    except OSError as error:
        raise ExpressivenessError(f"cannot write {place} ({error.strerror or error}); choose another folder") from error
    return place


def _write_entry(place: Path) -> None:
    """Write the manifest and the two files that it names."""
    package = Path(__file__).resolve().parent
    manifest = next(path / MANIFEST for path in (package, package.parent) if (path / MANIFEST).is_file())
    named = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    entry, bundle = place / named["py_entry"], place / named["js_bundle"]
    if entry.parent.is_symlink():  # as earlier versions left it: what is written below would go into the plugin itself
        entry.parent.unlink()
    bundle.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(manifest, place / MANIFEST)
    shutil.copyfile(package.parent / named["js_bundle"], bundle)
    entry.write_text(f"from {package.name} import register as register\n")


def _installed(folder: Path) -> Path | None:
    """Where a plugin of this name is, whoever put it there; FiftyOne keeps a download two folders deep."""
    for manifest in sorted([*folder.glob(f"*/{MANIFEST}"), *folder.glob(f"*/*/{MANIFEST}")]):
        if f'name: "{NAME}"' in manifest.read_text(encoding="utf-8", errors="replace"):
            return manifest.parent
    return None


def _newest_dataset() -> str:
    from .fields import INTERVIEW_ID

    datasets = [fo.load_dataset(name) for name in fo.list_datasets()]
    interviews = [dataset for dataset in datasets if dataset.has_sample_field(INTERVIEW_ID)]
    if not interviews:
        raise ExpressivenessError("no dataset of interviews yet; import one in the App, or run: expressiveness demo")
    return str(max(interviews, key=lambda dataset: dataset.created_at).name)
