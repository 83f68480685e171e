"""Ctrl-C, and being told to end: a command stops at once, ends its workers, and answers as shells expect it."""

from __future__ import annotations

import os
import signal
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stops:
    """Notices while its block runs that the command is to end.

    The first signal raises KeyboardInterrupt. Libraries turn that into errors of their own while they are imported,
    which is why `by` remembers it. A second signal, from somebody who waits for the first, ends the process as it is.
    """

    def __init__(self) -> None:
        self.by: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    @property
    def status(self) -> int:
        """What the process answers once it was stopped: 130 for Ctrl-C."""
        return 128 + self.by if self.by else 0

    def __enter__(self) -> Stops:
        if current_thread() is main_thread():  # no other may set what a signal does
            before = {one: signal.getsignal(one) for one in SIGNALS}
            # Who started this in the background, as `nohup` does, has Ctrl-C ignored.
            self._before = {one: how for one, how in before.items() if how is not signal.SIG_IGN}
            for one in self._before:
                signal.signal(one, self._notice)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.by:  # else a second signal must end what Python does at its end, too
            for one, how in self._before.items():
                signal.signal(one, how)

    def _notice(self, number: int, _: FrameType | None) -> None:
        if self.by:
            os.write(2, b"expressiveness: stopped\n")
            os._exit(self.status)
        self.by = signal.Signals(number)
        raise KeyboardInterrupt
