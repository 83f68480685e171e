"""The command line in a process of its own, for tests of what only a real process meets: signals, limits, streams."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psutil

COMMAND = [sys.executable, "-c", "import sys; from expressiveness.cli import main; sys.exit(main())"]


def start(*arguments: object, limits: Callable[[], None] | None = None, **options: Any) -> subprocess.Popen[str]:
    """Start a command in a session of its own, its output kept unless `options` of Popen say otherwise.

    Args:
        arguments: of the command.
        limits: called in the new process before it begins.
        options: `environment` is added to this process's; the others are Popen's.
    """
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        **{
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "start_new_session": True,
            "preexec_fn": limits,
            "env": {**os.environ, **options.pop("environment", {})},
            **options,
        },
    )


def limit(what: int, most: int) -> Callable[[], None]:
    """Something for `limits`: a limit of the operating system's, such as `resource.RLIMIT_AS`."""
    return lambda: resource.setrlimit(what, (most, most))


def session_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes of a command's session that still run."""
    found = []
    for other in psutil.process_iter():
        try:
            if os.getsid(other.pid) == process.pid and other.status() != psutil.STATUS_ZOMBIE:
                found.append(other)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found
