"""Protect FiftyOne's server, which otherwise answers anyone, with any file the user can read.

A website can make the user's browser send requests to local servers, and point its own host name at them (DNS
rebinding). So requests must use one of this machine's names, and come from the App's own page or from a program other
than a browser. Files are served only if a dataset refers to them. And the App's page may not load anything from other
hosts; otherwise it would fetch fonts from Google.
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
"""Names of this machine; any port is accepted, since a tunnel may use a different one."""

MISDIRECTED, FORBIDDEN, NOT_FOUND = 421, 403, 404
POLICY_VIOLATION = 1008  # WebSocket close code

NOTHING_FROM_ELSEWHERE = "; ".join(
    (
        "default-src 'self' blob: data:",
        "script-src 'self' blob: 'unsafe-eval'",  # Plotly compiles functions, and videos are rendered with WebAssembly
        "style-src 'self' 'unsafe-inline'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""The content security policy of every response."""

ADDED_HEADERS = {
    "Content-Security-Policy": NOTHING_FROM_ELSEWHERE,
    "Cross-Origin-Resource-Policy": "same-origin",  # other websites may not even embed images
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware that lets only the App's own requests through."""

    def __init__(self, app: ASGIApp, *, is_media: Callable[[str], bool], hosts: Collection[str] = ()) -> None:
        """Wrap an application.

        Args:
            app: FiftyOne's.
            is_media: whether the file at a path may be served.
            hosts: additional host names, without ports, besides those of loopback.
        """
        self._app = app
        self._is_media = is_media
        self._hosts = LOOPBACK_NAMES | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
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
        """The response to a request that is refused; None if it is allowed."""
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
        """Whether the Host header is missing, repeated, or not one of our names."""
        hosts = request.headers.getlist("host")
        return len(hosts) != 1 or _parts(f"//{hosts[0]}").hostname not in self._hosts

    def _from_elsewhere(self, request: HTTPConnection) -> bool:
        """Whether a browser marks the request as coming from another site; other programs send no such headers."""
        origins = request.headers.getlist("origin")
        if any(_parts(origin).netloc != request.headers["host"] for origin in origins):
            return True
        return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _parts(url: str) -> SplitResult:
    """Split a URL; all parts are empty if it is invalid."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _opens_page(request: HTTPConnection) -> bool:
    """Whether the user follows a link to the App, which changes nothing and reveals nothing to others."""
    sent = request.headers.get
    page = request.url.path == "/" or request.url.path.startswith("/datasets/")
    opened = sent("sec-fetch-mode") == "navigate" and sent("sec-fetch-dest") == "document"
    return page and opened and request.scope.get("method") == "GET" and sent("origin") is None


def _with_headers(send: Send) -> Send:
    """Add our headers to every response."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(ADDED_HEADERS)
        await send(message)

    return send_with_headers
