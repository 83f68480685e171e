"""A MongoDB for as long as the rows are measured, so that nothing else is in it and nothing of it stays."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services import LOOPBACK, free_port, stop
from tools.ensure_mongod import find_mongod


@contextmanager
def own_database() -> Iterator[None]:
    """Start a MongoDB, and have FiftyOne in the processes started from here use it."""
    port = str(free_port())
    with tempfile.TemporaryDirectory() as folder:
        server = [find_mongod(), "--dbpath", folder, "--bind_ip", LOOPBACK, "--port", port, "--nounixsocket"]
        process = subprocess.Popen(server, stdout=subprocess.DEVNULL)
        os.environ |= {
            "FIFTYONE_DATABASE_URI": f"mongodb://{LOOPBACK}:{port}",
            "FIFTYONE_DATABASE_VALIDATION": "false",
            "FIFTYONE_DO_NOT_TRACK": "true",
        }
        try:
            yield
        finally:
            stop(process)
