"""How soon the command line answers, against the half second that it may take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.speed.rows import Row, seconds

TURNS = 7
LIMIT = 0.5  # seconds


def turns(_clip, _folder):
    command = [Path(sys.executable).with_name("expressiveness"), "--help"]
    for _ in range(TURNS):
        yield seconds(lambda: subprocess.run(command, check=True, capture_output=True)), LIMIT


ROW = Row(
    what="expressiveness --help",
    ways=("expressiveness --help", "half a second"),
    bound="<=",
    target=1.0,
    turns=turns,
)
