"""Draw how expressive a real face is over time, against how far it moves, and keep the numbers.

    python -m benchmarks.acted_clip MODEL VIDEO

MODEL is a folder that `expressiveness train --model movement` wrote, VIDEO a clip in which somebody acts and rests.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from expressiveness.data import COLORS, EXPRESSIVE, RESERVED
from expressiveness.models import features_of, load_model
from expressiveness.movement import expressiveness_of, read_movement
from expressiveness.reports.plots import canvas, save

RESULTS = Path(__file__).parent / "results"
WINDOW, STEP = 2.0, 0.5
"""Seconds that are judged as if they were a video, and from one such window to the next."""


def main(model_folder, video):
    model = load_model(model_folder)
    movement = read_movement(Path(video))
    found = []
    for start in np.arange(0, movement.sampled_seconds[-1] - WINDOW, STEP):
        window = movement.select((movement.seconds >= start) & (movement.seconds < start + WINDOW))
        if window.doubt is None:
            level = model.model.fitted.levels(features_of(window)[np.newaxis])
            score = float(model.model.fitted.calibration.score(level)[0])
            found.append({"seconds": start + WINDOW / 2, "score": score, "e_std": expressiveness_of(window)})
    RESULTS.mkdir(exist_ok=True)
    record = {"video": Path(video).name, "window_seconds": WINDOW, "windows": found}
    (RESULTS / "acted_clip.json").write_text(json.dumps(record, indent=1) + "\n")
    save(figure_of(found, model.thresholds), RESULTS / "acted_clip.svg")


def figure_of(windows, thresholds):
    figure, axes = canvas(9, 3.6)
    seconds = [one["seconds"] for one in windows]
    axes.plot(seconds, [one["score"] for one in windows], "o-", color=COLORS[EXPRESSIVE], markersize=4, label="score")
    for threshold in (thresholds.low, thresholds.high):
        axes.axhline(threshold, color="#222222", lw=0.8, ls=(0, (4, 3)))
    axes.set(xlabel="seconds", ylabel="score", title=f"Score of each stretch of {WINDOW:g} seconds")
    beside = axes.twinx()
    beside.plot(seconds, [one["e_std"] for one in windows], color=COLORS[RESERVED], label="E_std")
    beside.set(ylabel="E_std", ylim=(0, None))
    beside.spines[["top"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


if __name__ == "__main__":
    main(*sys.argv[1:])
