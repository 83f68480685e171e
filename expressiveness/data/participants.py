"""Who is who: spellings of one participant that are joined, and those that look like one and are not.

A person under two spellings would be in training and test at once. What spreadsheets and other machines do to a name,
blanks, "115.0" for 115 and other Unicode forms, is undone. Whether "P7" and "p7" are one person, only the study knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def plain(text: str) -> str:
    """A text as it looks: in one Unicode form (NFKC), without invisible characters, and each gap one blank."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def participant_name(text: str) -> str:
    """The one name of a participant for every spelling that surely means them; blank where there is none.

    Args:
        text: as the table has it.
    """
    name = plain(text)
    # One or two zeros only: "1.000" may be a thousand.
    whole = re.fullmatch(r"(\d+)[.,]0{1,2}", name)
    return whole[1] if whole else name


def several_spellings(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The participants that are written in several ways, with their spellings.

    Args:
        names: of each interview's participant, the name and how the table spells it.
    """
    spellings: dict[str, dict[str, None]] = {}
    for name, written in names:
        spellings.setdefault(name, {})[written] = None
    return {name: list(ways) for name, ways in spellings.items() if len(ways) > 1}


def alike(names: Iterable[str]) -> list[list[str]]:
    """Groups of participants that differ in capitals, zeros in front or marks alone, as "P-07" and "p7" do."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(names):
        parts = re.findall(r"[^\W\d_]+|\d+", name.casefold())
        groups.setdefault(tuple(part.lstrip("0") or "0" for part in parts) or (name,), []).append(name)
    return [group for group in groups.values() if len(group) > 1]
