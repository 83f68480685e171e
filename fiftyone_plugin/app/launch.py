"""Install the plugin into FiftyOne, and open the App."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import fiftyone as fo
import yaml

from expressiveness._io import growing_folder
from expressiveness.errors import ExpressivenessError

from ..connection import connect
from .serving import LOOPBACK, serve_guarded
from .workspace import empty_dataset, prepared

NAME = "@expressiveness/interviews"
MANIFEST = "fiftyone.yml"


def open_app(
    dataset: str | None,
    *,
    port: int,
    on_ready: Callable[[str], None],
    allow_hosts: Collection[str] = (),
    only: bool = False,
    view: str | None = None,
) -> None:
    """Serve the App on this machine until stopped.

    Args:
        dataset: name; if None, the newest dataset of interviews, or an empty one that opens the import form.
        port: to listen on, at the loopback address only.
        on_ready: called with the App's address.
        allow_hosts: additional host names besides localhost, see `guard`.
        only: refuse requests about any other dataset, see `one_dataset`.
        view: the saved view to open, by its name in addresses.

    Raises:
        ExpressivenessError: there is no such dataset, or the port is taken.
        DatabaseError: the database does not answer.
    """
    install_plugin()
    connect()
    opened = load_dataset(dataset) if dataset else _newest_dataset() or empty_dataset()
    path = f"/datasets/{opened.name}{f'?view={view}' if view else ''}" if only or view else prepared(opened)
    logging.getLogger("fiftyone").setLevel(logging.WARNING)  # its banner would hide the address
    serve_guarded(port, allow_hosts, only=opened.name if only else None)
    session = fo.launch_app(opened, port=port, address=LOOPBACK, remote=True)
    on_ready(f"http://{LOOPBACK}:{session.server_port}{path}")
    try:
        with suppress(KeyboardInterrupt):  # the normal way to stop
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
    """Register the plugin in one of FiftyOne's plugin folders, unless it is already there.

    FiftyOne only loads files inside the plugin's own folder, and does not follow links. So the folder gets a stub that
    imports the installed package, which keeps it in sync with the core.

    Args:
        folder: FiftyOne's configured one if None.

    Returns:
        The plugin's folder.

    Raises:
        OutputError: the folder cannot be written, or has a file of the same name that we did not write.
    """
    folder = Path(folder or fo.config.plugins_dir)
    place = folder / "expressiveness-interviews"
    if (other := installed_plugin(folder)) and other.folder != place:
        return other.folder
    wanted = _entry_files()
    if any(_content(place / name) != content for name, content in wanted.items()):
        with growing_folder(place, kind="FiftyOne plugin", shared=True) as installed:  # Python adds its cache
            for name, content in wanted.items():
                with installed.writing(name) as unfinished:
                    unfinished.write_bytes(content)
    return place


class InstalledPlugin(NamedTuple):
    """A plugin in one of FiftyOne's plugin folders."""

    folder: Path
    version: str


def installed_plugin(folder: Path | None = None) -> InstalledPlugin | None:
    """The existing plugin of this name in FiftyOne's plugin folder, the configured one if None."""
    folder = Path(folder or fo.config.plugins_dir)
    for file in sorted(
        [*folder.glob(f"*/{MANIFEST}"), *folder.glob(f"*/*/{MANIFEST}")]
    ):  # downloads are two levels deep
        text = file.read_text(encoding="utf-8", errors="replace")
        if f'name: "{NAME}"' in text:
            return InstalledPlugin(file.parent, str(yaml.safe_load(text)["version"]))
    return None


def _entry_files() -> dict[str, bytes]:
    """The manifest and the files it refers to, by name in the plugin's folder."""
    package = Path(__file__).resolve().parents[1]
    manifest = next(path / MANIFEST for path in (package, package.parent) if (path / MANIFEST).is_file())
    named = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    skills = [f"skills/{name}/SKILL.md" for name in named["skills"]]
    return {
        **{skill: (manifest.parent / skill).read_bytes() for skill in skills},
        MANIFEST: manifest.read_bytes(),
        named["js_bundle"]: (package.parent / named["js_bundle"]).read_bytes(),
        named["py_entry"]: f"from {package.name} import register as register\n".encode(),
    }


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _newest_dataset() -> fo.Dataset | None:
    from ..fields import CODING_OF, INFO_KEY, INTERVIEW_ID

    datasets = [fo.load_dataset(name) for name in fo.list_datasets()]
    interviews = [
        dataset
        for dataset in datasets
        if dataset.has_sample_field(INTERVIEW_ID) and CODING_OF not in dataset.info.get(INFO_KEY, {})
    ]
    return max(interviews, key=lambda dataset: dataset.created_at, default=None)
