"""A check in front of FiftyOne's server, which answers anyone, with any file that the user can read.

A website that the user visits can send requests to servers on the user's own machine, and point a name of its own at it
(DNS rebinding). So a request is passed on only if it calls this machine by one of its own names, and comes from the
App's own page or from a program. A file is shown only if a dataset names it. And the App's page may load nothing from
elsewhere: it would ask Google for fonts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import SplitResult, urlsplit

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
"""Of this machine; with any port, since a tunnel may end at another one than ours."""

MISDIRECTED, FORBIDDEN, NOT_FOUND = 421, 403, 404
POLICY_VIOLATION = 1008  # of a WebSocket

NOTHING_FROM_ELSEWHERE = "; ".join(
    (
        "default-src 'self' blob: data:",
        "script-src 'self' blob: 'unsafe-eval'",  # Plotly compiles functions, and videos are drawn by WebAssembly
        "style-src 'self' 'unsafe-inline'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""The content security policy of every answer."""

ADDED_HEADERS = {
    "Content-Security-Policy": NOTHING_FROM_ELSEWHERE,
    "Cross-Origin-Resource-Policy": "same-origin",  # not in a picture of another website either
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """An ASGI application that passes on what is meant for the App, and refuses the rest."""

    def __init__(self, app: ASGIApp, *, is_media: Callable[[str], bool], hosts: Collection[str] = ()) -> None:
        """Stand in front of an application.

        Args:
            app: FiftyOne's.
            is_media: whether the file at a path may be shown.
            hosts: names, without ports, by which the App may be reached beside those of loopback.
        """
        self._app = app
        self._is_media = is_media
        self._hosts = LOOPBACK_NAMES | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(HTTPConnection(scope))
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)
        else:
            await refusal(scope, receive, _with_headers(send))

    async def _refusal(self, request: HTTPConnection) -> PlainTextResponse | None:
        """What to answer instead of passing a request on, if it is not to be passed on."""
        if self._misdirected(request):
            return PlainTextResponse(
                "The App does not answer to this name. Open it as localhost, or start it with: "
                "expressiveness app --allow-host NAME\n",
                MISDIRECTED,
            )
        if self._from_elsewhere(request) and not _opens_page(request):
            return PlainTextResponse("The App answers its own page, and no other website.\n", FORBIDDEN)
        path = request.query_params.get("filepath")
        if request.url.path == "/media" and path and not await anyio.to_thread.run_sync(self._is_media, path):
            return PlainTextResponse("No dataset has this file among its media.\n", NOT_FOUND)
        return None

    def _misdirected(self, request: HTTPConnection) -> bool:
        """Whether a request is addressed to another name than ours, or to none."""
        hosts = request.headers.getlist("host")
        return len(hosts) != 1 or _parts(f"//{hosts[0]}").hostname not in self._hosts

    def _from_elsewhere(self, request: HTTPConnection) -> bool:
        """Whether a browser says that another page than the App's has sent a request; programs say nothing."""
        origins = request.headers.getlist("origin")
        if any(_parts(origin).netloc != request.headers["host"] for origin in origins):
            return True
        return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _parts(url: str) -> SplitResult:
    """An address in its parts, all of them empty if it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _opens_page(request: HTTPConnection) -> bool:
    """Whether somebody follows a link to the App's page, which changes nothing and shows it to nobody else."""
    sent = request.headers.get
    page = request.url.path == "/" or request.url.path.startswith("/datasets/")
    opened = sent("sec-fetch-mode") == "navigate" and sent("sec-fetch-dest") == "document"
    return page and opened and request.scope.get("method") == "GET" and sent("origin") is None


def _with_headers(send: Send) -> Send:
    """Send with the headers that every answer has."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(ADDED_HEADERS)
        await send(message)

    return send_with_headers
