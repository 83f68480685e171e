"""Serve FiftyOne's App on this machine, protected by `guard`.

`python -m fiftyone_plugin.app.serving` replaces FiftyOne's `fiftyone.server.main`. `ENVIRONMENT` must be set first,
since FiftyOne reads it on import.
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
"""How long to wait for the server to start."""


def serve_guarded(port: int, hosts: Collection[str] = (), *, only: str | None = None) -> None:
    """Start the server; a FiftyOne session on the same port uses it, and stops it when it closes.

    Args:
        port: to listen on, at the loopback address only.
        hosts: additional host names besides those of loopback.
        only: the only dataset that requests may be about.

    Raises:
        ExpressivenessError: the port is taken, or the server does not start.
    """
    if _taken(port):
        raise ExpressivenessError(
            f"port {port} is taken, perhaps by an App that still runs: end that, or choose another with --port"
        )
    server = _GuardedServer(port, hosts, only)
    session._server_services[port] = server
    _await_answer(server)  # otherwise a session waits ten seconds before it retries


class _GuardedServer(ServerService):
    """FiftyOne's server service, running our server instead.

    FiftyOne hides its server's stderr; we show it, because unexpected errors are logged there.
    """

    def __init__(self, port: int, hosts: Collection[str], only: str | None) -> None:
        self._hosts, self._only = hosts, only
        super().__init__(port, address=LOOPBACK, do_not_track=True)

    def start(self) -> None:
        environment = {**os.environ, **self.env, **ENVIRONMENT}
        self.child = psutil.Popen(
            [sys.executable, *arguments(self._hosts, self._only), str(self.port), "--until-input-ends"],
            stdin=subprocess.PIPE,  # closes whenever this process ends
            stdout=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches only this process, which then stops the server cleanly
        )


def arguments(hosts: Collection[str] = (), only: str | None = None) -> list[str]:
    """Arguments for Python that start the server; append the port."""
    limits = [f"--only={only}"] if only else []
    return ["-m", __name__, *(f"--allow-host={host}" for host in hosts), *limits, "--port"]


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--only")
    parser.add_argument("--until-input-ends", action="store_true")
    options = parser.parse_args(argv)
    os.environ.pop("FIFTYONE_DISABLE_SERVICES", None)  # set by FiftyOne for its services; needed only on import
    from fiftyone.server.app import app
    from fiftyone.server.events import set_port
    from hypercorn.config import Config

    from .guard import Guard
    from .one_dataset import OneDataset
    from .served_media import is_media, other_datasets

    logging.getLogger("fiftyone").setLevel(logging.WARNING)
    logging.getLogger("expressiveness").addHandler(
        logging.StreamHandler()
    )  # show its warnings in the server's terminal
    if options.until_input_ends:
        Thread(target=_end_with_input, daemon=True).start()
    config = Config()
    config.loglevel = "WARNING"
    config.bind = [f"{LOOPBACK}:{options.port}"]
    set_port(options.port)
    if options.only:
        app = OneDataset(app, others=lambda: other_datasets(options.only))
    guarded: Any = Guard(app, is_media=is_media, hosts=options.allow_host)  # Hypercorn defines its own ASGI types
    asyncio.run(_serve(guarded, config))


async def _serve(app: Any, config: Config) -> None:
    from hypercorn.asyncio import serve

    asyncio.get_running_loop().set_exception_handler(_tell_unless_cancelled)
    await serve(app, config)


def _tell_unless_cancelled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Do not report cancelled connections: asyncio before 3.12 logs them as errors on shutdown."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _end_with_input() -> None:
    """Shut down cleanly when stdin closes, because the parent ended or asked for it."""
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
