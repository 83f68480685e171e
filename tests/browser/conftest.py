"""Tests here see the real App in a real browser, on a real MongoDB."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.services import ARTEFACTS, LOOPBACK, served

SCREENSHOTS = ARTEFACTS / "screenshots"
WINDOW = {"width": 1600, "height": 1000}  # pixels
WAIT_MILLISECONDS = 30_000  # for one thing to appear in the App
NO_ADVERTISEMENT = "localStorage.setItem('fiftyone-enterprise-tooltip-seen', 'true')"  # it would lie over the page

# Chromium as root, without a graphics card, and without calls of its own to the outside.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@pytest.fixture(scope="session", autouse=True)
def _database(mongodb: str) -> None:
    """Start it for every test of this folder, so that none has to ask."""


@pytest.fixture(scope="session")
def reviewed_source(mongodb: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the dataset that `reviewed` is a copy of."""
    import fiftyone as fo

    from expressiveness.samples import render_sample_interviews
    from fiftyone_plugin.api import detect_faces, import_interviews, set_work_folder
    from tests.made_up_runs import add_run, first_guess, second_guess

    name, folder = "reviewed-source", tmp_path_factory.mktemp("reviewed")
    render_sample_interviews(folder / "interviews", participants=4, clips_per_participant=1, seconds=2.0)
    import_interviews(folder / "interviews", name)
    dataset = fo.load_dataset(name)
    set_work_folder(dataset, folder / "work")
    detect_faces(dataset)
    ids, frames, boxes = dataset.values(["id", "frames.frame_number", "frames.faces.detections.bounding_box"])
    faces = {id: [face for face, *_ in of_video] for id, of_video in zip(ids, boxes, strict=True)}
    judged, rising = dict(zip(ids, frames, strict=True)), [number / 10 for number in range(100)]
    add_run(dataset, "cnn_1", judged, first_guess, held_out=ids[1:], boxes=faces)
    add_run(dataset, "cnn_2", judged, second_guess, held_out=ids[1:], boxes=faces, offsets=rising)
    yield name
    fo.delete_dataset(name)


@pytest.fixture
def reviewed(reviewed_source: str, dataset_name: str) -> str:
    """The name of a dataset of 4 sample interviews with the faces that were found and two made-up runs.

    The people of all but the first interview are held out. Each test has a copy of its own, since the App's server
    remembers what the browser before had open.
    """
    import fiftyone as fo

    fo.load_dataset(reviewed_source).clone(dataset_name, persistent=True)
    return dataset_name


@pytest.fixture(scope="session")
def unguarded(mongodb: str) -> Iterator[str]:
    """The address of FiftyOne's own server, with nothing in front: what tests of the guard try must work there."""
    command = ["-m", "fiftyone.server.main", "--address", LOOPBACK, "--port"]
    with served(command, "/fiftyone", ARTEFACTS / "app-unguarded.log") as url:
        yield url


@pytest.fixture
def browser_anywhere() -> Iterator[Browser]:
    """A browser for which every name under .example leads to this machine, as an attacker's may."""
    with launched(["--host-resolver-rules=MAP *.example 127.0.0.1"]) as browser:
        yield browser


@pytest.fixture
def page(request: pytest.FixtureRequest, app: str) -> Iterator[Page]:
    """An empty page of a new browser; `page.goto(f"/datasets/{name}")` opens a dataset in the App.

    A browser a test: while Playwright runs, `foo.execute_operator` would give this thread a future and no result. So
    a test prepares its data in fixtures that it names before `page`. A failed test leaves a screenshot.
    """
    with launched() as browser:
        page = browser.new_page(base_url=app, viewport=WINDOW)
        page.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        page.add_init_script(NO_ADVERTISEMENT)
        failures = request.session.testsfailed
        yield page
        if request.session.testsfailed > failures:
            save_picture(page, f"failed-{request.node.name}")


@contextmanager
def launched(flags: Sequence[str] = (), **settings: Any) -> Iterator[Browser]:
    """Run a browser while the block runs."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium: on Debian, `apt install chromium`")
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-cy")  # the App's handles, for `get_by_test_id`
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags], **settings)
        yield browser
        browser.close()


@pytest.fixture
def screenshot(page: Page) -> Callable[[str], Path]:
    """A function that saves what the page shows as artefacts/screenshots/NAME.png and returns the path."""
    return lambda name: save_picture(page, name)


def save_picture(page: Page, name: str) -> Path:
    """Save what the page shows once it stands still, or after three seconds where it never does."""
    picture = page.screenshot()
    for _ in range(10):
        page.wait_for_timeout(300)
        earlier, picture = picture, page.screenshot()
        if picture == earlier:
            break
    path = SCREENSHOTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    return path
