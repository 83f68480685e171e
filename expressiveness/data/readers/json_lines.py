"""What a file is that should hold a JSON object a line, and does not: said once, instead of for each of its lines."""

from __future__ import annotations

import json
import re
from typing import Any

from expressiveness._io import encoding_of

A_LINE_EACH = "write each interview as a JSON object on a line of its own"


def other_shape(beginning: bytes) -> str | None:
    """What a file is instead, and what to do about it; None if its beginning looks like a JSON object a line.

    Args:
        beginning: of the file; a few rows of it are enough.
    """
    encoding = encoding_of(beginning)
    if not encoding.startswith("utf-8"):
        return f"is in {encoding[:6].upper()}; save it as UTF-8 (in PowerShell: -Encoding utf8)"
    text = beginning.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        return f"is a JSON array; {A_LINE_EACH}, without brackets around them and commas between them"
    value, rest = _first_value(text)
    # The first of a large file's objects may be larger than its beginning.
    if re.match(r'\{\s*?\n\s*"', text) or (value is not None and "\n" in text[: len(text) - len(rest)]):
        return f"has JSON over several lines; {A_LINE_EACH}"
    if value is not None and rest.lstrip().startswith(","):
        return f"has commas between its rows; {A_LINE_EACH}, without commas between them"
    return f"is one JSON object for all interviews; {A_LINE_EACH}" if _holds_others(value) else None


def _holds_others(value: Any) -> bool:
    """Whether a value has rows or columns inside it, where an interview would have its id."""
    if not isinstance(value, dict) or isinstance(value.get("id"), str):
        return False
    return any(isinstance(part, dict | list) for part in value.values())


def _first_value(text: str) -> tuple[Any, str]:
    """The first value of a JSON text and what comes after it; None where it is broken off, or is no JSON."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None, text
    return value, text[end:]
