"""What a person does in the App, step by step: each waits until the App has followed."""

import io
import re
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, TimeoutError, expect

from expressiveness.data import short_name


def open_dataset(page: Page, name: str) -> None:
    """Open a dataset, and wait until the grid shows something of it."""
    page.goto(f"/datasets/{name}")
    expect(page.get_by_test_id("looker").first).to_be_visible()


def expect_shown(page: Page, count: str | re.Pattern[str]) -> None:
    """Wait until the grid shows so many, as "2 clips"."""
    expect(page.get_by_test_id("entry-counts")).to_have_text(count)


def open_form(page: Page, label: str) -> None:
    """Open an operator's form from the operator browser."""
    search = page.get_by_placeholder(re.compile("Search operations", re.IGNORECASE))
    for _ in range(10):
        page.keyboard.press("`")  # lost, while the App draws itself anew
        try:
            search.wait_for(timeout=3000)
            break
        except TimeoutError:
            continue
    search.fill(label)
    page.get_by_text(f"Expressiveness: {label}", exact=True).first.click()


def browse_to_import(page: Page, folder: Path) -> None:
    """Open the import form, and a folder in its file browser; "Choose" is left to do."""
    open_form(page, "Import interviews")
    page.get_by_test_id("FolderIcon").or_(page.locator("[data-testid=FolderIcon]")).last.click()
    browser = page.get_by_role("dialog").last
    browser.get_by_role("textbox").first.fill(str(folder))
    browser.get_by_role("textbox").first.press("Enter")
    expect(browser.get_by_text("metadata.jsonl", exact=True)).to_be_visible()


WORK_MILLISECONDS = 120_000
"""The most that an operator may take on a busy machine."""


def execute(page: Page) -> None:
    """Run what the open form says, once it has been looked at: it asks the server while it is filled in."""
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Execute").click()


def execute_and_read(page: Page, result: str) -> None:
    """Run what the open form says, wait for the sentence it ends with, a regular expression, and close its window."""
    execute(page)
    window = page.get_by_role("dialog")
    expect(window.get_by_text(re.compile(result))).to_be_visible(timeout=WORK_MILLISECONDS)
    window.get_by_role("button", name="Done").click()
    expect(window).to_have_count(0)


def execute_and_follow(page: Page, result: str) -> None:
    """Run what the open form says, and wait until the review panel shows the sentence it ends with."""
    execute(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    work = page.get_by_test_id("expressiveness-work")
    expect(work.get_by_text(re.compile(result))).to_be_visible(timeout=WORK_MILLISECONDS)
    work.get_by_role("button", name="Close").click()
    expect(work).to_have_count(0)


def open_review_panel(page: Page) -> None:
    """Open the panel "Expressiveness review" beside the grid."""
    option = page.get_by_test_id("new-panel-option-review_panel")
    for _ in range(20):  # the App lists only the panels of the plugins that it has read when the list is opened
        page.get_by_test_id("new-panel-btn").first.click()
        try:
            option.wait_for(timeout=1000)
            break
        except TimeoutError:
            page.keyboard.press("Escape")
    option.click()


def choose(page: Page, dropdown: str, option: str) -> None:
    """Choose an option of a dropdown of the review panel, and wait until the panel shows what follows."""
    page.get_by_test_id("panel-content-review_panel").get_by_label(dropdown, exact=True).select_option(option)
    expect(page.get_by_test_id("expressiveness-shown").get_by_text("Reading ...")).to_have_count(0)


def click_cell(page: Page, truth: str, predicted: str) -> None:
    """Click a cell of the matrix."""
    names = [short_name(category) for category in (truth, predicted)]
    page.get_by_role("button", name="truly {}, predicted {}:".format(*names)).click()


def pixels_of(shown: Locator, color: str) -> int:
    """How many pixels of what is shown have a color, as #RRGGBB, but for rounding."""
    picture = np.asarray(Image.open(io.BytesIO(shown.screenshot())).convert("RGB")).astype(int)
    wanted = [int(color[position : position + 2], 16) for position in (1, 3, 5)]
    return int((np.abs(picture - wanted).max(axis=2) < 12).sum())
