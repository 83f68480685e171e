"""Work that goes on in the App's server, whoever looks: at most one on a dataset, and it can be stopped.

The App's own dialog stays open while an operator works, and the work would end with the page. So long operators answer
at once, and the review panel shows how far they are.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

RUNNING, STOPPING, DONE, STOPPED, FAILED = "running", "stopping", "done", "stopped", "failed"

Function = Callable[[Callable[..., None]], dict[str, Any]]
"""Does the work; given how to report its progress, it returns its result."""


class BackgroundWork:
    """A function in a thread of its own.

    Args:
        function: does the work.
        operator: whose work it is.
        view: what the App showed when it began, as it sends it.
        params: that the form was filled in with.
    """

    def __init__(self, function: Function, operator: Any, *, view: Any = None, params: dict[str, Any]) -> None:
        self.operator, self.view, self.params = operator, view, params
        self.result: dict[str, Any] = {}
        self.error: BaseException | None = None
        self.noticed = False  # whether an App has shown how it ended
        self._id, self._began = uuid.uuid4().hex, time.time()
        self._ended: float | None = None
        self._message = ""
        self.progress: tuple[int, int | None, str] = (0, None, "")  # done, of how many, and in words
        self._asked, self._over = threading.Event(), threading.Event()
        threading.Thread(target=self._run, args=[function], daemon=True).start()

    @property
    def state(self) -> str:
        """One of `RUNNING`, `STOPPING`, `DONE`, `STOPPED` and `FAILED`."""
        from expressiveness.stop_requests import StoppedError

        if not self._over.is_set():
            return STOPPING if self._asked.is_set() else RUNNING
        if self.error is None:
            return DONE
        return STOPPED if isinstance(self.error, StoppedError) else FAILED

    def stop(self) -> None:
        """Ask the work to stop, where nothing is half written; it does so within a second or two."""
        self._asked.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the work, at most so long; return whether it has ended."""
        return self._over.wait(seconds)

    def as_dict(self) -> dict[str, Any]:
        """What the panel shows, ready for JSON."""
        done, total, note = self.progress
        return {
            "id": self._id,
            "label": self.operator.listing.label,
            "operator": self.operator.uri,
            "params": self.params,
            "state": self.state,
            "share": done / total if total else None,
            "note": note,
            "message": self._message,
            "seconds": (self._ended or time.time()) - self._began,
            "variant": self.result.get("variant", "success"),
            "next": self.result.get("next"),
            "tab": self.result.get("tab"),
            "noticed": self.noticed,
            "failures": self.result.get("failures") or [],
        }

    def _run(self, function: Function) -> None:
        from expressiveness.stop_requests import StoppedError, stoppable

        from ..failures import sentence_about

        try:
            with stoppable(self._asked):
                self.result = function(self._report)
            self._message = self.result.get("message", "")
        except StoppedError as error:
            self.error = error
            note = self.progress[2]
            self._message = f"Stopped{f' at: {note}' if note else ''}. {self.operator.when_stopped}"
        except BaseException as error:  # noqa: BLE001  # told where the work is followed
            self.error = error
            self._message = sentence_about(error)
        finally:
            self._ended = time.time()
            self._over.set()

    def _report(self, done: int, total: int | None, note: str = "") -> None:
        from expressiveness.stop_requests import stop_if_asked

        self.progress = (done, total, note)
        stop_if_asked()


_works: dict[str, BackgroundWork] = {}
"""The last one of each dataset, by the dataset's name."""

_lock = threading.Lock()


def begin_work(dataset: str, work: Callable[[], BackgroundWork]) -> BackgroundWork:
    """Begin a dataset's work, unless one is going on.

    Args:
        dataset: its name.
        work: begins it.

    Raises:
        BusyError: something is going on already.
    """
    from expressiveness.errors import BusyError

    with _lock:
        last = _works.get(dataset)
        if last is not None and not last.wait(0):
            label = last.operator.listing.label
            raise BusyError(
                f"the dataset {dataset} is in use: {label} goes on there; wait for it or stop it in the review panel"
            )
        begun = _works[dataset] = work()
    return begun


def work_on(dataset: str) -> BackgroundWork | None:
    """The last work on a dataset, given by its name."""
    return _works.get(dataset)


def forget_work(dataset: str) -> None:
    """Show the last work on a dataset no longer, once it has ended."""
    with _lock:
        last = _works.get(dataset)
        if last is not None and last.wait(0):
            del _works[dataset]
