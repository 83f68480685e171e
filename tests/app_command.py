"""`expressiveness app` in a process of its own."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.services import LOOPBACK, REPOSITORY, free_port

EXPRESSIVENESS = Path(sys.executable).with_name("expressiveness")


@contextmanager
def app_of(*arguments):
    """Run the command until the block ends; yields the App's address, and what it has said by then."""
    port = free_port()
    with subprocess.Popen(
        [EXPRESSIVENESS, "app", *arguments, "--port", str(port)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    ) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("The App is at"):
                break
        try:
            yield f"http://{LOOPBACK}:{port}", said
        finally:
            os.killpg(process.pid, signal.SIGINT)
            said += process.stdout.readlines()
