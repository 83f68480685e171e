"""Name what must not be in the repository, and what its files promise and do not keep: a part of `make lint`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = Path("requirements.lock")
TOOLS = Path("tools/locks")

# Hosts of package registries and options that name one: they belong in a user's settings, not in a project.
REGISTRY = re.compile(
    r"pythonhosted\.org|registry\.npmjs|://[^\s\"']+/simple\b|(?<!emit)-(?:index-url|find-links)\b|(?:PIP|UV)_(?:EXTRA_)?INDEX"
)
NAME_EXAMPLES = ("tools/repository.py", "tests/unit/test_repository.py")
_PIN = r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.+!]*( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n"


def main() -> int:
    """Print every fault; return the exit status."""
    faults = [*registries(), *locks(), *installs(), *links(), *make_targets()]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def registries() -> Iterator[str]:
    """Files that name a package registry."""
    for file in _files():
        if file.as_posix() not in NAME_EXAMPLES and REGISTRY.search(_text(file)):
            yield f"{file}: names a package registry, which belongs in a user's settings"


def locks() -> Iterator[str]:
    """Locks that hold anything but exact versions with the hashes of their files, or that do not fit together."""
    for lock in [LOCK, *TOOLS.glob("*.lock")]:
        if not re.fullmatch(f"({_PIN})+", lock.read_text()):
            yield f"{lock}: holds something else than exact versions with hashes; run make lock"
    if {path.stem for path in TOOLS.glob("*.in")} != {path.stem for path in TOOLS.glob("*.lock")}:
        yield f"{TOOLS}: each list of tools has a lock, and each lock a list; run make lock"
    if not _pins(TOOLS / "build.lock") < _pins(LOCK):
        yield f"{TOOLS / 'build.lock'}: builds the package with other versions than {LOCK} has; run make lock"
    if (opencv := [pin for pin in sorted(_pins(LOCK)) if "opencv" in pin]) != [
        pin for pin in opencv if pin.startswith("opencv-python-headless==")
    ]:
        yield f"{LOCK}: has builds of OpenCV that replace each other's files ({', '.join(opencv)})"


def installs() -> Iterator[str]:
    """Commands of the set-up that install from an index without hashes; the package itself comes from none."""
    for file in map(Path, ("Makefile", "tools/ensure_mongod.py", ".ci/run")):
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            installs = re.search(r"\$\(PIP|pip install", line) and not line.startswith("PIP")
            if installs and "PIP_LOCKED" not in line and "--editable ." not in line:
                yield f"{file}:{number}: installs without hashes"
    for file in map(Path, ("Makefile", "tools/ensure_mongod.py")):
        if "--require-hashes" not in file.read_text():
            yield f"{file}: requires no hashes"


def links() -> Iterator[str]:
    """Links of the documents to files that are not there."""
    for document in [*Path().glob("*.md"), *Path("docs").rglob("*.md")]:
        for target in re.findall(r"\]\(((?!http)[^)#]+)", document.read_text()):
            if not (document.parent / target).exists():
                yield f"{document}: links to {target}, which is not there"


def make_targets() -> Iterator[str]:
    """Targets of make that the documents name and the Makefile lacks."""
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(), re.MULTILINE))
    for document in map(Path, ("README.md", "CONTRIBUTING.md")):
        for name in sorted(set(re.findall(r"^make ([a-z-]+)", document.read_text(), re.MULTILINE)) - targets):
            yield f"{document}: make {name} does not exist"


def _files() -> list[Path]:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name]


def _text(file: Path) -> str:
    """A file's text, or nothing where it holds none."""
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return ""


def _pins(lock: Path) -> set[str]:
    return {line for line in lock.read_text().splitlines() if "==" in line}


if __name__ == "__main__":
    sys.exit(main())
