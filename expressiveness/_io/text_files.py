"""Text as spreadsheets, editors and shells save it: in UTF-8, or in UTF-16 as Windows does."""

from __future__ import annotations

import json


def encoding_of(content: bytes) -> str:
    """The encoding of a text, by its byte-order mark or by the zeros among its first characters; else UTF-8.

    Args:
        content: the text, or its beginning; four bytes are enough.
    """
    encoding = json.detect_encoding(content)
    return "utf-8-sig" if encoding == "utf-8" else encoding


def decoded(content: bytes) -> str:
    """A text, without its byte-order mark.

    Raises:
        UnicodeDecodeError: it is in another encoding.
    """
    return content.decode(encoding_of(content))
