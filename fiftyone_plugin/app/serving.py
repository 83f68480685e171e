"""Serve FiftyOne's App on this machine, with `guard` in front.

`python -m fiftyone_plugin.app.serving` takes the place of FiftyOne's own `fiftyone.server.main`. `ENVIRONMENT` must be
set before, since FiftyOne reads it when it is imported.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any

import psutil
import requests
from fiftyone.core.service import ServerService
from fiftyone.core.session import session

from expressiveness.errors import ExpressivenessError

if TYPE_CHECKING:
    from hypercorn.config import Config

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
    server = _GuardedServer(port, hosts)
    session._server_services[port] = server
    _await_answer(server)  # a session that finds no answer waits ten seconds before it asks again


class _GuardedServer(ServerService):
    """FiftyOne's service that runs its server, running ours instead.

    FiftyOne would keep what its server says to itself; ours says it, since that is where unforeseen errors are told.
    """

    def __init__(self, port: int, hosts: Collection[str]) -> None:
        self._hosts = hosts
        super().__init__(port, address=LOOPBACK, do_not_track=True)

    def start(self) -> None:
        environment = {**os.environ, **self.env, **ENVIRONMENT}
        self.child = psutil.Popen(
            [sys.executable, *arguments(self._hosts), str(self.port), "--until-input-ends"],
            stdin=subprocess.PIPE,  # ends with this process, however that ends
            stdout=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C is for this process alone, which ends the server in order
        )


def arguments(hosts: Collection[str] = ()) -> list[str]:
    """Python's arguments that serve the App; a port is to follow."""
    return ["-m", __name__, *(f"--allow-host={host}" for host in hosts), "--port"]


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--until-input-ends", action="store_true")
    options = parser.parse_args(argv)
    os.environ.pop("FIFTYONE_DISABLE_SERVICES", None)  # what FiftyOne runs its services with holds for their import
    from fiftyone.server.app import app
    from fiftyone.server.events import set_port
    from hypercorn.config import Config

    from .guard import Guard
    from .served_media import is_media

    logging.getLogger("fiftyone").setLevel(logging.WARNING)
    logging.getLogger("expressiveness").addHandler(logging.StreamHandler())  # its warnings, to this server's terminal
    if options.until_input_ends:
        Thread(target=_end_with_input, daemon=True).start()
    config = Config()
    config.loglevel = "WARNING"
    config.bind = [f"{LOOPBACK}:{options.port}"]
    set_port(options.port)
    guarded: Any = Guard(app, is_media=is_media, hosts=options.allow_host)  # Hypercorn has ASGI types of its own
    asyncio.run(_serve(guarded, config))


async def _serve(app: Any, config: Config) -> None:
    from hypercorn.asyncio import serve

    asyncio.get_running_loop().set_exception_handler(_tell_unless_cancelled)
    await serve(app, config)


def _tell_unless_cancelled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Ending the App while a browser is connected is no error, though asyncio before 3.12 reports one."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _end_with_input() -> None:
    """End this process properly, once its parent has ended or asks for it."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _await_answer(server: ServerService) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline and server.child.poll() is None:
        try:
            requests.get(f"http://{LOOPBACK}:{server.port}/fiftyone", timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise ExpressivenessError(
        f"FiftyOne's server does not answer on port {server.port}; what it says above may tell why"
    )


if __name__ == "__main__":
    main()
