"""Run a function over many items on a Ray cluster, as `run` does on the cores of one machine.

Ray places each item on a free core of any machine, begins it again where a worker or a whole machine is lost, and moves
results to this process. Nothing but the function, the items and the results travels: a machine of the cluster needs
this package, and the videos under the same path; neither FiftyOne nor MongoDB.
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
"""How often an item is begun again whose worker or machine was lost."""
ANSWER_SECONDS = 10.0
LOOK_AROUND = 1.0
"""Seconds after which to look for machines that came or went, and for items that take too long."""


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
    """The executor that a user names: "local", this machine's cores, or "ray".

    Raises:
        ClusterError: an address was given that is of no use.
    """
    if name == "ray":
        return RayCluster(address)
    if address:
        raise ClusterError(f"{address}: the executor {name} uses no address; choose ray")
    return run


def _attempt(function: Callable[[Item], Value], item: Item) -> Outcome[None, Value]:
    """What runs on the cluster; the item itself need not travel back."""
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
    """Join the cluster for as long as the block runs, or start one on this machine, for nobody else to reach."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ClusterError("Ray is not installed; run: pip install 'expressiveness[ray]'") from error
    if address:
        _check_answers(address)
    # Ray takes 127.0.0.1 for the address by which others reach this machine; the rest of loopback it leaves alone.
    alone = {"address": "local", "_node_ip_address": "127.0.0.2", "include_dashboard": False}
    where = {"address": address} if address else alone
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"no Ray cluster at {address or 'this machine'} ({error}); see whether `ray status` finds one"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Find out in seconds what Ray takes minutes to say."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        return  # "auto", which Ray resolves
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise ClusterError(f"no Ray cluster answers at {address} ({reason(error)})") from error
