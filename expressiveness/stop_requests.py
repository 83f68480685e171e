"""Stop long work from outside: whoever runs it in a thread gives an event, and its long loops look at that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

LOOK_AGAIN = 0.5
"""Seconds after which work that waits for others looks whether it should stop."""

_asked: ContextVar[Event | None] = ContextVar("asked_to_stop", default=None)


class StoppedError(Exception):
    """Somebody stopped this work; not an error of the data, so it passes every handler of those."""


@contextmanager
def stoppable(asked: Event) -> Iterator[None]:
    """Have `stop_if_asked` raise, in this thread and during the block, once the event is set."""
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)


def stop_if_asked() -> None:
    """Do nothing, unless somebody wants this work to stop. Call it only where nothing is half written.

    Raises:
        StoppedError: somebody does.
    """
    asked = _asked.get()
    if asked is not None and asked.is_set():
        raise StoppedError
