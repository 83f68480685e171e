"""The review panel as a person uses it: see what is confused with what, click it, and look at just that."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import BALANCED, CATEGORIES, COLORS, EXPRESSIVE, RESERVED
from fiftyone_plugin.api import import_interviews
from fiftyone_plugin.fields import CATEGORY, SUGGESTED_CATEGORY, SUSPICION, declare_suspicion
from tests.app_steps import choose, click_cell, expect_shown, open_dataset, open_review_panel, pixels_of
from tests.made_up_runs import SURE

pytestmark = pytest.mark.slow

RUN, PEOPLE, COUNT, LOOK = "Run", "People", "Count", "Look at them as"


@pytest.fixture
def imported(sample_interviews, dataset_name):
    """A dataset of interviews whose faces nobody has looked for."""
    import_interviews(sample_interviews, dataset_name)
    return dataset_name


@pytest.fixture
def doubted(reviewed):
    """The reviewed interviews; another category is more probable for the second and the fourth."""
    dataset = fo.load_dataset(reviewed)
    declare_suspicion(dataset)
    dataset.set_values(SUSPICION, [0.1, 0.97, 0.2, 0.8])
    given = dataset.values(f"{CATEGORY}.label")
    suggested = [given[0], other_than(given[1]), given[2], other_than(given[3])]
    dataset.set_values(SUGGESTED_CATEGORY, [fo.Classification(label=label) for label in suggested])
    return reviewed


def other_than(category):
    return CATEGORIES[(CATEGORIES.index(category) + 1) % len(CATEGORIES)]


def open_review(page, dataset):
    """Open the panel on the run cnn_1, its matrix drawn."""
    open_dataset(page, dataset)
    open_review_panel(page)
    expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
    choose(page, RUN, "cnn_1")
    expect(page.get_by_text("13 of 24 frames are predicted wrong")).to_be_visible()


def test_a_cell_of_the_matrix_opens_its_frames_as_videos_faces_and_clips(reviewed, page, screenshot):
    open_review(page, reviewed)
    screenshot("review-1-matrix")

    click_cell(page, EXPRESSIVE, RESERVED)
    expect_shown(page, "1 sample")
    expect(page.get_by_text("MatchFrames")).to_be_attached()
    expect(page.get_by_test_id("looker")).to_have_count(1)
    screenshot("review-2-cell-as-videos")

    choose(page, LOOK, "Faces, one by one")
    click_cell(page, EXPRESSIVE, RESERVED)
    expect_shown(page, "9 patches")
    expect(page.get_by_text("In the grid: Truly Expressive, predicted Reserved: 9 faces")).to_be_visible()
    expect(page.get_by_role("button", name="truly Expressive, predicted Reserved")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_test_id("looker")).to_have_count(9)
    screenshot("review-3-cell-as-faces")

    choose(page, LOOK, "Clips, one a stretch")
    click_cell(page, EXPRESSIVE, RESERVED)
    expect_shown(page, "1 clip")
    page.get_by_role("cell", name="Misclassified frames").click()
    expect_shown(page, "3 clips")
    screenshot("review-4-clips")

    page.get_by_role("button", name="Show everything again").click()
    expect_shown(page, "4 samples")


def test_the_list_opens_what_it_counts(reviewed, page):
    open_review(page, reviewed)

    for row, count, shown in (
        ("Most confident mistakes", "11 frames", "3 samples"),
        ("Most uncertain frames", "2 frames", "2 samples"),
        ("Misclassified videos", "1 video", "1 sample"),
        ("Clips of mistakes", "3 clips", "3 clips"),
    ):
        expect(page.get_by_role("row", name=re.compile(f"{row} {count}"))).to_be_visible()
        page.get_by_role("cell", name=row).click()
        expect_shown(page, shown)

    choose(page, PEOPLE, "Everyone")
    expect(page.get_by_text("13 of 30 frames are predicted wrong")).to_be_visible()
    choose(page, COUNT, "Videos")
    expect(page.get_by_text("1 of 4 videos are predicted wrong")).to_be_visible()
    click_cell(page, BALANCED, BALANCED)
    expect_shown(page, "2 samples")


def test_one_of_the_worst_videos_opens_with_its_mistakes_drawn(reviewed, page, screenshot):
    open_review(page, reviewed)
    worst = fo.load_dataset(reviewed).sort_by("cnn_1_accuracy").first()

    page.get_by_role("cell", name="0%", exact=True).click()
    expect_shown(page, "1 sample")
    page.get_by_test_id("looker").click()

    modal = page.get_by_test_id("modal")
    expect(modal.get_by_test_id("looker")).to_be_visible()
    expect(modal.get_by_test_id("checkbox-frames.cnn_1").get_by_role("checkbox")).to_be_checked()
    page.wait_for_timeout(3000)  # the video's first frame and its labels are drawn on a canvas, which says nothing
    screenshot("review-5-worst-video")
    face = worst.frames.first()["cnn_1"].detections[0]
    assert (face.label, face.truth, round(face.confidence, 2)) == (RESERVED, EXPRESSIVE, SURE)
    assert pixels_of(modal, COLORS[RESERVED]) > 200, "the box and the name of what was predicted"


def test_figures_curves_and_another_run_stand_in_tabs_of_their_own(reviewed, page, screenshot):
    open_review(page, reviewed)

    page.get_by_role("tab", name="How good it is").click()
    expect(page.get_by_label("Run", exact=True)).to_contain_text("cnn_1: The notebook's network")
    expect(page.get_by_text("Not shown to be better than always answering Reserved")).to_be_visible()
    expect(page.get_by_text("On 3 videos of 3 people that run cnn_1 has not seen")).to_be_visible()
    expect(page.get_by_role("row", name="accuracy 0.50 0.40 to 0.60", exact=True)).to_be_visible()
    expect(page.get_by_text("Nobody labelled single frames here")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Reserved Expression .* 1$"))).to_be_visible()
    expect(page.get_by_test_id("expressiveness-corrected")).to_contain_text("as trained: accuracy 0.67")
    expect(page.get_by_test_id("expressiveness-corrected")).to_contain_text("No correction moves them so far")
    screenshot("review-6-figures")

    page.get_by_role("tab", name="Training").click()
    expect(page.get_by_test_id("expressiveness-review-panel").locator("polyline")).to_have_count(4)
    screenshot("review-7-training")

    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_label("What cnn_1 changed over")).to_have_value("cnn_2")
    expect(page.get_by_role("row", name="accuracy 1.00 0.67 −0.33 −1.00 to 0.00")).to_be_visible()
    expect(page.get_by_role("row", name="frames 9 2 12 1")).to_be_visible()
    page.get_by_role("button", name="Show the 12 frames that cnn_1 broke").click()
    expect_shown(page, "3 samples")
    screenshot("review-8-compare")


def test_the_panel_opens_beside_the_grid_by_its_button_and_tab_reaches_the_matrix(reviewed, page):
    open_dataset(page, reviewed)
    page.get_by_text("rule", exact=True).click()  # the button's icon
    panel = page.get_by_test_id("expressiveness-review-panel")
    run = panel.get_by_label("Run", exact=True)
    expect(run).to_be_visible()
    expect(page.get_by_test_id("looker").first).to_be_visible()  # not covered by the panel

    run.focus()
    run.select_option("cnn_1")
    expect(panel.get_by_text("13 of 24 frames are predicted wrong")).to_be_visible()
    go_to(page, panel.get_by_role("button", name="truly Expressive, predicted Reserved"))


def go_to(page, thing):
    """Press Tab until something has the focus."""
    for _ in range(40):
        if thing.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{thing} cannot be reached with Tab")


def test_the_views_are_saved_for_the_next_day(reviewed, page):
    open_review(page, reviewed)

    page.get_by_role("button", name="Save these views").click()

    expect(page.get_by_text("Saved 6 views of run cnn_1 of held-out people")).to_be_visible()
    dataset = fo.load_dataset(reviewed)
    dataset.reload()
    assert len(dataset.load_saved_view("Misclassified frames")) == 3


def test_labels_to_check_are_listed_and_a_click_shows_the_video(doubted, page, screenshot):
    open_review(page, doubted)

    page.get_by_role("tab", name="Labels to check").click()
    expect(page.get_by_text("finds another category more probable for 2 of the videos")).to_be_visible()
    suspicions = page.get_by_role("cell", name=re.compile("^[0-9]+%$"))
    expect(suspicions).to_have_text(["97%", "80%"])
    suspicions.first.click()
    expect_shown(page, "1 sample")
    page.get_by_role("button", name="Show them all").click()
    expect_shown(page, "2 samples")
    screenshot("review-10-labels-to-check")

    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("These videos are of 4 people; wrong labels can be told")).to_be_visible()  # not only these


def test_before_there_is_anything_to_review_the_panel_says_what_to_do(imported, page, screenshot):
    open_dataset(page, imported)
    open_review_panel(page)

    expect(page.get_by_text("No faces have been looked for in these interviews yet.")).to_be_visible()
    page.get_by_role("button", name="Detect faces").click()
    expect(page.get_by_text("Look at every N-th frame")).to_be_visible()
    screenshot("review-9-nothing-yet")
