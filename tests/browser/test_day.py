"""A whole day in one piece: detect, train, predict, look at the mistakes, leave a video out, train again, compare."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import CATEGORIES
from fiftyone_plugin.api import import_interviews, set_work_folder
from fiftyone_plugin.review import confused, frame_figures, held_out, videos_with
from tests.app_steps import (
    WORK_MILLISECONDS,
    click_cell,
    execute,
    execute_and_follow,
    expect_shown,
    open_dataset,
    open_form,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def imported(sample_interviews, dataset_name, tmp_path):
    """The sample interviews, of 6 people, as the import left them; `test_import.py` walks through its form."""
    import_interviews(sample_interviews, dataset_name)
    dataset = fo.load_dataset(dataset_name)
    set_work_folder(dataset, tmp_path)
    return dataset


def fill(page, label, value):
    """Write into a field of the open form."""
    page.get_by_text(label, exact=True).locator("xpath=following::input[1]").fill(str(value))


def choose_network(page):
    """Train the network, which after one epoch errs enough for a person to have something to review."""
    page.get_by_text(re.compile("^The notebook's network: judges the look of single faces")).click()
    expect(page.get_by_text("Epochs at most", exact=True)).to_be_visible()


def tick(page, number, *, selected):
    """Click the box that a video in the grid shows while it is pointed at; so many are selected then, none or one."""
    video = page.get_by_test_id("looker").nth(number)
    video.hover()
    video.click(position={"x": 18, "y": 18})
    expect(page.get_by_test_id("action-manage-selected")).to_have_count(selected)


def most_confused(dataset, run):
    """The cell of the matrix, off its diagonal, that holds the most frames of held-out people."""
    counts = frame_figures(held_out(dataset, run), run).confusion.counts
    row, column = max(
        ((row, column) for row in range(3) for column in range(3) if row != column),
        key=lambda cell: counts[cell[0]][cell[1]],
    )
    assert counts[row][column], "an untrained network makes mistakes"
    return CATEGORIES[row], CATEGORIES[column]


def test_a_day_from_faces_to_a_second_model_that_heeds_what_was_left_out(imported, page, screenshot):
    open_dataset(page, imported.name)
    open_form(page, "Detect faces")
    expect(page.get_by_text(re.compile("12 videos with .* frames: less than a minute"))).to_be_visible()
    screenshot("day-01-detect")
    execute_and_follow(page, "12 videos done, 0 stored already: .* faces")

    page.get_by_role("button", name="Train a model").click()
    expect(page.get_by_text("6 participants: figures on held-out people are uncertain; 30 are better.")).to_be_visible()
    choose_network(page)
    fill(page, "Epochs at most", 1)
    screenshot("day-02-train")
    execute_and_follow(page, r"Run cnn_1 \(.*\): .*Accuracy .* on . videos of people it has not seen")

    page.get_by_role("button", name="Predict expressiveness").click()  # the panel has noticed the new run
    expect(page.get_by_text("Run", exact=True)).to_be_visible()
    execute_and_follow(page, "frames of 12 videos classified")
    expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
    expect(page.locator("input[value='RUN CNN_1']")).to_be_visible()  # a group of the sidebar
    screenshot("day-03-predicted")

    imported.reload()
    cell = most_confused(imported, "cnn_1")
    videos = len(videos_with(held_out(imported, "cnn_1"), confused("cnn_1", *cell)))
    click_cell(page, *cell)
    expect_shown(page, f"{videos} sample{'' if videos == 1 else 's'}")
    screenshot("day-04-cell")
    page.get_by_role("button", name="Show everything again").click()
    expect_shown(page, "12 samples")

    trained = imported.values("cnn_1_split").index("train")
    tick(page, trained, selected=1)
    open_form(page, "Curate faces or videos")
    expect(page.get_by_text("The selected samples (1)")).to_be_visible()
    page.get_by_text("The whole videos").click()
    expect(page.get_by_text("1 video. Undo curation takes it back.")).to_be_visible()
    page.get_by_text("Leave out of training").click()
    screenshot("day-05-curate")
    execute(page)
    expect(page.get_by_text(re.compile("Leave out of training: 1 video, 0 faces"))).to_be_visible()

    tick(page, trained, selected=0)
    open_form(page, "Train model")
    choose_network(page)
    fill(page, "Epochs at most", 1)
    expect(page.get_by_text("Same people as run cnn_1, to compare with it")).to_be_visible()
    screenshot("day-06-train-again")
    left_out = imported[trained : trained + 1].count("frames.faces.detections")
    execute(page)
    work = page.get_by_test_id("expressiveness-work")
    said = rf"Run cnn_2 \(The notebook's network\): .* of run cnn_1; people left out {left_out} faces"
    expect(work.get_by_text(re.compile(said))).to_be_visible(timeout=WORK_MILLISECONDS)
    work.get_by_role("button", name="Predict with cnn_2, and compare").click()
    expect(work.get_by_text(re.compile("frames of 12 videos classified"))).to_be_visible(timeout=WORK_MILLISECONDS)
    panel = page.get_by_test_id("panel-content-review_panel")
    expect(panel.get_by_label("Run", exact=True)).to_have_value("cnn_2")  # shown as soon as it is there
    expect(panel.get_by_label("What cnn_2 changed over")).to_have_value("cnn_1")
    expect(page.get_by_role("row", name=re.compile("^videos"))).to_be_visible()
    screenshot("day-07-compare")
