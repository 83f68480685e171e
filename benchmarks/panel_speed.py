"""Measure what a person waits for in the review panel: opening it, another run, another tab, a cell of the matrix.

    python -m benchmarks.panel_speed

A few rendered interviews with made-up runs, so that what is measured is the panel and not the database; the review of a
million frames is measured by `benchmarks.review`. MongoDB, the App and a headless Chromium are started for it.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from benchmarks.circumstances import RESULTS, circumstances
from benchmarks.review import ROOT, busyness, served
from benchmarks.speed.database import own_database
from tests.browser.conftest import FLAGS, NO_ADVERTISEMENT, WINDOW

TURNS = 5
LIMITS = {"open_panel": 1.0, "another_run": 1.0, "another_tab": 0.2, "sign_of_life": 0.3}  # seconds
NAME = "panel-speed"


def main():
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "plugins").mkdir()
        (home / "plugins" / "interviews").symlink_to(ROOT, target_is_directory=True)
        os.environ |= {
            "FIFTYONE_PLUGINS_DIR": str(home / "plugins"),
            "FIFTYONE_DEFAULT_DATASET_DIR": str(home / "datasets"),
        }
        with own_database():
            made(home)
            seconds = in_the_app()
    figures = {}
    for name, limit in LIMITS.items():
        low, median, high = min(seconds[name]), statistics.median(seconds[name]), max(seconds[name])
        figures[name] = {"median": median, "spread": [low, high], "limit": limit, "reached": median <= limit}
        print(f"{name}: {median:.2f} s ({low:.2f} to {high:.2f}), to reach {limit} s")
    shared = {"load": round(os.getloadavg()[0], 1), "seconds_for_one_of_computing": busyness()}
    result = {**circumstances("python -m benchmarks.panel_speed"), **shared, "seconds": figures}
    (RESULTS / "panel_speed.json").write_text(json.dumps(result, indent=1) + "\n")


def made(home):
    """Four interviews with two runs that are made up."""
    import fiftyone as fo

    from expressiveness.samples import render_sample_interviews
    from fiftyone_plugin.api import detect_faces, import_interviews
    from tests.made_up_runs import add_run, first_guess, second_guess

    render_sample_interviews(home / "interviews", participants=4, clips_per_participant=1, seconds=2.0)
    import_interviews(home / "interviews", NAME)
    dataset = fo.load_dataset(NAME)
    detect_faces(dataset)
    frames = dict(zip(*dataset.values(["id", "frames.frame_number"]), strict=True))
    for run, guess in (("cnn_1", first_guess), ("cnn_2", second_guess)):
        add_run(dataset, run, frames, guess, held_out=dataset.values("id"))


def in_the_app():
    """The seconds of each turn, by what was waited for; the first opening, which loads the plugin, is not counted."""
    seconds = {name: [] for name in LIMITS}
    with served() as url, sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-cy")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(base_url=url, viewport=WINDOW)
        page.set_default_timeout(120_000)
        expect.set_options(timeout=120_000)
        page.add_init_script(NO_ADVERTISEMENT)
        for turn in range(TURNS + 1):
            found = _turn(page)
            for name, value in found.items() if turn else ():
                seconds[name].append(round(value, 3))
        browser.close()
    return seconds


def _turn(page):
    page.goto(f"/datasets/{NAME}")
    expect(page.get_by_test_id("looker").first).to_be_visible()
    page.wait_for_timeout(2000)
    panel = page.get_by_test_id("expressiveness-review-panel")
    page.get_by_test_id("new-panel-btn").first.click()
    page.get_by_test_id("new-panel-option-review_panel").wait_for()
    found = {"open_panel": _until(lambda: page.get_by_test_id("new-panel-option-review_panel").click(), panel)}
    run = page.get_by_label("Run", exact=True)
    other = "cnn_1" if run.input_value() == "cnn_2" else "cnn_2"
    wrong = {"cnn_1": "13 of", "cnn_2": "4 of"}[other]
    found["another_run"] = _until(lambda: run.select_option(other), panel.get_by_text(wrong))
    compare = page.get_by_role("tab", name="Compare")
    found["another_tab"] = _until(compare.click, panel.get_by_text("95 % over people"))
    page.get_by_role("tab", name="Mistakes").click()
    cell = page.get_by_role("button", name="truly Reserved, predicted Reserved")
    shown = page.get_by_test_id("expressiveness-shown").get_by_text("Opening ...")
    found["sign_of_life"] = _until(cell.click, shown.or_(page.get_by_text("In the grid: Truly Reserved")).first)
    expect(page.get_by_text("In the grid: Truly Reserved")).to_be_visible()
    page.get_by_role("button", name="Show everything again").click()
    return found


def _until(act, thing):
    started = time.perf_counter()
    act()
    thing.wait_for()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
