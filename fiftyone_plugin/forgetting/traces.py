"""Find mentions of an interview in database documents, and remove them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from typing import Any

import fiftyone.core.utils as fou
from bson import ObjectId, json_util

_DATABASE_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")


class InseparableError(Exception):
    """The mention of an interview cannot be removed without changing the document's meaning."""


class Traces:
    """Strings that identify an interview.

    Args:
        ids: of its sample, frames and labels, as 24 hexadecimal digits.
        texts: strings that count as a mention wherever they appear as separate words.
        values: strings that count as a mention only if they are the whole value.
    """

    def __init__(self, ids: Iterable[str], texts: Iterable[str], values: Iterable[str] = ()) -> None:
        self._ids, self._values = frozenset(ids), frozenset(values)
        self._texts = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, texts)) or '(?!)'})(?!\w)")

    def are_in(self, value: Any) -> bool:
        """Whether a value mentions the interview at any depth, including in JSON and packed arrays inside strings."""
        if isinstance(value, dict):
            return any(self.are_in(key) or self.are_in(item) for key, item in value.items())
        if isinstance(value, list | tuple):
            return any(map(self.are_in, value))
        if isinstance(value, ObjectId):
            return str(value) in self._ids
        return isinstance(value, str) and self._are_in_text(value)

    def taken_out_of(self, value: Any) -> Any:
        """Remove the interview from lists of plain values and from the keys of mappings.

        Raises:
            InseparableError: it is mentioned anywhere else, for instance as a single value.
        """
        if not self.are_in(value):
            return value
        if isinstance(value, list) and _is_of_plain_values(value):
            return [item for item in value if not self.are_in(item)]
        if isinstance(value, list):
            return [self.taken_out_of(item) for item in value]
        if isinstance(value, dict) and "_cls" in value and "kwargs" in value:  # a view stage: name-value pairs
            return {**value, "kwargs": [[name, self.taken_out_of(item)] for name, item in value["kwargs"]]}
        if isinstance(value, dict):
            return {key: self.taken_out_of(item) for key, item in value.items() if not self.are_in(key)}
        if isinstance(value, str) and (parsed := _parsed(value)) is not None:
            return json_util.dumps(self.taken_out_of(parsed))
        raise InseparableError

    def _are_in_text(self, text: str) -> bool:
        if (parsed := _parsed(text)) is not None:
            return self.are_in(parsed)
        return (
            text in self._values
            or self._texts.search(text) is not None
            or not self._ids.isdisjoint(_DATABASE_ID.findall(text))
        )


def ids_in(document: Any) -> Iterable[str]:
    """All ids in a database document, at any depth."""
    if isinstance(document, dict):
        if isinstance(document.get("_id"), ObjectId):
            yield str(document["_id"])
        for item in document.values():
            yield from ids_in(item)
    elif isinstance(document, list):
        for item in document:
            yield from ids_in(item)


def _is_of_plain_values(items: list[Any]) -> bool:
    """Whether items can be removed independently; not in expressions such as {$eq: ["$id", "7"]}."""
    return not any(
        isinstance(item, dict | list) or (isinstance(item, str) and (item.startswith("$") or _parsed(item) is not None))
        for item in items
    )


def _parsed(text: str) -> Any:
    """Parse a string as JSON, or as an array packed by FiftyOne; None if it is neither."""
    if text[:1] in ("{", "["):
        try:
            return json_util.loads(text)
        except (ValueError, TypeError, RecursionError):
            return None
    if text.startswith("eJ"):  # base64 of zlib data
        try:
            return fou.deserialize_numpy_array(text, ascii=True).tolist()
        except (ValueError, TypeError, OSError, EOFError, zlib.error):
            return None
    return None
