"""Build what is handed out into dist/: the sdist, the wheel, and the plugin as a zip. `make dist` runs this.

`fiftyone plugins download` takes the zip from any address. It holds the core too, so that `pip install` of the folder
it is unpacked to gives the plugin all it needs.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]
IN_PLUGIN = (
    "LICENSE",
    "README.md",
    "expressiveness",
    "fiftyone.yml",
    "fiftyone_plugin",
    "pyproject.toml",
    "requirements.txt",
    "skills",
)
"""What of the sdist the plugin's zip holds."""


class Distribution(NamedTuple):
    """The files that were built."""

    sdist: Path
    wheel: Path
    plugin: Path


def main() -> None:
    """Build everything and name it."""
    for file in build(REPOSITORY / "dist"):
        print(f"{file.relative_to(REPOSITORY)}  {file.stat().st_size / 1e6:.1f} MB")


def build(folder: Path) -> Distribution:
    """Build the sdist from the repository, and everything else from the sdist: what is not in it, nobody gets.

    Args:
        folder: where to; made if it does not exist.
    """
    sdist = _hatchling("sdist", REPOSITORY, folder)
    with TemporaryDirectory() as unpacked:
        with tarfile.open(sdist) as archive:
            archive.extractall(unpacked, filter="data")
        [source] = Path(unpacked).iterdir()
        wheel = _hatchling("wheel", source, folder)
        plugin = _zip_plugin(source, folder / f"{source.name}-plugin.zip")
    return Distribution(sdist, wheel, plugin)


def _hatchling(target: str, source: Path, folder: Path) -> Path:
    """Build one target as pip would, and give its file."""
    hook = f"import sys; from hatchling.build import build_{target}; print(build_{target}(sys.argv[1]))"
    command = [sys.executable, "-c", hook, str(folder.resolve())]
    said = subprocess.run(command, cwd=source, check=True, capture_output=True, text=True)
    return folder / said.stdout.splitlines()[-1]


def _zip_plugin(source: Path, file: Path) -> Path:
    parts = [path for name in IN_PLUGIN for path in (source / name, *sorted((source / name).rglob("*")))]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in parts:
            archive.write(path, path.relative_to(source))
    return file


if __name__ == "__main__":
    main()
