"""The interface of executors, which run a function over many items and report the outcome of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from expressiveness.wording import shortened

ExecutorKind = Literal["local", "ray"]
"""On this machine's cores, or on a cluster."""

Item = TypeVar("Item")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Value]):
    """The outcome of one item: a value, or the reason why there is none."""

    item: Item
    value: Value | None
    error: str | None = None

    def __repr__(self) -> str:
        item = str(getattr(self.item, "id", self.item))
        became = repr(self.value) if self.error is None else self.error.removeprefix(f"{item}: ")
        return f"Outcome({shortened(item, 40)}: {became})"


class Executor(Protocol):
    """Runs a function over many items: `run` on this machine, `RayCluster` on several."""

    def __call__(
        self,
        function: Callable[[Item], Value],
        items: Sequence[Item],
        *,
        workers: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Outcome[Item, Value]]:
        """Yield the outcome of every item, in the order they finish."""
