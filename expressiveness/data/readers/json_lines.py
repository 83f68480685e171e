"""Recognise files that are not JSON Lines, to report that once instead of for every line."""

from __future__ import annotations

import json
import re
from typing import Any

from expressiveness._io import encoding_of

A_LINE_EACH = "write each interview as a JSON object on a line of its own"


def other_shape(beginning: bytes) -> str | None:
    """What the file is instead, and what to do about it; None if it looks like JSON Lines.

    Args:
        beginning: the first few rows of the file.
    """
    encoding = encoding_of(beginning)
    if not encoding.startswith("utf-8"):
        return f"is in {encoding[:6].upper()}; save it as UTF-8 (in PowerShell: -Encoding utf8)"
    text = beginning.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        return f"is a JSON array; {A_LINE_EACH}, without brackets around them and commas between them"
    value, rest = _first_value(text)
    # The first object may be longer than the part we read.
    if re.match(r'\{\s*?\n\s*"', text) or (value is not None and "\n" in text[: len(text) - len(rest)]):
        return f"has JSON over several lines; {A_LINE_EACH}"
    if value is not None and rest.lstrip().startswith(","):
        return f"has commas between its rows; {A_LINE_EACH}, without commas between them"
    return f"is one JSON object for all interviews; {A_LINE_EACH}" if _holds_others(value) else None


def _holds_others(value: Any) -> bool:
    """Whether a value is a container for many interviews rather than one interview."""
    if not isinstance(value, dict) or isinstance(value.get("id"), str):
        return False
    return any(isinstance(part, dict | list) for part in value.values())


def _first_value(text: str) -> tuple[Any, str]:
    """The first JSON value of a text and the rest; None if it is truncated or not JSON."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None, text
    return value, text[end:]
