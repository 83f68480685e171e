"""Let a page reach one dataset only, so that a coder who is blind does not open the study itself by chance.

A request that names another dataset is refused: by its name or id, in the address or in the JSON that it sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORBIDDEN = 403

NAMING = frozenset({"dataset", "datasetName", "dataset_name", "datasetId", "dataset_id", "generated_dataset", "name"})
"""Names under which the App's requests say which dataset they are about."""


class OneDataset:
    """ASGI middleware that refuses requests about any other dataset."""

    def __init__(self, app: ASGIApp, *, others: Callable[[], Collection[str]]) -> None:
        """Wrap an application.

        Args:
            app: FiftyOne's.
            others: the names and ids of the datasets that are out of reach.
        """
        self._app, self._others = app, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body() if scope["method"] in ("POST", "PUT", "PATCH") else b""
        named = {*_in_address(request), *_in_body(body)}
        if named and named & set(await anyio.to_thread.run_sync(self._others)):
            refusal = PlainTextResponse("This App is a coder's, and shows only what is to be coded.\n", FORBIDDEN)
            await refusal(scope, receive, send)
            return
        await self._app(scope, _again(body, receive) if body else receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read of a request, once more, and then what comes next."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def _in_address(request: Request) -> Iterator[str]:
    if found := re.match(r"/datasets?/([^/]+)", request.url.path):
        yield unquote(found[1])
    for name, values in parse_qs(request.url.query).items():
        if name in NAMING:
            yield from values


def _in_body(body: bytes) -> Iterator[str]:
    try:
        yield from _named(json.loads(body)) if body else ()
    except (ValueError, RecursionError):
        return


def _named(value: Any) -> Iterator[str]:
    """Everything that stands under one of those names, at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in NAMING and isinstance(item, str):
                yield item
            yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
