"""Name the locked packages that have known vulnerabilities, where a database of them answers: `make audit`.

pip-audit asks the package index. Not every index knows of vulnerabilities, and not every machine reaches one that does:
then this says so, and fails nobody. What a newer version mends fails, unless `ACCEPTED` says why it does no harm here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOCK = Path("requirements.lock")

ACCEPTED: Mapping[str, str] = {}
"""By the id of a vulnerability, why it does no harm here."""


class NoAnswerError(Exception):
    """Nobody told of vulnerabilities; says why."""


def main() -> int:
    """Audit the lock file and say what was found; return the exit status."""
    try:
        report = _audited_lock()
    except NoAnswerError as error:
        print(f"Not audited ({error}): run `make audit` where the internet is reached.")
        return 0
    found = list(mendable(report, ACCEPTED))
    packages = len(report["dependencies"])
    print("\n".join(found) or f"In {packages} packages, no known vulnerability that a newer version mends.")
    return 1 if found else 0


def mendable(report: Mapping[str, Any], accepted: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each vulnerability that a newer version mends and that is not accepted.

    Args:
        report: of pip-audit, as its JSON holds it.
        accepted: ids of vulnerabilities, with reasons.
    """
    for package in report["dependencies"]:
        for found in package.get("vulns", []):
            names = {found["id"], *found.get("aliases", [])}
            if found["fix_versions"] and names.isdisjoint(accepted):
                mended = " or ".join(found["fix_versions"])
                yield f"{package['name']} {package['version']} has {found['id']}, mended in {mended}: move its lock"


def _audited_lock() -> dict[str, Any]:
    """What is known of all locked packages, once the first of them alone has shown that somebody answers."""
    with TemporaryDirectory() as folder:
        first = Path(folder) / "first.txt"
        pins = [line.removesuffix(" \\") for line in LOCK.read_text().splitlines() if "==" in line]
        first.write_text(next(pin for pin in pins if ";" not in pin))
        [package] = _audited(first)["dependencies"]
    if "skip_reason" in package:
        raise NoAnswerError(package["skip_reason"])
    return _audited(LOCK)


def _audited(requirements: Path) -> dict[str, Any]:
    """What pip-audit reports of pinned packages."""
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), *options]
    ran = subprocess.run(command, capture_output=True, text=True)
    try:
        report: dict[str, Any] = json.loads(ran.stdout)
    except ValueError as error:
        raise NoAnswerError(ran.stderr.strip().rpartition("\n")[2]) from error
    return report


if __name__ == "__main__":
    sys.exit(main())
