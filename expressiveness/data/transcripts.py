"""Read the times in a transcript, as in "[00:02 - 00:04] I usually begin with the hardest part."."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIME = r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
_STRETCH = re.compile(rf"\[?\(?\s*({_TIME})\s*(?:-|–|—|-->|to)\s*({_TIME})\s*\)?\]?\s*:?")


@dataclass(frozen=True, slots=True)
class TimedLine:
    """What is said in a stretch of time."""

    start: float  # seconds
    end: float  # seconds
    text: str


def timed_lines(transcript: str) -> list[TimedLine]:
    """The lines of a transcript that have times, in order; empty if it has none.

    Args:
        transcript: with a stretch of time before what is said in it, as RecruitView and subtitle files (SRT, WebVTT)
            write it.
    """
    found = list(_STRETCH.finditer(transcript))
    ends = [*(match.start() for match in found), len(transcript)][1:]
    lines = [
        TimedLine(_seconds(match[1]), _seconds(match[2]), _text(transcript[match.end() : end]))
        for match, end in zip(found, ends, strict=True)
    ]
    return [line for line in lines if line.text and line.start <= line.end]


def _seconds(time: str) -> float:
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _text(words: str) -> str:
    """What is said, without the number that subtitle files put above the next stretch."""
    return " ".join(re.sub(r"\n\s*\d+\s*\n?\s*$", "", words).split())
