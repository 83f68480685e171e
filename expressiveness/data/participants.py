"""Merge different spellings of a participant, and find names that look alike but were not merged.

A person under two spellings could end up in both training and test. What spreadsheets do to a name is undone: spaces,
"115.0" for 115, other Unicode forms. Whether "P7" and "p7" are one person, only the authors of the study know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def plain(text: str) -> str:
    """Normalise a text: Unicode NFKC, no invisible characters, single spaces."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def participant_name(text: str) -> str:
    """Normalise a participant's name, merging only spellings that certainly mean the same; "" for a blank.

    Args:
        text: as spelled in the table.
    """
    name = plain(text)
    # One or two zeros only: "1.000" may mean 1000.
    whole = re.fullmatch(r"(\d+)[.,]0{1,2}", name)
    return whole[1] if whole else name


def several_spellings(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Participants with more than one spelling, and those spellings.

    Args:
        names: for each interview, the participant's normalised name and its spelling in the table.
    """
    spellings: dict[str, dict[str, None]] = {}
    for name, written in names:
        spellings.setdefault(name, {})[written] = None
    return {name: list(ways) for name, ways in spellings.items() if len(ways) > 1}


def alike(names: Iterable[str]) -> list[list[str]]:
    """Groups of participants that differ only in case, leading zeros or punctuation, like "P-07" and "p7"."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(names):
        parts = re.findall(r"[^\W\d_]+|\d+", name.casefold())
        groups.setdefault(tuple(part.lstrip("0") or "0" for part in parts) or (name,), []).append(name)
    return [group for group in groups.values() if len(group) > 1]
