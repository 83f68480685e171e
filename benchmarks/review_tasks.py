"""Time a reviewer's tasks in Chromium: medians of five, each turn on a fresh copy of a small reviewed set.

    python -m pytest -p tests.services -p tests.browser.conftest -p no:xdist benchmarks/review_tasks.py

A test in form only, so that the App, its database and its data are those of the browser tests. Results go to
`results/review_tasks.json`; on a machine that others use, only its own record says how busy it was.
"""

from __future__ import annotations

import json
import os
import statistics
import time

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from benchmarks.circumstances import RESULTS, circumstances
from tests.app_steps import choose, expect_shown, open_dataset, open_review_panel

TURNS = 5
FACES = 13  # that the run has wrong
LIMITS = {
    "open the panel": 1.0,
    "change the run": 1.0,
    "change the tab": 0.2,
    "open the worst wrong frame": 3.0,
    "exclude a bad video": 0.1,
    "key to decision shown": 0.1,
    "13 decisions on faces, until all are saved": 26.0,
}
"""Seconds to reach; those of the faces are 40 for 20 decisions."""

KEY_SHOWN = """async () => {
  const line = document.querySelector("[data-cy=expressiveness-faces]");
  const [began, before] = [performance.now(), line.textContent];
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "c", code: "KeyC", bubbles: true, cancelable: true }));
  while (line.textContent === before) await new Promise(requestAnimationFrame);
  return (performance.now() - began) / 1000;
}"""


@pytest.mark.timeout(900)
def test_the_tasks_of_a_review(reviewed_source, page):
    turns = []
    for turn in range(TURNS):
        name = f"review-tasks-{turn}"
        fo.load_dataset(reviewed_source).clone(name, persistent=True)
        turns.append(tasks(page, name))
        fo.delete_dataset(name)
    figures = {
        task: {
            "median": round(statistics.median(turn[task] for turn in turns), 3),
            "spread": [round(least_or_most(turn[task] for turn in turns), 3) for least_or_most in (min, max)],
            "limit": limit,
        }
        for task, limit in LIMITS.items()
    }
    for row in figures.values():
        row["reached"] = row["median"] <= row["limit"]
    command = "python -m pytest -p tests.services -p tests.browser.conftest -p no:xdist benchmarks/review_tasks.py"
    record = {**circumstances(command), "load": round(os.getloadavg()[0], 1), "turns": TURNS, "seconds": figures}
    (RESULTS / "review_tasks.json").write_text(json.dumps(record, indent=1) + "\n")


def tasks(page, dataset):
    """How long each task of one turn takes, in seconds."""
    found = {}

    def timed(task, *steps):
        began = time.perf_counter()
        for step in steps:
            step()
        found[task] = time.perf_counter() - began

    open_dataset(page, dataset)
    open_review_panel(page)
    timed("open the panel", lambda: expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible())
    timed(
        "change the run",
        lambda: page.get_by_label("Run", exact=True).select_option(value="cnn_1"),
        lambda: expect(page.get_by_text("13 of 24 frames are predicted wrong")).to_be_visible(),
    )
    timed(
        "change the tab",
        lambda: page.get_by_role("tab", name="Compare").click(),
        lambda: expect(page.get_by_text("What cnn_1 changed over")).to_be_visible(),
    )
    page.get_by_role("tab", name="Mistakes").click()
    choose(page, "Look at them as", "Faces, one by one")
    page.get_by_role("cell", name="Misclassified frames").click()
    expect_shown(page, f"{FACES} patches")
    expect(page.get_by_test_id("expressiveness-faces-left")).to_have_text(f"{FACES} of {FACES} left")
    found["key to decision shown"] = statistics.median(page.evaluate(KEY_SHOWN) for _ in range(5))
    for _ in range(5):
        page.keyboard.press("u")
    expect(page.get_by_test_id("expressiveness-faces-left")).to_have_text(f"{FACES} of {FACES} left")
    timed(
        "13 decisions on faces, until all are saved",
        *[lambda key=key: page.keyboard.press(key) for key in "123cx123cx123"],
        lambda: expect(page.get_by_test_id("expressiveness-faces-left")).to_have_text("nothing left"),
        lambda: expect(page.get_by_test_id("expressiveness-saved")).to_have_text("all saved"),
    )
    page.get_by_role("button", name="Show everything again").click()
    expect_shown(page, "4 samples")
    timed(
        "open the worst wrong frame",
        lambda: page.get_by_role("row").filter(has_text="%").last.click(),
        lambda: expect_shown(page, "1 sample"),
        lambda: page.get_by_test_id("looker").first.click(),
        lambda: expect(page.get_by_test_id("modal").get_by_test_id("looker")).to_be_visible(),
    )
    page.get_by_test_id("panel-tab-timeline_panel").click()
    expect(page.get_by_test_id("expressiveness-review")).to_be_visible()
    page.get_by_test_id("expressiveness-reading").click()
    timed(
        "exclude a bad video",
        lambda: page.keyboard.press("Shift+X"),
        lambda: expect(page.get_by_test_id("expressiveness-review")).to_contain_text("left out of training"),
    )
    return found
