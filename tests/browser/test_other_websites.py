"""What any website that a user visits can do to the App: nothing, though FiftyOne's own server would let it."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import fiftyone as fo
import pytest
from PIL import Image

from fiftyone_plugin.curation import last_step
from tests.services import LOOPBACK

EVIL = "evil.example"
"""A name of the attacker's, which leads to this machine, as it would after DNS rebinding."""

PROBES = """
async ({ app, name, picture, video }) => {
  const settled = (promise) => Promise.race([promise, new Promise((done) => setTimeout(() => done("late"), 4000))]);
  const loaded = (tag, src, event = "load") => settled(new Promise((done) => {
    const element = document.createElement(tag);
    element.addEventListener(event, () => done(tag === "iframe" ? "framed" : "loaded"));
    element.addEventListener("error", () => done("refused"));
    document.body.append(Object.assign(element, { src }));
  }));
  const order = JSON.stringify({
    operator_uri: "@expressiveness/interviews/curate", dataset_name: name, delegated: false,
    params: { decision: "exclude", decided_by: "a website", level: "videos" },
  });
  const send = (path, settings) =>
    settled(fetch(app + path, settings).then((answer) => answer.text(), () => "refused"));
  const post = (path, body, mode = "no-cors") =>
    send(path, { method: "POST", mode, body, headers: { "Content-Type": "text/plain" } });
  const opened = (source, happens) => settled(new Promise((done) => {
    source[happens] = () => done("opened");
    source.onerror = () => done("refused");
  }));
  const form = () => {
    const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
    const form = Object.assign(document.createElement("form"), {
      action: app + "/operators/execute", method: "POST", enctype: "text/plain", target: "answer",
    });
    form.append(Object.assign(document.createElement("input"), { name: order.slice(0, -1) + ', "x": "', value: '"}' }));
    document.body.append(frame, form);
    form.submit();
    return settled(new Promise((done) => { frame.onload = () => done("answered"); }));
  };
  const media = (path) => `${app}/media?filepath=${encodeURIComponent(path)}`;
  return {
    "operator, fetch": await post("/operators/execute", order),
    "operator, readable": await post("/operators/execute", order, "cors"),
    "operator, generator": await post("/operators/execute/generator", order),
    "operator, form": await form(),
    "operator, beacon": String(navigator.sendBeacon(app + "/operators/execute", order)),
    "graphql": await post("/graphql", JSON.stringify({ query: "{ estimatedDatasetCount }" })),
    "graphql, get": await send("/graphql?query={estimatedDatasetCount}", { mode: "no-cors" }),
    "events": await post("/events", JSON.stringify({ initializer: null, events: [], subscription: "x" })),
    "event": await post("/event", JSON.stringify({ event: "close_session", data: {}, subscription: "x" })),
    "event source": await opened(new EventSource(app + "/events"), "onopen"),
    "web socket": await opened(new WebSocket(app.replace("http", "ws") + "/events"), "onopen"),
    "picture": await loaded("img", media(picture)),
    "video": await loaded("video", media(video), "loadeddata"),
    "password file": await send("/media?filepath=" + encodeURIComponent("/etc/passwd"), { mode: "no-cors" }),
    "script": await loaded("script", app + "/fiftyone"),
    "page in a frame": await loaded("iframe", app + "/"),
  };
}
"""

PROBED = {
    "/operators/execute",
    "/operators/execute/generator",
    "/graphql",
    "/events",
    "/event",
    "/media",
    "/fiftyone",
    "/",
}
"""Paths that they ask for."""

PASSED_ON = 400
"""Statuses below it."""


@pytest.fixture
def picture(tmp_path):
    """A picture of the user's that no dataset knows."""
    Image.new("RGB", (8, 8)).save(tmp_path / "private.png")
    return tmp_path / "private.png"


@contextmanager
def website() -> Iterator[int]:
    """Serve an empty page on a port of its own while the block runs."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><body></body>")

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer((LOOPBACK, 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def attack(browser, page_url, app, dataset, picture):
    """Try everything from a page at an address.

    Returns:
        What the page made of each probe; the paths that were asked for; the bytes that were answered with
        a status of success, by path.
    """
    page = browser.new_page()
    asked, answers = [], []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith(app) else None)
    page.on("response", lambda response: answers.append(response) if response.url.startswith(app) else None)
    page.goto(page_url)
    values = {"app": app, "name": dataset.name, "picture": str(picture), "video": dataset.first().filepath}
    said = page.evaluate(PROBES, values)
    page.wait_for_timeout(500)
    paths = [urlsplit(url).path for url in asked]
    passed = {
        urlsplit(one.url).path: int(one.headers.get("content-length", 0)) for one in answers if one.status < PASSED_ON
    }
    page.close()
    return said, paths, passed


@pytest.mark.parametrize("from_where", [LOOPBACK, "localhost", EVIL])
def test_a_page_of_another_origin_changes_nothing_and_is_told_nothing(
    reviewed, app, picture, from_where, browser_anywhere
):
    dataset = fo.load_dataset(reviewed)
    with website() as port:
        said, paths, passed = attack(browser_anywhere, f"http://{from_where}:{port}/", app, dataset, picture)

    dataset.reload()
    print(from_where, said, len(paths), passed)
    assert last_step(dataset) is None
    assert set(paths) >= PROBED
    assert passed == {}
    assert not {"loaded", "opened"} & set(said.values())


def test_fiftyones_own_server_gives_in_to_the_same_page(reviewed, unguarded, picture, browser_anywhere):
    """Or the probes would prove nothing."""
    dataset = fo.load_dataset(reviewed)
    with website() as port:
        said, paths, passed = attack(browser_anywhere, f"http://{EVIL}:{port}/", unguarded, dataset, picture)

    dataset.reload()
    print(said, len(paths), passed)
    assert last_step(dataset).by == "a website"
    assert (said["picture"], said["video"]) == ("loaded", "loaded")
    assert passed["/media"] > 0


def test_a_name_that_was_made_to_lead_here_opens_no_app(app, browser_anywhere):
    port = urlsplit(app).port
    page = browser_anywhere.new_page()

    answers = [page.goto(f"http://{EVIL}:{port}/{path}") for path in ("", "datasets/x", "media?filepath=/etc/passwd")]

    assert [answer.status for answer in answers] == [421] * 3
    assert "expressiveness app --allow-host" in page.inner_text("body")
    assert page.evaluate("() => fetch('/fiftyone').then((answer) => answer.status)") == 421


def test_a_link_on_another_page_opens_the_app(app, browser_anywhere):
    page = browser_anywhere.new_page()
    with website() as port:
        page.goto(f"http://{EVIL}:{port}/")
        page.set_content(f'<a href="{app}/datasets">the App</a>')
        page.evaluate(f"document.querySelector('a').href = '{app}/'")
        with page.expect_navigation() as opened:
            page.click("a")

    assert opened.value.status == 200


@pytest.mark.parametrize("name", ["localhost", "[::1]", LOOPBACK])
def test_the_app_answers_to_every_name_of_this_machine_and_through_a_tunnel(app, name):
    import requests

    for port in (urlsplit(app).port, 6006):  # the tunnel's end at the user's
        own = f"{name}:{port}"
        answer = requests.get(f"{app}/fiftyone", headers={"Host": own, "Origin": f"http://{own}"})
        assert answer.status_code == 200


def test_the_app_shows_what_datasets_name_and_no_other_file(reviewed, app, picture):
    import requests

    def status(path):
        return requests.get(f"{app}/media?filepath={quote(str(path))}").status_code

    dataset = fo.load_dataset(reviewed)
    video = dataset.first().filepath
    assert status(video) == 200
    assert [status(path) for path in ("/etc/passwd", picture, f"{video}/../{picture.name}")] == [404] * 3

    sample = dataset.first()
    sample.frames[1]["filepath"] = str(picture)
    sample.save()
    assert status(picture) == 200
