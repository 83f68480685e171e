"""A FiftyOne of the tests' own: its settings, its MongoDB and its App, none of which touches the user's.

The settings are made before any test module is imported, so tests import FiftyOne where they like; processes that tests
start inherit them. The database and the App start when the first test asks for them, and end with the run.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ARTEFACTS = REPOSITORY / "artefacts"
LOOPBACK = "127.0.0.1"
START_SECONDS = 60  # a service that takes longer will not start at all

MEMORY = Path("/dev/shm")  # a file system without a disk, where there is one
DATABASE_BYTES = 2 * 2**30  # more than a run's database needs

# What a test that has not asked for `mongodb` finds: a port on which nobody listens, and a short wait.
NO_DATABASE = f"mongodb://{LOOPBACK}:1/?serverSelectionTimeoutMS=1000"

# Closed after FiftyOne has cleaned up: it does so when Python ends and needs the database for it.
_until_exit = ExitStack()


def pytest_configure() -> None:
    """Give FiftyOne settings of its own, in a folder that is removed when Python ends."""
    home = Path(_until_exit.enter_context(tempfile.TemporaryDirectory(prefix="fiftyone-tests-")))
    database = Path(_until_exit.enter_context(tempfile.TemporaryDirectory(prefix="fiftyone-tests-", dir=quick_place())))
    atexit.register(_until_exit.close)  # only now, so that it is called before Python removes temporary folders itself
    plugins = home / "plugins"
    plugins.mkdir()
    (plugins / "expressiveness").symlink_to(REPOSITORY, target_is_directory=True)

    for name in [name for name in os.environ if name.startswith("FIFTYONE_")]:
        del os.environ[name]  # the user's
    os.environ |= {
        "FIFTYONE_CONFIG_PATH": str(home / "config.json"),
        "FIFTYONE_APP_CONFIG_PATH": str(home / "app_config.json"),
        "FIFTYONE_DATABASE_URI": NO_DATABASE,
        "FIFTYONE_DATABASE_NAME": "expressiveness-tests",
        "FIFTYONE_DATABASE_DIR": str(database / "database"),
        "FIFTYONE_DATABASE_VALIDATION": "false",  # says nothing about old servers, and changes none
        "FIFTYONE_DEFAULT_DATASET_DIR": str(home / "datasets"),
        "FIFTYONE_DATASET_ZOO_DIR": str(home / "zoo" / "datasets"),
        "FIFTYONE_MODEL_ZOO_DIR": str(home / "zoo" / "models"),
        "FIFTYONE_PLUGINS_DIR": str(plugins),
        "FIFTYONE_DO_NOT_TRACK": "true",
        "FIFTYONE_SHOW_PROGRESS_BARS": "false",
    }


def quick_place() -> Path | None:
    """Where a new collection takes half the time, since MongoDB syncs each to the disk; None for the usual place."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > DATABASE_BYTES else None


@pytest.fixture(scope="session")
def mongodb() -> str:
    """Start the MongoDB that FiftyOne would, on a port and a folder of the tests' own, and point FiftyOne at it.

    Returns:
        Its URI, which also stands in FIFTYONE_DATABASE_URI.
    """
    import fiftyone

    folder = Path(os.environ["FIFTYONE_DATABASE_DIR"])
    folder.mkdir()
    process, uri = start_mongod(folder)
    _until_exit.callback(stop, process)
    os.environ["FIFTYONE_DATABASE_URI"] = fiftyone.config.database_uri = uri
    return uri


def start_mongod(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the MongoDB that FiftyOne would, on the data in a folder and a port of its own.

    Returns:
        The process, which answers, and the server's URI.
    """
    from pymongo import MongoClient
    from pymongo.errors import ConnectionFailure

    from tools.ensure_mongod import find_mongod

    mongod = find_mongod()
    if mongod is None:
        pytest.skip("needs MongoDB: run `make setup`")
    log = folder / "mongod.log"
    port = free_port()
    process = subprocess.Popen(
        [mongod, "--dbpath", folder, "--logpath", log, "--bind_ip", LOOPBACK, "--port", str(port), "--nounixsocket"],
        stdout=subprocess.DEVNULL,
    )
    uri = f"mongodb://{LOOPBACK}:{port}"
    try:
        with MongoClient(uri, serverSelectionTimeoutMS=1000 * START_SECONDS) as client:
            client.admin.command("ping")
    except ConnectionFailure:
        pytest.fail(f"MongoDB did not start:\n{tail(log)}")
    return process, uri


@pytest.fixture
def dataset_name(mongodb: str) -> Iterator[str]:
    """A name that no dataset has; what a test makes under it is deleted after the test."""
    import fiftyone

    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    if fiftyone.dataset_exists(name):
        fiftyone.delete_dataset(name)


@pytest.fixture(scope="session")
def app(mongodb: str) -> Iterator[str]:
    """Serve the App, with this repository as its plugin; what it logs is kept in artefacts/.

    Returns:
        Its address, as "http://127.0.0.1:5151"; a dataset is at `f"{app}/datasets/{name}"`.
    """
    ARTEFACTS.mkdir(exist_ok=True)
    log = ARTEFACTS / f"app-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.log"
    from fiftyone_plugin.app.serving import ENVIRONMENT, arguments

    home = os.environ["FIFTYONE_DEFAULT_DATASET_DIR"]  # where it notes a user's id
    with served(arguments(), "/fiftyone", log, HOME=home, **ENVIRONMENT) as url:
        yield url


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve object storage by S3's API, kept in memory.

    Returns:
        Its address; any key opens it.
    """
    command = ["-c", "from moto.server import main; main()", "--host", LOOPBACK, "--port"]
    with served(command, "/moto-api/", tmp_path_factory.mktemp("s3") / "s3.log") as url:
        yield url


@contextmanager
def served(command: Sequence[str], page: str, log: Path, **environment: str) -> Iterator[str]:
    """Run a server of Python's while the block runs, which begins once it answers.

    Args:
        command: Python's arguments; a free port is added.
        page: a path that answers as soon as the server does.
        log: where it writes.
        environment: beside the tests' own.

    Returns:
        Its address, as "http://127.0.0.1:5151".
    """
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, str(port)],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        if not answers(url + page, process):
            pytest.fail(f"{' '.join(command)} did not start:\n{tail(log)}")
        yield url
    finally:
        stop(process)


def answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether the address answers before the process that should serve it ends, or the time is up."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that the tests started."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file, or nothing where there is none."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
