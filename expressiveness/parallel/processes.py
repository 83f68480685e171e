"""Run a function over many items in worker processes, and yield each result when it is ready.

A worker that crashes or hangs fails only its own item: Pebble replaces it. Workers are spawned, not forked, because
MediaPipe and TensorFlow do not survive a fork. They do not import the user's script, so it needs no
`if __name__ == "__main__":`.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import resource_tracker
from threading import Thread, current_thread, main_thread

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from expressiveness._io import silence
from expressiveness.errors import ConfigError, ExpressivenessError, StoreError, WorkerError, reason
from expressiveness.parallel.executors import Item, Outcome, Value
from expressiveness.parallel.spawning import WorkerContext
from expressiveness.stop_requests import LOOK_AGAIN, stop_if_asked

OUT_OF_MEMORY = "out of memory; close other programs, raise the memory limit, or give fewer --workers"


def run(
    function: Callable[[Item], Value],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    timeout: float | None = None,
) -> Iterator[Outcome[Item, Value]]:
    """Yield the outcome of every item, in the order they finish.

    Args:
        function: importable by name. An `ExpressivenessError` that it raises becomes the outcome's reason.
        items: picklable.
        workers: processes; None for one per core.
        timeout: seconds allowed per item.

    Raises:
        ConfigError: `function` is defined in a script or notebook, where workers cannot import it.
        StoreError: `function` cannot save its result, so it could not for the remaining items either.
        WorkerError: no worker process can be started.
        Exception: any other error from `function`, which is a bug and not a problem of the item.
    """
    if not items:
        return
    if (named := getattr(function, "func", function)).__module__ == "__main__":  # `func` of a partial
        raise ConfigError(
            f"workers cannot import {named.__name__} from a script or notebook; move it into a module of its own"
        )
    count = min(workers or os.cpu_count() or 1, len(items))
    waiting = iter(items)
    pool = ProcessPool(max_workers=count, context=WorkerContext(), initializer=_quiet_worker)
    try:
        with _signals_deferred(), _starting_workers():
            # Two items per worker keep all of them busy without queuing a hundred thousand.
            running = {pool.schedule(function, [item], timeout=timeout): item for item in islice(waiting, 2 * count)}
        while running:
            stop_if_asked()
            wait(running, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
            for future in [future for future in running if future.done()]:
                item = running.pop(future)
                yield _outcome(item, future, timeout)
                for upcoming in islice(waiting, 1):
                    running[pool.schedule(function, [upcoming], timeout=timeout)] = upcoming
    finally:
        pool.stop()
        pool.join()


def _outcome(item: Item, future: ProcessFuture[Value], timeout: float | None) -> Outcome[Item, Value]:
    try:
        return Outcome(item, future.result())
    except StoreError:
        raise
    except ExpressivenessError as error:
        return Outcome(item, None, str(error))
    except TimeoutError:
        return Outcome(item, None, too_long(timeout))
    except ProcessExpired as error:
        return Outcome(item, None, _crash(error.exitcode))
    except BrokenProcessPool as error:
        raise _cannot_start(error.__cause__ or error) from error
    except (MemoryError, ImportError, OSError) as error:
        if not ran_out_of_memory(error):
            raise
        return Outcome(item, None, OUT_OF_MEMORY)


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """Handle Ctrl-C and SIGTERM only after the block: a worker interrupted while starting prints a traceback."""
    came: list[int] = []
    before = {}
    if current_thread() is main_thread():  # only the main thread may set signal handlers
        before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
        before = {one: how for one, how in before.items() if how not in (signal.SIG_IGN, None)}
    for one in before:
        signal.signal(one, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for one, how in before.items():
            signal.signal(one, how)
        for number in came:
            signal.raise_signal(number)


@contextmanager
def _starting_workers() -> Iterator[None]:
    """Block Ctrl-C, which a terminal sends to all processes, until workers have started to ignore it.

    Raises:
        WorkerError: no worker can be started.
    """
    before = None
    try:
        if hasattr(signal, "pthread_sigmask"):  # not on Windows
            resource_tracker.ensure_running()  # starting it later would unblock Ctrl-C again
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    except BrokenProcessPool as error:
        raise _cannot_start(error.__cause__ or error) from error
    except (OSError, ImportError) as error:  # ImportError if Python was built without semaphores
        raise _cannot_start(error) from error
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cannot_start(error: BaseException) -> WorkerError:
    return WorkerError(
        f"worker processes cannot be started ({reason(error)}); check that /dev/shm exists, is writable and has space, "
        "and that there is memory for each process, or give fewer --workers"
    )


def _crash(exit_code: int | None) -> str:
    """Why a worker process ended, judging by its exit code and memory limit."""
    if exit_code == -getattr(signal, "SIGKILL", 9) or _memory_is_limited():
        return f"{OUT_OF_MEMORY} (exit code {exit_code})"
    return f"crashed its worker process (exit code {exit_code}); re-encode the video"


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error is due to lack of memory, which can also make an import fail."""
    if isinstance(error, ImportError):
        return _memory_is_limited()
    if isinstance(error, RuntimeError):
        return "can't start new thread" in str(error)  # no memory for its stack; there is no specific error type
    return isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM


def _memory_is_limited() -> bool:
    """Whether the memory of each process is limited; native code usually crashes when it reaches the limit."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def too_long(timeout: float | None) -> str:
    """The reason given for an item that was stopped after `timeout` seconds."""
    return f"took longer than {timeout:g} seconds; re-encode the video or raise the limit"


def _quiet_worker() -> None:
    """Set up a worker: it ignores Ctrl-C, which the parent handles, uses one thread, and prints nothing.

    Its errors are sent back as results.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    silence()
    one_thread()


def one_thread() -> None:
    """Limit OpenCV to one thread in this process, since items already run in parallel on all cores."""
    import cv2

    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """End this worker when its parent is gone, since a killed parent cannot stop its workers."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
