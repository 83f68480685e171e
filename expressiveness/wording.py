"""Numbers as a reader of a report meets them, and what is wrong with values as whoever wrote them does."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

REASONS_SHOWN = 3
"""Of all that is wrong with one record."""


def counted(number: int, noun: str) -> str:
    """A number and what it counts, as in "2,011 clips"; `noun` is the singular."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters; where something was cut off, it ends in "…"."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def decimal(value: float | None) -> str:
    """A figure with two decimals; nothing for one that there is not."""
    # Rounded first: a mean of -1e-17 is 0.00 and not -0.00.
    return "" if value is None else f"{round(value, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")


def interval(bounds: Sequence[float] | None) -> str:
    """The two ends of an interval, as in "0.31 to 0.52"."""
    return "" if bounds is None else f"{decimal(bounds[0])} to {decimal(bounds[1])}"


def as_text(file: Path | str) -> str:
    """The name of a file as text: not every name of a file is."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def problems(error: ValidationError) -> str:
    """What is wrong with a record, in one line; never its own text, which may hold names."""
    found = [
        ": ".join([".".join(map(str, problem["loc"])), _place_in_line(problem["msg"])]).removeprefix(": ")
        for problem in error.errors(include_url=False, include_input=False)
    ]
    rest = len(found) - REASONS_SHOWN
    return "; ".join(found[:REASONS_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _place_in_line(message: str) -> str:
    """Name the column alone: the parser counts lines from the record's own, and the reader knows the file's."""
    return re.sub(r" at line 1 column (\d+)$", r" at column \1", message)
