"""A reviewer's browser without the browser: as `components.js`, it keeps decisions until the server confirms them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.services import LOOPBACK, answers, free_port, stop

MOST_AT_ONCE = 50
AGAIN = 0.3  # seconds after which one that was not confirmed is sent again
PATIENCE = 120  # seconds for the server to answer, and for the last decision to be confirmed


class Server:
    """The App's server on one port, which can be killed and started again."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://{LOOPBACK}:{self._port}"
        self.start()

    def start(self) -> None:
        from fiftyone_plugin.app.serving import ENVIRONMENT, arguments

        command = [sys.executable, *arguments(), str(self._port)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, env={**os.environ, **ENVIRONMENT}, **quiet)
        assert answers(f"{self.url}/fiftyone", self._process), "the server did not start"

    def kill(self) -> None:
        """End it as a crash or a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        stop(self._process)


@contextmanager
def served_app() -> Iterator[Server]:
    """Serve the App while the block runs."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()


class Outbox:
    """The decisions that the server has not confirmed; a thread sends them, and sends them again."""

    def __init__(self, server: Server, dataset: str) -> None:
        self._server, self._dataset = server, dataset
        self._waiting: list[dict[str, Any]] = []
        self._made: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ended = False
        self.seconds: list[float] = []  # from each decision to its confirmation
        self.refused: dict[str, str] = {}
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def add(self, decision: dict[str, Any]) -> None:
        with self._lock:
            key = f"key-{len(self._made)}"
            self._made[key] = time.monotonic()
            self._waiting.append({"key": key, **decision})

    def close(self) -> None:
        """Wait until everything is confirmed."""
        deadline = time.monotonic() + PATIENCE
        while self._waiting and time.monotonic() < deadline:
            time.sleep(0.05)
        self._ended = True
        self._thread.join()
        assert not self._waiting, f"{len(self._waiting)} decisions were not confirmed"

    def _send(self) -> None:
        while not self._ended:
            with self._lock:
                batch = self._waiting[:MOST_AT_ONCE]
            if not batch:
                time.sleep(0.01)
                continue
            try:
                saved = self._post(batch)
            except OSError:  # killed, or not up yet
                time.sleep(AGAIN)
                continue
            self.refused |= saved["refused"]
            with self._lock:
                self._waiting = self._waiting[len(batch) :]
            now = time.monotonic()
            self.seconds += [now - self._made[decision["key"]] for decision in batch]

    def _post(self, batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        order = {
            "operator_uri": "@expressiveness/interviews/save_decisions",
            "dataset_name": self._dataset,
            "params": {"decided_by": "AB", "decisions": batch},
        }
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self._server.url}/operators/execute", json.dumps(order).encode(), headers, method="POST"
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            result = json.load(answer)["result"]
        if result is None:
            raise OSError("the server did not save")
        return result


def decide_steadily(
    server: Server, dataset: str, decisions: Sequence[dict[str, Any]], *, every: float, kill_after: int
) -> Outbox:
    """Make decisions at a steady pace; the server is killed after some of them, and started again.

    Args:
        server: the App's.
        dataset: its name.
        decisions: as `save_decisions` takes them, but for their keys.
        every: seconds between two decisions.
        kill_after: the number of decisions before the server is killed.

    Returns:
        The outbox, with how long each decision took to be confirmed.
    """
    outbox = Outbox(server, dataset)
    started, restarting = time.monotonic(), None
    for number, decision in enumerate(decisions):
        time.sleep(max(0.0, started + number * every - time.monotonic()))
        if number == kill_after:
            server.kill()
            restarting = threading.Thread(target=server.start)
            restarting.start()
        outbox.add(decision)
    if restarting:
        restarting.join()
    outbox.close()
    return outbox
