"""A coder's server answers about one dataset; `browser/test_two_coders.py` sees what a page receives of it."""

import asyncio
import json

import pytest

from fiftyone_plugin.app.one_dataset import OneDataset

PASSED, FORBIDDEN = 200, 403


def answer(path="/graphql", body=None, query="", method="POST"):
    """The status of the answer to a request, and the body that the application read of it."""
    sent, read = [], []

    async def application(scope, receive, send):
        if method == "POST":
            read.append((await receive())["body"])
        await send({"type": "http.response.start", "status": PASSED, "headers": []})

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": []}
    guarded = OneDataset(application, others=lambda: {"study", "66aa"})
    asyncio.run(guarded(scope, receive, send))
    return sent[0]["status"], read


@pytest.mark.parametrize(
    "request_",
    [
        {"body": {"query": "...", "variables": {"name": "study"}}},
        {"body": {"dataset_id": "66aa"}},
        {"body": {"params": {"deep": [{"dataset": "study"}]}}, "path": "/operators/execute"},
        {"path": "/datasets/study", "method": "GET"},
        {"path": "/dataset/66aa/sample/1", "method": "GET"},
        {"path": "/anything", "query": "dataset=study", "method": "GET"},
    ],
)
def test_a_request_about_another_dataset_is_refused(request_):
    assert answer(**request_) == (FORBIDDEN, [])


@pytest.mark.parametrize("body", [{"dataset": "study-to-code"}, {"view": ["study"]}, {"path": "study"}, None])
def test_any_other_request_arrives_whole(body):
    assert answer(body=body) == (PASSED, [json.dumps(body).encode()])


def test_a_page_of_its_own_dataset_is_served():
    assert answer("/datasets/study-to-code", method="GET") == (PASSED, [])
