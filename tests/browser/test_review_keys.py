"""Reviewing in the open video by keyboard alone: each decision is one key, saved in the background."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED

pytestmark = pytest.mark.slow

SAVED = "all saved"


@pytest.fixture
def review(reviewed, page):
    """The fourth interview open under run cnn_1, which has its nine judged frames all wrong; others have two each."""
    page.goto(f"/datasets/{reviewed}")
    page.get_by_test_id("looker").nth(3).click()
    page.get_by_test_id("panel-tab-timeline_panel").click()
    expect(page.get_by_test_id("expressiveness-timeline")).to_be_visible()
    choose_run(page, "cnn_1")
    expect(left(page)).to_have_text("13 of 13 left")
    page.get_by_test_id("expressiveness-reading").click()
    expect(page.get_by_test_id("expressiveness-timeline")).to_have_attribute("data-frame", "1")
    return page.get_by_test_id("expressiveness-review")


def choose_run(page, run):
    """Choose a run in the timeline, again where the answer to an earlier question, the newest run, came after it."""
    shown = page.get_by_test_id("expressiveness-model")
    while f"run {run}:" not in shown.inner_text():
        page.get_by_test_id("modal").get_by_role("combobox").first.click()
        page.get_by_role("option", name=f"Run {run}").click()
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(shown).to_contain_text(f"run {run}:")
        page.wait_for_timeout(1500)


def left(page):
    return page.get_by_test_id("expressiveness-left")


def refuse_to_save(route):
    """Let nothing through that saves a decision."""
    if "save_decisions" in (route.request.post_data or ""):
        route.abort()
    else:
        route.continue_()


def at_frame(page, number):
    expect(page.get_by_test_id("expressiveness-timeline")).to_have_attribute("data-frame", str(number))


def saved(page):
    expect(page.get_by_test_id("expressiveness-saved")).to_have_text(SAVED)


def faces_of(dataset, video):
    """By frame number, the category, tags and decider of the primary faces that were decided on."""
    sample = fo.load_dataset(dataset).skip(video).first()
    sample.reload()
    return {
        number: (face.category, face.tags, face.decided_by)
        for number, frame in sample.frames.items()
        for face in (frame.faces.detections if frame.faces else [])
        if face.index == 0 and face.decided_at
    }


def test_a_key_decides_shows_it_at_once_saves_it_and_goes_on(review, page, reviewed, screenshot):
    page.keyboard.press("1")
    at_frame(page, 6)
    expect(left(page)).to_have_text("12 of 13 left")
    page.keyboard.press("c")
    at_frame(page, 11)
    page.keyboard.press("x")
    at_frame(page, 16)
    expect(left(page)).to_have_text("10 of 13 left")
    saved(page)
    screenshot("review-keys-1-decided")

    page.keyboard.press(",")
    expect(review).to_contain_text("decided: left out")
    page.keyboard.press(",")
    expect(review).to_contain_text(f"decided: {EXPRESSIVE}")
    decided = faces_of(reviewed, 3)
    assert {number: (category, tags) for number, (category, tags, _) in decided.items()} == {
        1: (RESERVED, []),
        6: (EXPRESSIVE, []),
        11: (EXPRESSIVE, ["exclude"]),
    }


def test_undo_takes_back_one_decision_after_the_other(review, page, reviewed):
    for key in "123":
        page.keyboard.press(key)
    saved(page)
    assert [category for category, *_ in faces_of(reviewed, 3).values()] == [RESERVED, BALANCED, EXPRESSIVE]

    page.keyboard.press("u")
    at_frame(page, 11)
    page.keyboard.press("u")
    at_frame(page, 6)
    expect(left(page)).to_have_text("12 of 13 left")
    saved(page)
    assert list(faces_of(reviewed, 3)) == [1]


def test_a_stretch_is_marked_with_two_keys_and_decided_with_one(review, page, reviewed, screenshot):
    page.keyboard.press(".")
    page.keyboard.press("[")
    page.keyboard.press(".")
    page.keyboard.press(".")
    page.keyboard.press("]")
    expect(review).to_contain_text("stretch from frame 6 to 16")
    screenshot("review-keys-2-stretch")
    page.keyboard.press("2")
    saved(page)

    assert {number: category for number, (category, *_) in faces_of(reviewed, 3).items()} == {
        6: BALANCED,
        11: BALANCED,
        16: BALANCED,
    }
    page.keyboard.press("Shift+Digit3")  # the whole stretch of mistakes of one kind from there on
    expect(left(page)).to_have_text("5 of 13 left")
    saved(page)
    assert set(faces_of(reviewed, 3)) == {*range(6, 42, 5)}


def test_the_queue_goes_on_in_the_next_video(review, page, reviewed):
    page.keyboard.press("Shift+Digit1")

    expect(left(page)).to_have_text("4 of 13 left")
    expect(page).not_to_have_url(re.compile(fo.load_dataset(reviewed).skip(3).first().id))
    at_frame(page, 6)
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text("wrong: truly")


def test_a_bad_video_is_left_out_with_one_key(review, page, reviewed):
    page.keyboard.press("Shift+X")

    expect(left(page)).to_have_text("4 of 13 left")
    saved(page)
    assert fo.load_dataset(reviewed).skip(3).first().tags == ["exclude"]
    page.keyboard.press("u")
    expect(left(page)).to_have_text("13 of 13 left")
    saved(page)
    assert fo.load_dataset(reviewed).skip(3).first().tags == []


def test_what_could_not_be_saved_is_said_kept_over_a_reload_and_saved_later(review, page, reviewed):
    page.route("**/operators/execute", refuse_to_save)
    page.keyboard.press("1")
    page.keyboard.press("2")
    expect(page.get_by_test_id("expressiveness-saved")).to_contain_text("Not saved")
    expect(left(page)).to_have_text("11 of 13 left")
    assert faces_of(reviewed, 3) == {}

    page.unroute("**/operators/execute")
    page.reload()
    page.get_by_test_id("panel-tab-timeline_panel").click()
    saved(page)

    assert [category for category, *_ in faces_of(reviewed, 3).values()] == [RESERVED, BALANCED]


def test_the_keys_are_shown_and_the_name_is_asked(review, page, reviewed):
    page.keyboard.press("?")
    expect(page.get_by_test_id("expressiveness-keys")).to_contain_text("begin and end a stretch")
    page.once("dialog", lambda dialog: dialog.accept("AB"))
    page.get_by_role("button", name=re.compile("^as ")).click()
    page.get_by_test_id("expressiveness-reading").click()

    page.keyboard.press("1")
    saved(page)

    assert [by for *_, by in faces_of(reviewed, 3).values()] == ["AB"]
