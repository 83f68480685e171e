"""Two people code a study at once, each at an App of their own, and neither sees a model or the other."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED
from fiftyone_plugin.coding import codings_of
from tests.app_command import app_of
from tests.browser.conftest import NO_ADVERTISEMENT, WAIT_MILLISECONDS, WINDOW, launched, save_picture

pytestmark = pytest.mark.slow

CODERS = ("coder-one", "coder-two")


@pytest.fixture
def apps(reviewed):
    """The addresses of an App for each coder."""
    with app_of(reviewed, "--coder", CODERS[0]) as (first, _), app_of(reviewed, "--coder", CODERS[1]) as (second, _):
        yield first, second
    fo.delete_dataset(f"{reviewed}-to-code")


def opened(browser, app, dataset, received):
    """A page of one coder with the first video and the coding panel open; `received` collects what the server sends."""
    page = browser.new_context(base_url=app, viewport=WINDOW).new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.add_init_script(NO_ADVERTISEMENT)
    page.on("requestfinished", lambda request: received.append(request))
    page.goto(f"/datasets/{dataset}")
    page.get_by_test_id("looker").first.click()
    page.get_by_test_id("panel-tab-coding_panel").click()
    page.wait_for_timeout(2000)  # while it is brought in place, the player starts anew
    expect(page.get_by_test_id("expressiveness-coding")).to_have_attribute("data-frame", "1")
    return page


def status(page):
    return page.get_by_test_id("expressiveness-coding-status")


def text_of(requests):
    """All data that a page has received, without the App's own files."""
    kinds = re.compile("json|event-stream|graphql")
    answers = [request.response() for request in requests]
    return "\n".join(one.text() for one in answers if one and kinds.search(one.headers.get("content-type", "")))


def test_two_people_code_blind_at_once(reviewed, apps):
    blind = f"{reviewed}-to-code"
    expect.set_options(timeout=WAIT_MILLISECONDS)
    received = ([], [])
    with launched() as browser:
        ada, other = (opened(browser, app, blind, into) for app, into in zip(apps, received, strict=True))
        expect(status(ada)).to_have_text("Coding as coder-one · blind · 0 codes here · all saved")
        expect(status(other)).to_contain_text("Coding as coder-two")

        for key, theirs in zip("123", "321", strict=True):
            ada.keyboard.press(key)
            other.keyboard.press(theirs)
            for page in (ada, other):
                before = page.get_by_test_id("expressiveness-coding").get_attribute("data-frame")
                page.keyboard.press(".")
                expect(page.get_by_test_id("expressiveness-coding")).not_to_have_attribute("data-frame", before)
        ada.keyboard.press("Shift+3")
        ada.route("**/operators/execute", lambda route: route.abort())
        ada.keyboard.press("2")
        expect(status(ada)).to_contain_text("not saved")
        ada.unroute("**/operators/execute")

        expect(status(ada)).to_have_text("Coding as coder-one · blind · 5 codes here · all saved")
        expect(status(other)).to_have_text("Coding as coder-two · blind · 3 codes here · all saved")
        save_picture(ada, "two-coders-1-blind")
        data = [text_of(requests) for requests in received]
        refused = ada.request.post("/graphql", data={"query": "{__typename}", "variables": {"name": reviewed}})

    for seen, stranger in zip(data, reversed(CODERS), strict=True):
        assert blind in seen, "the page did receive data"
        for hidden in ("cnn_1", "cnn_2", "reviewed_category", "decided_by", stranger):
            assert hidden not in seen, hidden
    assert refused.status == 403
    codes = codings_of(fo.load_dataset(reviewed)).current().codes()
    said = {(one.coder, one.unit, one.frame_number): one.category for one in codes}
    assert said == {
        **{("coder-one", "frame", n): c for n, c in enumerate((RESERVED, BALANCED, EXPRESSIVE, BALANCED), start=1)},
        **{("coder-two", "frame", n): c for n, c in enumerate((EXPRESSIVE, BALANCED, RESERVED), start=1)},
        ("coder-one", "video", None): EXPRESSIVE,
    }
    assert {one.seen for one in codes} == {"hidden"}
