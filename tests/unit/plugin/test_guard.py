"""What the guard lets through, by the headers alone; `browser/test_other_websites.py` tries it with a real browser."""

import asyncio

import pytest

from fiftyone_plugin.app.guard import Guard

PASSED, FORBIDDEN, MISDIRECTED, NOT_FOUND = 200, 403, 421, 404
OWN = {"host": "localhost:5151"}
LINK = {**OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": PASSED, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def answer(headers, *, method="POST", path="/operators/execute", query="", kind="http", hosts=()):
    """The first message of the answer to a request."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    listed = headers.items() if isinstance(headers, dict) else headers
    scope = {"type": kind, "method": method, "path": path, "query_string": query.encode()}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in listed]
    asyncio.run(Guard(application, is_media=lambda file: file == "/known", hosts=hosts)(scope, receive, send))
    return sent[0]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN, PASSED),  # a program, such as FiftyOne's session
        ({"host": "127.0.0.1:6006"}, PASSED),  # through a tunnel
        ({"host": "LOCALHOST"}, PASSED),
        ({"host": "[::1]:5151"}, PASSED),
        ({"host": "lab.example"}, PASSED),  # allowed by name
        ({"host": "evil.example:5151"}, MISDIRECTED),
        ({"host": "localhost.evil.example"}, MISDIRECTED),
        ({"host": ""}, MISDIRECTED),
        ({"host": "[::1"}, MISDIRECTED),
        ({}, MISDIRECTED),
        ([("host", "localhost"), ("host", "evil.example")], MISDIRECTED),
        ({**OWN, "origin": "http://localhost:5151", "sec-fetch-site": "same-origin"}, PASSED),
        ({"host": "lab.example", "origin": "https://lab.example"}, PASSED),
        ({**OWN, "origin": "http://localhost:8888"}, FORBIDDEN),  # a notebook on the same machine
        ({**OWN, "origin": "http://127.0.0.1:5151"}, FORBIDDEN),
        ({**OWN, "origin": "http://evil.example"}, FORBIDDEN),
        ({**OWN, "origin": "null"}, FORBIDDEN),  # a sandboxed frame, a file
        ({**OWN, "origin": "http://[::1"}, FORBIDDEN),
        ({**OWN, "origin": ""}, FORBIDDEN),
        ([*OWN.items(), ("origin", "http://localhost:5151"), ("origin", "http://evil.example")], FORBIDDEN),
        ({**OWN, "sec-fetch-site": "cross-site"}, FORBIDDEN),
        ({**OWN, "sec-fetch-site": "same-site"}, FORBIDDEN),
        ({**OWN, "sec-fetch-site": "none"}, PASSED),  # typed by the user
    ],
    ids=str,
)
def test_only_the_apps_own_page_and_programs_get_an_answer(headers, status):
    assert answer(headers, hosts=["Lab.example"])["status"] == status


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "GET", "path": "/"}, PASSED),
        ({"method": "GET", "path": "/datasets/x"}, PASSED),
        ({"method": "GET", "path": "/media", "query": "filepath=/known"}, FORBIDDEN),
        ({"method": "GET", "path": "/graphql"}, FORBIDDEN),
        ({"method": "POST", "path": "/"}, FORBIDDEN),
    ],
    ids=str,
)
def test_a_link_elsewhere_opens_the_page_and_nothing_else(request_, status):
    assert answer(LINK, **request_)["status"] == status


def test_a_frame_elsewhere_shows_no_app():
    assert answer({**LINK, "sec-fetch-dest": "iframe"}, method="GET", path="/")["status"] == FORBIDDEN


@pytest.mark.parametrize(("query", "status"), [("filepath=/known", PASSED), ("filepath=/etc/passwd", NOT_FOUND)])
def test_a_file_is_served_if_a_dataset_names_it(query, status):
    for query_ in (query, f"filepath=/known&{query}"):  # FiftyOne takes the last
        assert answer(OWN, method="GET", path="/media", query=query_)["status"] == status


def test_a_web_socket_is_closed_before_it_opens():
    assert answer({**OWN, "origin": "http://evil.example"}, kind="websocket")["type"] == "websocket.close"


def test_every_answer_forbids_the_page_to_load_anything_from_elsewhere():
    for headers in (OWN, {"host": "evil.example"}):
        sent = dict(answer(headers)["headers"])
        assert b"default-src 'self' blob: data:" in sent[b"content-security-policy"]
        assert sent[b"cross-origin-resource-policy"] == b"same-origin"
