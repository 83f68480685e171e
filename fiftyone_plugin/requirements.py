"""Which packages the plugin needs and this environment does not have."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

NEEDED = ("expressiveness", "av", "cv2", "keras", "mediapipe", "pebble", "pydantic", "sklearn", "tensorflow")
"""Import names; none is imported to find out."""


def missing_packages() -> list[str]:
    """The import names of what is missing."""
    return [name for name in NEEDED if find_spec(name) is None]


def install_line() -> str:
    """The command that installs everything the plugin needs."""
    root = Path(__file__).resolve().parent.parent
    return f'pip install "{root}"' if (root / "pyproject.toml").is_file() else "pip install expressiveness"


def missing_sentence(missing: list[str]) -> str:
    """What is missing and how to get it."""
    return (
        f"Missing: {', '.join(missing)}. Run this where FiftyOne is installed, then restart the App: {install_line()}"
    )
