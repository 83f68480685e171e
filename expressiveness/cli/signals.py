"""Handle SIGINT and SIGTERM: stop at once, end the workers, and exit with the conventional status."""

from __future__ import annotations

import os
import signal
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stops:
    """Context manager that handles signals asking the command to end.

    The first signal raises KeyboardInterrupt. Some libraries turn that into other errors while being imported, so `by`
    remembers the signal. A second signal ends the process immediately.
    """

    def __init__(self) -> None:
        self.by: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def status(self) -> int:
        """The exit status after a signal: 130 for Ctrl-C; 0 without one."""
        return 128 + self.by if self.by else 0

    def __enter__(self) -> Stops:
        if current_thread() is main_thread():  # only the main thread may set signal handlers
            before = {one: signal.getsignal(one) for one in SIGNALS}
            # Programs started in the background, as with `nohup`, ignore Ctrl-C.
            self._before = {one: how for one, how in before.items() if how is not signal.SIG_IGN}
            for one in self._before:
                signal.signal(one, self._notice)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.by:  # after a signal, keep the handler so that a second one also interrupts Python's shutdown
            for one, how in self._before.items():
                signal.signal(one, how)

    def _notice(self, number: int, _: FrameType | None) -> None:
        if self.by:
            os.write(2, b"expressiveness: stopped\n")
            os._exit(self.status)
        self.by = signal.Signals(number)
        raise KeyboardInterrupt
