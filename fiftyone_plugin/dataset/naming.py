"""Check the names of datasets, which are displayed, searched and logged, and must not act as paths."""

from __future__ import annotations

import fiftyone.core.utils as fou

from expressiveness.errors import InterviewError

MOST_CHARACTERS = 100
"""Maximum length of a name."""


def check_dataset_name(name: object) -> str:
    """Return the name if it is valid.

    Raises:
        InterviewError: it is not, with the reason.
    """
    if not isinstance(name, str) or not name:
        raise InterviewError("a dataset needs a name; give it one of letters, digits, blanks, - and _")
    if problem := _problem(name):
        shown = name if len(name) <= MOST_CHARACTERS else f"{name[:MOST_CHARACTERS]}..."
        raise InterviewError(
            f"a dataset cannot be called {shown!r}: {problem}; use letters, digits, blanks, - and _, such as study-1"
        )
    return name


def _problem(name: str) -> str | None:
    if len(name) > MOST_CHARACTERS:
        return f"that is longer than {MOST_CHARACTERS} characters"
    if "/" in name or "\\" in name:
        return "/ and \\ part the folders of a path"
    if ".." in name or name == ".":
        return "dots like these lead out of a folder"
    if not name.isprintable():
        return "it holds characters that cannot be seen"
    if name != name.strip():
        return "it begins or ends with a blank"
    try:
        fou.to_slug(name)
    except ValueError:
        return "it holds no letter or digit for the App's address"
    return None
