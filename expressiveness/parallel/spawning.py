"""Worker processes that do not run the user's script again.

Python's way of spawning has each worker import the file that was started, so that a script needs an
`if __name__ == "__main__":`, and workers load whatever it imports: TensorFlow, or all of FiftyOne's server. What our
workers run is always importable from a module, so they can do without.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from threading import Lock, get_ident
from typing import Any

_SCRIPT = ("init_main_from_name", "init_main_from_path")
"""What a worker is told of the parent's script, started with or without `python -m`."""
_starting = Lock()


class _WorkerProcess(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802  # the name that multiprocessing calls
        with _script_left_out():
            return SpawnProcess._Popen(process_obj)


class WorkerContext(SpawnContext):
    """The context of `multiprocessing` whose processes start without the user's script."""

    Process = _WorkerProcess


@contextmanager
def _script_left_out() -> Iterator[None]:
    """Have processes that this thread starts be told nothing of the script; other threads' are told as ever."""
    with _starting:
        told, thread = spawn.get_preparation_data, get_ident()

        def told_less(name: str) -> dict[str, Any]:
            data = told(name)
            return {key: data[key] for key in data if get_ident() != thread or key not in _SCRIPT}

        spawn.get_preparation_data = told_less
        try:
            yield
        finally:
            spawn.get_preparation_data = told
