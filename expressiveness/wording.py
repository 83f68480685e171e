"""Numbers as a reader of a report meets them."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """A number and what it counts, as in "2,011 clips"; `noun` is the singular."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def decimal(value: float | None) -> str:
    """A figure with two decimals; nothing for one that there is not."""
    # Rounded first: a mean of -1e-17 is 0.00 and not -0.00.
    return "" if value is None else f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")


def interval(bounds: Sequence[float] | None) -> str:
    """The two ends of an interval, as in "0.31 to 0.52"."""
    return "" if bounds is None else f"{decimal(bounds[0])} to {decimal(bounds[1])}"
