"""Worker processes that do not run the user's script again.

By default each spawned worker imports the main script, so the script needs an `if __name__ == "__main__":`, and workers
load everything it imports, such as TensorFlow or FiftyOne's server. Our workers only run functions that can be imported
from a module, so they do not need the script.
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
"""Keys under which a worker is told the main script, started with or without `python -m`."""
_starting = Lock()


class _WorkerProcess(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802  # the name that multiprocessing calls
        with _script_left_out():
            return SpawnProcess._Popen(process_obj)


class WorkerContext(SpawnContext):
    """A `multiprocessing` context whose processes do not import the user's script."""

    Process = _WorkerProcess


@contextmanager
def _script_left_out() -> Iterator[None]:
    """Hide the main script from processes that this thread starts, but not from those of other threads."""
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
