"""The App in a real browser asks for nothing outside this machine: its page alone would, for web fonts."""

import re
import socketserver
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.app_steps import open_review_panel
from tests.browser.conftest import NO_ADVERTISEMENT, WAIT_MILLISECONDS, WINDOW, launched, save_picture

FONTS = {"fonts.googleapis.com"}
"""Asked for by the App's page and one of its style sheets, and kept from it."""


@pytest.fixture
def outside() -> Iterator[tuple[int, list[str]]]:
    """The port of a proxy that stands for everything outside, and what it was asked for."""
    asked: list[str] = []

    class Asked(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.rfile.readline().decode("latin-1").strip())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Asked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], asked
        server.shutdown()


@pytest.fixture
def watched(outside):
    """A page of a browser that has no way out but the proxy, and what the page is kept from by the App's policy."""
    port, asked = outside
    proxy = {"server": f"http://127.0.0.1:{port}", "bypass": "127.0.0.1,localhost"}
    with launched(proxy=proxy) as browser:
        page = browser.new_page(viewport=WINDOW)
        page.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        page.add_init_script(NO_ADVERTISEMENT)
        page.add_init_script(
            "window.kept = []; document.addEventListener('securitypolicyviolation', "
            "(event) => window.kept.push([event.effectiveDirective, event.blockedURI]))"
        )
        yield page, asked


def tour(page, app, dataset):
    """Open the grid, a video and the review panel; return the hosts outside that the page asked for and was let."""
    sent, kept = [], []
    page.on("request", lambda request: sent.append(request.url))
    page.on("requestfailed", lambda request: kept.append(request.url) if request.failure == "csp" else None)
    page.goto(f"{app}/datasets/{dataset}")
    expect(page.get_by_test_id("looker").first).to_be_visible()
    page.get_by_test_id("looker").first.click()
    expect(page.get_by_test_id("modal")).to_be_visible()
    page.keyboard.press("Escape")
    open_review_panel(page)
    expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
    hosts = {urlsplit(url).hostname for url in sent if url not in kept and url.startswith(("http", "ws"))}
    return hosts - {"127.0.0.1"}


def test_the_apps_page_asks_for_nothing_outside_and_misses_nothing_but_a_font(reviewed, app, watched):
    page, asked = watched

    outside = tour(page, app, reviewed)

    assert outside == set()
    assert not FONTS & hosts_of(asked)
    assert {urlsplit(address).hostname for _, address in page.evaluate("window.kept")} == FONTS
    save_picture(page, "nothing-outside")


def test_from_fiftyones_own_server_it_does(reviewed, unguarded, watched):
    """Or the proxy would prove nothing."""
    page, asked = watched

    assert tour(page, unguarded, reviewed) == FONTS
    assert hosts_of(asked) >= FONTS


def hosts_of(asked):
    """The hosts in the first lines of requests to a proxy: the page's, and those that the browser has business with."""
    return {re.split("[:/]", line.split()[1].removeprefix("http://"))[0] for line in asked if line}
