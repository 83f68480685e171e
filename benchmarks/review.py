"""Measure the review at full size: 2,000 videos with a million judged frames.

    python -m benchmarks.review

What the runs say is made up; it is written as predictions are, and one small video stands behind every sample. The
database is FiftyOne's, under a name of its own; the App is served from it, with this repository as its plugin, and seen
by a headless Chromium. The dataset is kept for the next time unless `--again` is given; making it takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from benchmarks.circumstances import RESULTS, circumstances
from benchmarks.review_dataset import NAME, RUN, made
from tests.app_steps import open_review_panel
from tests.browser.conftest import FLAGS, NO_ADVERTISEMENT, WINDOW
from tests.services import LOOPBACK, answers, free_port, stop

TURNS = 3
LIMITS = {"misclassified_view": 3.0, "panel_figures": 3.0, "first_grid_page": 5.0}  # seconds
IN_THE_APP = {
    "first_grid_page": "first_grid_page",
    "panel_figures_in_the_app": "panel_figures",
    "misclassified_view_in_the_app": "misclassified_view",
}
"""What is measured there, each with the limit that it is held to."""

PATIENCE = 120_000  # milliseconds after which the App is given up
ROOT = Path(__file__).resolve().parents[1]


def main():
    arguments = _arguments()
    home = Path(tempfile.gettempdir()) / NAME
    plugins = home / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    if not (plugins / "interviews").exists():
        (plugins / "interviews").symlink_to(ROOT, target_is_directory=True)
    os.environ |= {
        "FIFTYONE_DATABASE_NAME": "expressiveness-benchmarks",
        "FIFTYONE_DATABASE_VALIDATION": "false",
        "FIFTYONE_DO_NOT_TRACK": "true",
        "FIFTYONE_PLUGINS_DIR": str(plugins),
    }
    import fiftyone as fo

    if arguments.again and fo.dataset_exists(NAME):
        fo.delete_dataset(NAME)
    dataset = fo.load_dataset(NAME) if fo.dataset_exists(NAME) else made(home)
    figures = {**in_python(dataset), **in_the_app()}
    for name, row in figures.items():
        print(f"{name}: {row['median']} s ({row['spread'][0]} to {row['spread'][1]}), to stay under {row['limit']}")
    size = {"videos": len(dataset), "frames": dataset.count(f"frames.{RUN}.detections"), "labels_a_frame": 2}
    shared = {"load": round(os.getloadavg()[0], 1), "seconds_for_one_of_computing": busyness()}
    result = {**circumstances("python -m benchmarks.review"), **shared, **size, "seconds": figures}
    (RESULTS / "review.json").write_text(json.dumps(result, indent=1) + "\n")


def in_python(dataset):
    """What the server does for the panel, and what it takes to open the view."""
    from fiftyone.operators.executor import ExecutionContext, Executor

    from fiftyone_plugin.panels.review.review_panel import ReviewPanel
    from fiftyone_plugin.review import views

    request = {"dataset_name": dataset.name, "params": {"panel_id": "panel", "__method__": "on_load"}}

    def misclassified():
        view = views.review_view(dataset, RUN, views.MISCLASSIFIED_FRAMES)
        assert len(view)
        assert view.first().frames.first()

    return {
        "panel_figures": measured(
            lambda: ReviewPanel().execute(ExecutionContext(request, executor=Executor())), LIMITS["panel_figures"]
        ),
        "misclassified_view": measured(misclassified, LIMITS["misclassified_view"]),
    }


def in_the_app():
    """What a person waits for, each turn with a server and a browser of its own: both remember what was open."""
    turns = [_seen() for _ in range(TURNS)]
    return {name: _figure([turn[name] for turn in turns], LIMITS[limit]) for name, limit in IN_THE_APP.items()}


def _seen():
    """How long the grid, the panel and the view take to be there, in seconds."""
    with served() as url, sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-cy")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(base_url=url, viewport=WINDOW)
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.add_init_script(NO_ADVERTISEMENT)
        looker, counts = page.get_by_test_id("looker").first, page.get_by_test_id("entry-counts")
        page.goto("/", wait_until="load")  # the App itself is fetched before the clock runs

        started = time.perf_counter()
        page.goto(f"/datasets/{NAME}")
        expect(looker).to_be_visible()
        grid = time.perf_counter() - started

        open_review_panel(page)
        started = time.perf_counter()
        expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
        panel = time.perf_counter() - started

        whole = counts.inner_text()
        started = time.perf_counter()
        page.get_by_role("cell", name="Misclassified frames").click()
        expect(counts).not_to_have_text(whole)
        expect(looker).to_be_visible()
        view = time.perf_counter() - started
        browser.close()
    return {"first_grid_page": grid, "panel_figures_in_the_app": panel, "misclassified_view_in_the_app": view}


def measured(work, limit):
    """How long a piece of work takes; the first time, which warms the database, is not counted."""
    work()
    figures = []
    for _ in range(TURNS):
        started = time.perf_counter()
        work()
        figures.append(time.perf_counter() - started)
    return _figure(figures, limit)


def busyness():
    """How many seconds pass while this process computes for one: more than one where others share the machine."""
    started, computing = time.perf_counter(), time.process_time()
    while time.process_time() - computing < 1:
        sum(range(1000))
    return round(time.perf_counter() - started, 1)


def _figure(seconds, limit):
    seconds = [round(second, 2) for second in seconds]
    median = statistics.median(seconds)
    return {"median": median, "spread": [min(seconds), max(seconds)], "limit": limit, "reached": median < limit}


@contextmanager
def served():
    """Serve the App on a free port of this machine; yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "fiftyone.server.main", "--address", LOOPBACK, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://{LOOPBACK}:{port}"
    try:
        assert answers(f"{url}/fiftyone", process), "the App did not start"
        yield url
    finally:
        stop(process)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", action="store_true", help="make the dataset anew")
    return parser.parse_args()


if __name__ == "__main__":
    main()
