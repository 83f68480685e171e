"""The timeline of probabilities in the sample modal: under the video, moving with it, going where one clicks."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import EXPRESSIVE, RESERVED

pytestmark = pytest.mark.slow


@pytest.fixture
def timeline(reviewed, page):
    """The timeline of the fourth interview, 45 frames long, whose every prediction is Reserved and wrong."""
    page.goto(f"/datasets/{reviewed}")
    page.get_by_test_id("looker").nth(3).click()
    expect(clock(page)).to_contain_text("/ 0:03.00")
    page.get_by_test_id("panel-tab-timeline_panel").click()
    expect(page.get_by_test_id("expressiveness-timeline")).to_be_visible()
    page.get_by_test_id("modal").get_by_role("combobox").first.click()
    page.get_by_role("option", name="Run cnn_1").click()
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text("truly")
    expect(clock(page)).to_contain_text("/ 0:03.00")
    return page.get_by_test_id("expressiveness-timeline")


def click_at(timeline, share):
    """Click the plot at a share of its width."""
    plot = timeline.locator("svg")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * share, "y": box["height"] / 3})


def clock(page):
    return page.get_by_role("button", name="Showing elapsed time")


def test_the_timeline_stands_under_the_video_and_moves_with_it(timeline, page, screenshot):
    video = page.get_by_test_id("modal").get_by_test_id("looker").bounding_box()
    assert timeline.bounding_box()["y"] > video["y"] + video["height"] / 2
    expect(timeline).to_have_attribute("data-frame", "1")
    reading = page.get_by_test_id("expressiveness-reading")
    expect(reading).to_have_text(f"Frame 1 · 0.00 s · {RESERVED} 90 % · wrong: truly {EXPRESSIVE}")

    page.get_by_role("button", name="Play").click()

    expect(timeline).to_have_attribute("data-frame", re.compile("^[12][0-9]$"))
    expect(timeline).to_have_attribute("data-frame", re.compile("^[34][0-9]$"))
    screenshot("timeline-1-played")


def test_a_click_goes_to_that_moment_and_stops_there(timeline, page, screenshot):
    click_at(timeline, 0.5)

    expect(timeline).to_have_attribute("data-frame", "23")
    expect(clock(page)).to_contain_text("0:01.4")
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text("(judged at frame 21)")
    screenshot("timeline-2-sought")

    page.get_by_role("button", name="Play").click()
    expect(timeline).to_have_attribute("data-frame", re.compile("^(2[5-9]|3[0-9])$"))
    click_at(timeline, 0)
    expect(timeline).to_have_attribute("data-frame", "1")
    page.wait_for_timeout(500)
    expect(clock(page)).to_contain_text("0:00.00 /")


def test_the_score_of_each_frame_is_drawn_and_said_where_the_model_knows_it(timeline, page, screenshot):
    drawn = page.get_by_test_id("expressiveness-scores")
    expect(drawn).to_have_count(0)

    page.get_by_test_id("modal").get_by_role("combobox").first.click()
    page.get_by_role("option", name="Run cnn_2").click()

    expect(drawn).to_be_visible()
    expect(page.get_by_text(re.compile("score of the frame, .* to "))).to_be_visible()
    reading = page.get_by_test_id("expressiveness-reading")
    expect(reading).to_contain_text(re.compile(r"score [+-]\d"))
    screenshot("timeline-3-scores")


def test_another_video_brings_its_own_timeline(timeline, page, reviewed):
    ids = fo.load_dataset(reviewed).values("id")
    assert page.url.endswith(ids[3])

    page.get_by_test_id("expressiveness-reading").click()  # away from the dropdown, which has arrow keys of its own
    page.keyboard.press("ArrowLeft")

    expect(page).to_have_url(re.compile(ids[2]))
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text("right")


def test_in_the_annotate_tab_no_playhead_pretends_to_follow(timeline, page):
    page.get_by_test_id("annotate").click()

    expect(page.get_by_text("The timeline moves with the video in the Explore tab.")).to_be_visible()
    expect(timeline.locator("svg > line")).to_have_count(1)
