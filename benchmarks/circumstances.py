"""What the figures of a benchmark depend on beside the code."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "expressiveness", "av", "cleanlab", "fiftyone", "keras", "mediapipe", "numpy", "ray", "scikit-learn", "scipy",
    "tensorflow",
)  # fmt: skip


def circumstances(command):
    """Commit, machine and versions, as a results file begins.

    Args:
        command: what was run, without the paths of this machine.
    """
    commit = ["git", "describe", "--always", "--dirty"]
    return {
        "command": command,
        "date": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "commit": subprocess.run(commit, capture_output=True, text=True, check=True).stdout.strip(),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
    }


def _processor():
    """The processor's name; Python's own answer is empty on Linux."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
