"""Deciding in the grid of single faces by keyboard: one key a face."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED
from tests.app_steps import choose, expect_shown, open_dataset, open_review_panel

pytestmark = pytest.mark.slow

FACES = 13  # that run cnn_1 has wrong, of held-out people


def show_mistakes(page, dataset):
    """Open the faces of run cnn_1's mistakes; return the keys' line in the panel."""
    open_dataset(page, dataset)
    open_review_panel(page)
    expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
    choose(page, "Run", "cnn_1")
    choose(page, "Look at them as", "Faces, one by one")
    page.get_by_role("cell", name="Misclassified frames").click()
    expect_shown(page, f"{FACES} patches")
    line = page.get_by_test_id("expressiveness-faces")
    expect(line).to_contain_text("left")
    expect(page.get_by_test_id("looker")).to_have_count(FACES)
    return line


def left(page, count):
    expect(page.get_by_test_id("expressiveness-faces-left")).to_have_text(f"{count} of {FACES} left")


def decided_faces(dataset):
    """The category and tags of each primary face that was decided on."""
    dataset.reload()
    return [
        (face.category, face.tags)
        for sample in dataset
        for frame in sample.frames.values()
        for face in (frame.faces.detections if frame.faces else [])
        if face.index == 0 and face.decided_at
    ]


def test_faces_are_decided_by_one_key_each_marked_counted_undone_and_gone_on_with_later(reviewed, page, screenshot):
    line = show_mistakes(page, reviewed)
    left(page, FACES)
    screenshot("review-by-key-0")  # the first frame of the documents' animation
    for count, key in enumerate("123cx", start=1):
        page.keyboard.press(key)
        expect(line).to_have_attribute("data-current", str(count))
        screenshot(f"review-by-key-{count}")
    left(page, FACES - 5)

    page.get_by_test_id("looker").nth(9).hover()
    expect(line).to_have_attribute("data-current", "9")
    page.keyboard.press("1")
    left(page, FACES - 6)
    page.keyboard.press("u")
    left(page, FACES - 5)
    expect(line).to_have_attribute("data-current", "9")
    page.keyboard.press("p")
    expect(line).to_have_attribute("data-current", "8")
    page.keyboard.press("?")
    expect(page.get_by_test_id("expressiveness-keys")).to_contain_text("next, previous face without a decision")
    expect(line.get_by_role("status")).to_have_text("all saved")
    decided = decided_faces(fo.load_dataset(reviewed))
    assert len(decided) == 5
    assert {RESERVED, BALANCED, EXPRESSIVE} <= {category for category, _ in decided}
    assert [tags for _, tags in decided if tags] == [["exclude"]]

    page.reload()  # the view and the panel stay open
    left(page, FACES - 5)
    expect(line).to_have_attribute("data-current", "5")
    expect(line).to_contain_text(re.compile("predicted .* truly"))
    screenshot("review-faces-gone-on")
