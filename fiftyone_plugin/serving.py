"""Serve FiftyOne's App on this machine, with `guard` in front.

`python -m fiftyone_plugin.serving` takes the place of FiftyOne's own `fiftyone.server.main`. `ENVIRONMENT` must be set
before, since FiftyOne reads it when it is imported.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
from collections.abc import Collection, Sequence
from typing import Any

import requests
from fiftyone.core.service import ServerService, ServiceListenTimeout
from fiftyone.core.session import session

from expressiveness.errors import ExpressivenessError

LOOPBACK = "127.0.0.1"
ENVIRONMENT = {"FIFTYONE_SERVER": "1"}
ANSWER_SECONDS = 60
"""A server that has not answered by then will not."""


def serve_guarded(port: int, hosts: Collection[str] = ()) -> None:
    """Start to serve the App; a session of FiftyOne's on the same port uses this server, and ends it when it closes.

    Args:
        port: to listen on, at the loopback address only.
        hosts: names by which the App may be reached beside those of loopback.

    Raises:
        ExpressivenessError: the port is taken, or the server does not start.
    """
    if _taken(port):
        raise ExpressivenessError(
            f"port {port} is taken, perhaps by an App that still runs: end that, or choose another with --port"
        )
    try:
        session._server_services[port] = _GuardedServer(port, hosts)
    except ServiceListenTimeout as error:
        raise _silent(port) from error
    _await_answer(port)  # the session gives up for ten seconds if it finds no answer


class _GuardedServer(ServerService):
    """FiftyOne's service that runs its server and ends it with this process, running ours instead."""

    def __init__(self, port: int, hosts: Collection[str]) -> None:
        self._hosts = hosts
        super().__init__(port, address=LOOPBACK, do_not_track=True)

    @property
    def command(self) -> list[str]:
        return [sys.executable, *arguments(self._hosts), str(self.port)]

    @property
    def env(self) -> dict[str, str]:
        return {**super().env, **ENVIRONMENT}


def arguments(hosts: Collection[str] = ()) -> list[str]:
    """Python's arguments that serve the App; a port is to follow."""
    return ["-m", __name__, *(f"--allow-host={host}" for host in hosts), "--port"]


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--allow-host", action="append", default=[])
    options = parser.parse_args(argv)
    os.environ.pop("FIFTYONE_DISABLE_SERVICES", None)  # what FiftyOne runs its services with holds for their import
    from fiftyone.server.app import app
    from fiftyone.server.events import set_port
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from .guard import Guard
    from .served_media import is_media

    config = Config()
    config.bind = [f"{LOOPBACK}:{options.port}"]
    set_port(options.port)
    guarded: Any = Guard(app, is_media=is_media, hosts=options.allow_host)  # Hypercorn has ASGI types of its own
    asyncio.run(serve(guarded, config))


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _await_answer(port: int) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        try:
            requests.get(f"http://{LOOPBACK}:{port}/fiftyone", timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise _silent(port)


def _silent(port: int) -> ExpressivenessError:
    return ExpressivenessError(f"FiftyOne's server does not answer on port {port}; its messages above may say why")


if __name__ == "__main__":
    main()
