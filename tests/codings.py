"""Codes for tests, of interview 0001 unless another is named."""

from datetime import datetime, timedelta, timezone

from expressiveness.coding import Code, Codings
from expressiveness.data import CATEGORIES, EXPRESSIVE

NOON = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)


def code(coder, unit, *, interview="0001", minute=0, **fields):
    return Code(coder=coder, interview=interview, unit=unit, at=NOON + timedelta(minutes=minute), **fields)


def frame(coder, number, category=EXPRESSIVE, **fields):
    return code(coder, "frame", frame_number=number, category=category, **fields)


def stretch(coder, start, end, category=EXPRESSIVE, **fields):
    return code(coder, "stretch", start=start, end=end, category=category, **fields)


def video(coder, category=EXPRESSIVE, **fields):
    return code(coder, "video", category=category, **fields)


def frames_of(coders, *, seconds=0.04):
    """Codes of frames from 1 in each video: {coder: {interview: "RBE.E"}}, a letter a frame, a point for none."""
    letters = {name[0]: name for name in CATEGORIES}
    return Codings.of(
        frame(coder, number, letters[letter], interview=interview, start=(number - 1) * seconds)
        for coder, videos in coders.items()
        for interview, line in videos.items()
        for number, letter in enumerate(line, start=1)
        if letter != "."
    )
