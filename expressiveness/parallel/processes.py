"""Run a function over many items in worker processes, and hand out each result as it is done.

A worker that crashes or hangs costs its own item: Pebble replaces it. Workers are spawned, never forked, because
MediaPipe and TensorFlow do not survive a fork; and they do not import the script that was started, so that it needs no
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

OUT_OF_MEMORY = "memory ran out; close other programs, raise the limit on memory, or give fewer --workers"


def run(
    function: Callable[[Item], Value],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    timeout: float | None = None,
) -> Iterator[Outcome[Item, Value]]:
    """Yield the outcome of every item, in the order they finish.

    Args:
        function: importable by name; its errors of our own kind become the outcome's reason.
        items: picklable.
        workers: processes; None for one a core.
        timeout: seconds an item may take.

    Raises:
        ConfigError: `function` is defined in a script or notebook, where workers cannot import it.
        StoreError: `function` cannot write what it made, and so could not for the items that follow.
        WorkerError: no worker process can be started.
        Exception: what `function` raised, if it is a fault of the program and not of the item.
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
            # Two items a worker under way keep all busy without queuing a hundred thousand.
            running = {pool.schedule(function, [item], timeout=timeout): item for item in islice(waiting, 2 * count)}
        while running:
            wait(running, return_when=FIRST_COMPLETED)
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
    """Answer Ctrl-C and SIGTERM after the block: a worker whose start is broken off complains of it on the terminal."""
    came: list[int] = []
    before = {}
    if current_thread() is main_thread():  # no other may set what a signal does
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
    """Keep Ctrl-C, which a terminal sends to all processes, from workers that have not begun to ignore it yet.

    Raises:
        WorkerError: none can be started here.
    """
    before = None
    try:
        if hasattr(signal, "pthread_sigmask"):  # not on Windows
            resource_tracker.ensure_running()  # its start would let Ctrl-C through again
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    except BrokenProcessPool as error:
        raise _cannot_start(error.__cause__ or error) from error
    except (OSError, ImportError) as error:  # ImportError where Python was built without semaphores
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
    """Why a worker process has ended, as far as its exit code and the limits that it runs under tell."""
    if exit_code == -signal.SIGKILL or _memory_is_limited():
        return f"{OUT_OF_MEMORY} (exit code {exit_code})"
    return f"crashed its worker process (exit code {exit_code}); re-encode the video"


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; a library that does not fit into it cannot be imported."""
    if isinstance(error, ImportError):
        return _memory_is_limited()
    if isinstance(error, RuntimeError):
        return "can't start new thread" in str(error)  # there is none of its own for a stack without room
    return isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM


def _memory_is_limited() -> bool:
    """Whether each process may take only so much memory; where it cannot get more, native code mostly crashes."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def too_long(timeout: float | None) -> str:
    """Why an item was given up that took longer than it may."""
    return f"took longer than {timeout:g} seconds; re-encode the video or raise the limit"


def _quiet_worker() -> None:
    """One thread a worker, as the cores are shared out already; Ctrl-C is the parent's to handle.

    A worker writes nothing: its errors travel as results.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    silence()
    one_thread()


def one_thread() -> None:
    """Have OpenCV use one thread in this process: the cores are shared out between items already."""
    import cv2

    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """End this worker as soon as its parent is gone: where that was killed, nobody would."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
