"""Run a function over many items on a Ray cluster, as `run` does on the cores of one machine.

Ray runs each item on a free core of any machine, retries it if a worker or machine is lost, and sends the result back.
Only the function, the items and the results are sent: each machine needs this package, and the videos under the same
path, but neither FiftyOne nor MongoDB.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from expressiveness.errors import ClusterError, ExpressivenessError, StoreError, reason
from expressiveness.parallel.executors import Executor, ExecutorKind, Item, Outcome, Value
from expressiveness.parallel.processes import one_thread, run, too_long

RETRIES = 3
"""How often an item is retried after its worker or machine was lost."""
ANSWER_SECONDS = 10.0
LOOK_AROUND = 1.0
"""Seconds between checks for machines that joined or left, and for items that take too long."""


@dataclass(frozen=True, slots=True)
class RayCluster:
    """An executor: see `Executor`."""

    address: str | None = None  # "host:6379" or "auto"; None for a cluster of this machine alone

    def __call__(
        self,
        function: Callable[[Item], Value],
        items: Sequence[Item],
        *,
        workers: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Outcome[Item, Value]]:
        """Do as `run` does; `workers` are cores of the cluster, None for all of them.

        No more items run at once than there are cores, so results never queue up and a machine that joins is used
        immediately.

        Raises:
            ClusterError: Ray is not installed, or nothing answers at the address.
        """
        if not items:
            return
        with _connected(self.address) as ray:
            attempt = ray.remote(num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD")(_attempt)
            waiting = iter(items)
            running: dict[Any, tuple[Item, float]] = {}
            try:
                while True:
                    room = (workers or _cores(ray)) - len(running)
                    for item in islice(waiting, max(0, room)):
                        running[attempt.remote(function, item)] = item, time.monotonic()
                    if not running:
                        return
                    finished, _ = ray.wait(list(running), num_returns=1, timeout=LOOK_AROUND)
                    for reference in finished:
                        item, _ = running.pop(reference)
                        yield _outcome(ray, item, reference)
                    for reference in [key for key, (_, started) in running.items() if _is_late(started, timeout)]:
                        item, _ = running.pop(reference)
                        ray.cancel(reference, force=True)
                        yield Outcome(item, None, too_long(timeout))
            finally:
                for reference in running:
                    ray.cancel(reference, force=True)


def executor_named(name: ExecutorKind, address: str | None = None) -> Executor:
    """The executor with a name: "local" for this machine's cores, or "ray".

    Raises:
        ClusterError: an address was given with "local".
    """
    if name == "ray":
        return RayCluster(address)
    if address:
        raise ClusterError(f"{address}: the executor {name} takes no address; choose ray")
    return run


def _attempt(function: Callable[[Item], Value], item: Item) -> Outcome[None, Value]:
    """Runs on the cluster; the item itself is not sent back."""
    one_thread()
    try:
        return Outcome(None, function(item))
    except StoreError:
        raise
    except ExpressivenessError as error:
        return Outcome(None, None, str(error))


def _outcome(ray: Any, item: Item, reference: Any) -> Outcome[Item, Any]:
    try:
        done = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except ray.exceptions.RayError:
        return Outcome(item, None, f"lost its worker {1 + RETRIES} times; re-encode the video")
    return Outcome(item, done.value, done.error)


def _is_late(started: float, timeout: float | None) -> bool:
    return timeout is not None and time.monotonic() - started > timeout


def _cores(ray: Any) -> int:
    return int(ray.cluster_resources().get("CPU", 0))


@contextmanager
def _connected(address: str | None) -> Iterator[Any]:
    """Connect to the cluster while the block runs, or start one that only this machine can reach."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ClusterError("Ray is not installed; run: pip install 'expressiveness[ray]'") from error
    if address:
        _check_answers(address)
    # Not 127.0.0.1, which Ray replaces by this machine's network address.
    alone = {"address": "local", "_node_ip_address": "127.0.0.2", "include_dashboard": False}
    where = {"address": address} if address else alone
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"no Ray cluster at {address or 'this machine'} ({error}); check with `ray status`"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Fail within seconds if nothing listens at the address; Ray itself takes minutes."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        return  # "auto", which Ray resolves
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise ClusterError(
            f"no Ray cluster answers at {address} ({reason(error)}); check the address, and start the cluster"
        ) from error
