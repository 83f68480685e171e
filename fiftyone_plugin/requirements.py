"""Which packages the plugin needs and this environment does not have.

FiftyOne copies a plugin but installs nothing, not even the core beside it.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

CORE = "expressiveness"
NEEDED = {
    CORE: CORE,
    "av": "av",
    "cv2": "opencv-python-headless",
    "keras": "keras",
    "lazy_loader": "lazy-loader",
    "mediapipe": "mediapipe",
    "pebble": "pebble",
    "pydantic": "pydantic",
    "sklearn": "scikit-learn",
    "tensorflow": "tensorflow",
}
"""Package to install, by import name; none is imported to find out."""

ROOT = Path(__file__).resolve().parent.parent
"""Of the repository, or of what was installed from it."""


def missing_packages() -> list[str]:
    """The import names of what is missing."""
    return [name for name in NEEDED if find_spec(name) is None]


def install_line(missing: list[str], root: Path = ROOT) -> str:
    """The command that installs what is missing; from the plugin's own copy of the core, where there is one."""
    if CORE in missing and (root / "pyproject.toml").is_file():
        return f'pip install {"--no-deps " if missing == [CORE] else ""}"{root}"'
    return f"pip install {' '.join(NEEDED[name] for name in missing)}"


def missing_sentence(missing: list[str]) -> str:
    """What is missing and how to get it."""
    where = "Run this where FiftyOne is installed, then restart the App"
    return f"Missing: {', '.join(missing)}. {where}: {install_line(missing)}"
