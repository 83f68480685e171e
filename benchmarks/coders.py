"""How long the agreement of a million decisions on frames takes.

    python -m benchmarks.coders

Two coders, 200 videos of 100 people with 2,500 frames each: every figure, with 1,000 bootstrap samples of people.
Reading the files, in which every code is checked, is timed apart.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.circumstances import RESULTS, circumstances
from expressiveness.coding import Codings, agreement, rate

VIDEOS, FRAMES, TURNS = 200, 2500, 5
FILE = RESULTS / "coders.json"


def main():
    codings = made_codings()
    people = {f"{video:04}": f"p{video // 2}" for video in range(VIDEOS)}
    taken = []
    for _ in range(TURNS):
        started = time.perf_counter()
        found = agreement(rate(codings, "frame", participants=people))
        taken.append(round(time.perf_counter() - started, 2))
    with tempfile.TemporaryDirectory() as folder:
        codings.write(Path(folder) / "all.csv")
        started = time.perf_counter()
        Codings.read(Path(folder) / "all.csv")
        reading = round(time.perf_counter() - started, 1)
    figures = {"decisions": len(codings), "units": found.n, "seconds": taken, "reading_seconds": reading}
    print(figures)
    FILE.write_text(json.dumps({**figures, **circumstances("python -m benchmarks.coders")}, indent=1) + "\n")


def made_codings():
    random = np.random.default_rng(0)
    truth = random.integers(3, size=VIDEOS * FRAMES)
    said = [np.where(random.random(len(truth)) < 0.8, truth, random.integers(3, size=len(truth))) for _ in range(2)]
    number = np.tile(np.arange(1, FRAMES + 1), VIDEOS)
    return Codings.from_columns(
        coder=np.repeat(["ada", "ben"], len(truth)),
        interview=np.tile(np.repeat([f"{video:04}" for video in range(VIDEOS)], FRAMES), 2),
        unit="frame",
        frame_number=np.tile(number, 2),
        start=np.tile(number / 25, 2),
        category=np.concatenate(said),
        at=pd.date_range("2026-05-01", periods=2 * len(truth), freq="s", tz="UTC"),
    )


if __name__ == "__main__":
    main()
