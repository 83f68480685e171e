"""What an operator was given, checked: from the form, from the SDK, and from a delegated worker's queue alike.

FiftyOne passes on whatever a caller wrote, and JSON does not tell 5 from 5.0. Here each value becomes what its operator
takes, or an error says what it is and what would do. A value that is missing or None is the default.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators.constants import ViewTarget

LONGEST_SHOWN = 60
"""Characters of a bad value that its error repeats."""


def text(ctx: foo.executor.ExecutionContext, name: str, default: Any) -> Any:
    """A text; if it is empty, the default, which may be None.

    Raises:
        ParameterError: it is none, or holds characters that no name has.
    """
    value = ctx.params.get(name)
    if value is None or value == "":
        return default
    if not isinstance(value, str) or not value.isprintable():
        raise _bad(name, value, "give a text, without control characters")
    return value


def one_of(ctx: foo.executor.ExecutionContext, name: str, choices: Collection[str], default: str) -> Any:
    """One of several texts.

    Raises:
        ParameterError: it is none of them.
    """
    value = ctx.params.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in choices:
        raise _bad(name, value, f"choose from {', '.join(choices)}")
    return value


def whole_number(
    ctx: foo.executor.ExecutionContext, name: str, default: Any, *, least: int = 0, most: int = 2**31 - 1
) -> Any:
    """A whole number, also if it is written as 5.0; the default may be None.

    Raises:
        ParameterError: it is none, or out of bounds.
    """
    value = ctx.params.get(name)
    if value is None:
        return default
    if not _is_number(value) or value != int(value) or not least <= value <= most:
        raise _bad(name, value, f"give a whole number from {least:,} to {most:,}")
    return int(value)


def number(ctx: foo.executor.ExecutionContext, name: str, default: float | None) -> Any:
    """A number.

    Raises:
        ParameterError: it is none, or not finite.
    """
    value = ctx.params.get(name)
    if value is None:
        return default
    if not _is_number(value):
        raise _bad(name, value, "give a number")
    return float(value)


def yes_or_no(ctx: foo.executor.ExecutionContext, name: str, default: bool) -> bool:
    """A choice between two.

    Raises:
        ParameterError: it is neither.
    """
    value = ctx.params.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _bad(name, value, "give true or false")
    return value


def folder_chosen(ctx: foo.executor.ExecutionContext, name: str) -> Path | None:
    """The folder that was chosen in a file browser, if one was.

    Raises:
        ParameterError: it is no path.
    """
    value = ctx.params.get(name)
    folder = value.get("absolute_path") if isinstance(value, dict) else value
    if folder is None or folder == "":
        return None
    if not isinstance(folder, str) or not folder.isprintable():
        raise _bad(name, folder, "give the path of a folder")
    return Path(folder)


def target_videos(ctx: foo.executor.ExecutionContext) -> fo.Dataset | fo.DatasetView:
    """What the person chose to work on; the videos behind it, where the App shows frames, patches or clips.

    Raises:
        ParameterError: it is not known what that is.
    """
    from ..dataset import videos_of

    target = ctx.params.get("view_target", ctx.request_params.get("view_target"))
    if target is not None and target not in ViewTarget.values():
        raise _bad("view_target", target, f"choose from {', '.join(sorted(ViewTarget.values()))}")
    return videos_of(ctx.target_view())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _bad(name: str, value: Any, remedy: str) -> Exception:
    from expressiveness.errors import ParameterError

    shown = repr(value)
    shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}..."
    return ParameterError(f"{name} is {shown}: {remedy}")
