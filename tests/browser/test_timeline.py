"""The timeline in the open video: what a run says over time, why, faces and transcript, and labels held in between."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import EXPRESSIVE, RESERVED

from .test_review_keys import choose_run, faces_of

pytestmark = pytest.mark.slow


@pytest.fixture
def timeline(reviewed, page):
    """The timeline of the fourth interview, 45 frames long, whose every prediction is Reserved and wrong."""
    page.goto(f"/datasets/{reviewed}")
    page.get_by_test_id("looker").nth(3).click()
    expect(clock(page)).to_contain_text("/ 0:03.00")
    page.get_by_test_id("panel-tab-timeline_panel").click()
    expect(page.get_by_test_id("expressiveness-timeline")).to_be_visible()
    choose_run(page, "cnn_1")
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text("truly")
    expect(clock(page)).to_contain_text("/ 0:03.00")
    return page.get_by_test_id("expressiveness-timeline")


def at_share(page, share):
    """The place in the plot at a share of its width."""
    box = page.get_by_test_id("expressiveness-tracks").bounding_box()
    return box["x"] + share * box["width"], box["y"] + 30


def clock(page):
    return page.get_by_role("button", name="Showing elapsed time")


def playheads(page):
    """Where FiftyOne's playhead and ours are, from the left, in pixels."""
    middle = "one => { const box = one.getBoundingClientRect(); return box.x + box.width / 2; }"
    theirs = page.locator("[class*=_playheadLine_]").evaluate(middle)
    return theirs, page.get_by_test_id("expressiveness-playhead").evaluate(middle)


def test_the_timeline_moves_with_the_video_and_a_click_goes_to_the_nearest_judged_frame(timeline, page, screenshot):
    video = page.get_by_test_id("modal").get_by_test_id("looker").bounding_box()
    assert timeline.bounding_box()["y"] > video["y"] + video["height"] / 2
    reading = page.get_by_test_id("expressiveness-reading")
    expect(reading).to_have_text(f"Frame 1 · 0.00 s · {RESERVED} 90 % · wrong: truly {EXPRESSIVE}")
    expect(page.get_by_test_id("expressiveness-model")).to_have_text("run cnn_1: the notebook's network")
    held = page.get_by_test_id("expressiveness-held")
    expect(held).to_have_count(0)  # the frame has a label of its own
    arrow = page.get_by_test_id("nav-left-button").bounding_box()
    assert arrow["y"] + arrow["height"] < timeline.bounding_box()["y"]

    page.get_by_role("button", name="Play").click()
    expect(timeline).to_have_attribute("data-frame", re.compile("^[12][0-9]$"))
    page.mouse.click(*at_share(page, 0.43))

    expect(timeline).to_have_attribute("data-frame", "21")
    expect(clock(page)).to_contain_text("0:01.3")
    page.wait_for_timeout(500)
    theirs, ours = playheads(page)
    assert ours == pytest.approx(theirs, abs=2)
    page.get_by_role("button", name="Step forward").click()
    expect(held).to_have_attribute("data-judged", "21")
    expect(held).to_have_text(f"{RESERVED} · held from frame 21")
    expect(reading).to_contain_text("(judged at frame 21)")
    screenshot("timeline-1-held")


def test_level_readings_faces_and_transcript_are_shown_and_lead_to_their_moments(timeline, page, screenshot):
    level = page.get_by_test_id("expressiveness-scores")
    expect(level).to_have_count(0)  # this model knows none
    choose_run(page, "cnn_2")
    expect(level).to_contain_text(EXPRESSIVE)
    expect(page.get_by_test_id("expressiveness-axis")).to_contain_text("2 s")
    expect(page.get_by_test_id("expressiveness-bars")).to_contain_text("predicted")
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text(re.compile(r"score [+−]\d"))
    sentence = page.get_by_test_id("expressiveness-sentence")
    expect(sentence).to_contain_text("a calm moment of a lively answer is right as calm")
    page.get_by_role("radio", name="the video's label").click()
    expect(sentence).to_contain_text("a calm moment of a lively answer is wrong. The review and its queue go by")
    page.get_by_role("radio", name="probabilities").click()
    expect(page.get_by_test_id("expressiveness-probabilities")).to_contain_text("50 %")
    expect(page.get_by_test_id("expressiveness-no-regions")).to_contain_text("once a movement model")

    faces = page.get_by_test_id("expressiveness-strip").locator("> div")
    expect(faces).to_have_count(3)  # one a second
    page.mouse.click(*at_share(page, 0.99))
    expect(timeline).to_have_attribute("data-frame", "41")
    lines = page.get_by_test_id("expressiveness-transcript").get_by_role("button")
    expect(lines.last).to_have_attribute("aria-current", "true")
    screenshot("timeline-2-level")
    lines.first.click()
    expect(timeline).to_have_attribute("data-frame", "1")


def test_a_stretch_is_dragged_painted_and_taken_back(timeline, page, reviewed, screenshot):
    page.mouse.move(*at_share(page, 0.12))
    page.mouse.down()
    page.mouse.move(*at_share(page, 0.2))
    page.mouse.move(*at_share(page, 0.34))
    page.mouse.up()
    expect(page.get_by_test_id("expressiveness-stretch")).to_be_visible()
    expect(timeline).to_have_attribute("data-frame", "1")  # a drag goes nowhere
    screenshot("timeline-3-dragged")

    page.get_by_test_id("expressiveness-paint").get_by_role("button", name="Balanced").click()

    saved = page.get_by_test_id("expressiveness-saved")
    expect(saved).to_have_text("all saved")
    expect(page.get_by_test_id("expressiveness-bars")).to_contain_text("decided by a person")
    assert list(faces_of(reviewed, 3)) == [6, 11, 16]
    page.keyboard.press("u")
    expect(page.get_by_test_id("expressiveness-bars")).not_to_contain_text("decided by a person")
    expect(saved).to_have_text("all saved")
    assert faces_of(reviewed, 3) == {}


def test_another_video_brings_its_own_timeline_and_annotate_is_followed_and_judged(timeline, page, reviewed):
    dataset = fo.load_dataset(reviewed)
    ids = dataset.values("id")
    page.get_by_test_id("expressiveness-reading").click()  # away from the dropdown, which has arrow keys of its own
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(ids[2]))
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text("right")

    page.get_by_test_id("annotate").click()
    expect(clock(page)).to_contain_text("/ 0:0")
    page.wait_for_timeout(2000)  # the tab's player starts at the beginning
    page.mouse.click(*at_share(page, 0.5))

    expect(timeline).to_have_attribute("data-frame", "16")
    theirs, ours = playheads(page)
    assert ours == pytest.approx(theirs, abs=2)
    sample = dataset[ids[2]]
    face = sample.frames[16]["faces"].detections[0]
    face.category = RESERVED if face.category == EXPRESSIVE else EXPRESSIVE
    sample.save()  # as the tab does
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text(f"truly {face.category}")
    sample.reload()
    assert sample.frames[16]["cnn_1"].detections[0].truth == face.category
