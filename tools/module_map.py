"""The order of the modules, as docs/architecture.md draws it. Its test and the reference read it from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ARCHITECTURE = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"


class Group(NamedTuple):
    """A line of the drawing."""

    title: str
    modules: tuple[str, ...]  # "expressiveness.video"; a package counts as one module


def groups() -> Iterator[Group]:
    """Yield the lines of the drawing, in its order."""
    [drawing] = re.findall(r"```modules\n(.*?)```", ARCHITECTURE.read_text(encoding="utf-8"), re.DOTALL)
    package = ""
    for line in drawing.splitlines():
        if line.startswith(" "):
            title, *names = re.split(r"\s{2,}", line.strip())
            yield Group(title, tuple(f"{package}.{name}" for name in names))
        else:
            package = line.strip().removesuffix("/")
