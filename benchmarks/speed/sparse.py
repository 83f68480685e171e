"""Sixteen frames of a minute, against decoding all of it."""

from __future__ import annotations

from benchmarks.speed.clips import interview_clip
from benchmarks.speed.extraction_cpu import decode
from benchmarks.speed.rows import Row, cpu_seconds
from expressiveness.video import Sampling, read_frames

TURNS, SAMPLES = 7, 16


def turns(clip, folder):
    minute = interview_clip(clip, folder / "minute.mp4", seconds=60)
    for _ in range(TURNS):
        whole = cpu_seconds(lambda: decode(minute))
        yield whole, cpu_seconds(lambda: list(read_frames(minute, Sampling(spread=SAMPLES))))


ROW = Row(
    what=f"sparse sampling: {SAMPLES} frames of a minute (CPU time; a key frame every 2.4 s, as in the real clip)",
    ways=("decoding the whole clip", f"read_frames, spread:{SAMPLES}"),
    bound=">=",
    target=5.0,
    turns=turns,
)
