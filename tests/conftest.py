"""Rules and fixtures for every test. The services of `integration` and `browser` are in `services.py`."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

pytest_plugins = ["tests.services"]

REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE_DATA = REPOSITORY.parent / "shared"  # optional: it lies beside the repository, not in it
NEEDS_REFERENCE_DATA = "needs ../shared/"

# No deadline: how long an example takes is the machine's affair. CI always tries the same examples, others new ones.
settings.register_profile("here", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("fast", settings.get_profile("here"), max_examples=20)  # of `make test-fast`
settings.load_profile("here")

# Whoever runs the tests in the background has Ctrl-C ignored, which the commands that they start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

ORDER = ("unit", "integration", "browser")  # fast and telling tests first
LONG = ("test_day", "test_main_job", "test_review_panel", "test_workflow", "test_quickstart", "test_forgetting_all")
"""Files that begin before the others of their folder, so that at the end no worker waits for one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by the folder they are in; run the fast folders first, and the long files of each.

    A walk through the App is tried up to four times: FiftyOne's App loses a click now and then while it draws itself
    anew on a busy machine, and a person would click again. Each try is a whole one, and is counted in the summary.
    """

    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(REPOSITORY / "tests").parts[0]

    for item in items:
        if folder(item) in ("integration", "browser"):
            item.add_marker(folder(item))
        if folder(item) == "browser":
            item.add_marker(pytest.mark.flaky(reruns=3))
    items.sort(key=lambda item: (ORDER.index(folder(item)), item.path.stem not in LONG))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    """Fail what is skipped, where nothing may be."""
    return without_skip((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    """Fail a module that is skipped as a whole, where nothing may be."""
    return without_skip((yield))


def without_skip(report):
    """The report, its skip made a failure under REQUIRE_ALL=1 unless it is for want of the optional data."""
    if os.environ.get("REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if NEEDS_REFERENCE_DATA not in reason:
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1 allows no skip, but this was one. {reason}"
    return report


@pytest.fixture(scope="session")
def facekit() -> Path:
    """The folder of the programme that renders interviews with known expressiveness."""
    return _reference_folder("facekit")


@pytest.fixture(scope="session")
def real_videos() -> Path:
    """The folder of real clips of faces."""
    return _reference_folder("videos")


@pytest.fixture(scope="session")
def crema_d_votes() -> Path:
    """The table of CREMA-D's ratings, without its videos."""
    return _reference_folder("data/crema-d") / "tabulatedVotes.csv"


def _reference_folder(name: str) -> Path:
    folder = REFERENCE_DATA / name
    if not folder.is_dir():
        pytest.skip(f"{NEEDS_REFERENCE_DATA}{name}")
    return folder


@pytest.fixture(scope="session")
def run_python() -> Callable[[str], str]:
    """Run code in a fresh Python process, and give back what it printed."""

    def run(code: str) -> str:
        return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share; under its lock, the first one makes what all of them read."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"


@pytest.fixture(scope="session")
def sample_interviews(shared_folder: Path) -> Path:
    """A folder of rendered interviews, to read only: 6 participants with 2 clips of a second each."""
    from expressiveness.samples import render_sample_interviews

    with FileLock(shared_folder.with_suffix(".lock")):
        return render_sample_interviews(
            shared_folder / "interviews", participants=6, clips_per_participant=2, seconds=1.0
        )


@pytest.fixture(scope="session")
def sample_faces(shared_folder: Path, sample_interviews: Path) -> Path:
    """A store of the faces of those interviews, to copy."""
    from expressiveness.data import read_interviews
    from expressiveness.faces import FaceStore, extract_interviews

    folder = shared_folder / "faces"
    with FileLock(shared_folder.with_suffix(".lock")):
        assert not extract_interviews(read_interviews(sample_interviews).interviews, FaceStore(folder)).failures
    return folder
