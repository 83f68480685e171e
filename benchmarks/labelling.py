"""Measure how many labels "What to label next" saves, on sample interviews whose every frame is known.

    python -m benchmarks.labelling WORK

WORK is a folder for the rendered sets and their movement, the same as for `benchmarks.refinement`. A labeller who is
always right decides frames of the people trained on, in the order of `label_next` or by chance, and the movement model
is refined on them; frames of everybody else are judged. The order was chosen on seeds 101 and 102; the others were
looked at afterwards.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.stats import entropy

from benchmarks.circumstances import RESULTS as FOLDER
from benchmarks.circumstances import circumstances
from benchmarks.refinement import HELD_OUT, prepared, true_categories
from expressiveness.evaluation import Confusion, label_next
from expressiveness.models import fit_movement
from expressiveness.models.by_movement.fitted_movement import held_out_levels
from expressiveness.models.by_movement.refinement import LabelledFrames, refined

RESULTS = FOLDER / "labelling.json"
CHOSEN_ON, SEEDS = (101, 102), (103, 104)
SPLITS, ORDERS = 3, 2  # of the people, of chance
COUNTS = (40, 70, 100)
FULL = 100  # labels by chance, which the ranked ones are compared with
SHARE = 0.7  # of them, to reach
DRAWS = 2000
FPS = 15


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[*CHOSEN_ON, *SEEDS])
    arguments = parser.parse_args()
    runs = []
    for seed in arguments.seeds:
        clips = prepared(arguments.work, seed)
        for split in range(SPLITS):
            runs.append({"seed": seed, "split": split, **run_of(clips, split)})
            print(json.dumps(runs[-1]), flush=True)
    judged = {
        "order chosen on": summary([run for run in runs if run["seed"] in CHOSEN_ON]),
        "seen afterwards": summary([run for run in runs if run["seed"] not in CHOSEN_ON]),
        "all": summary(runs),
    }
    command = "python -m benchmarks.labelling WORK"
    found = {"labels": COUNTS, "summary": judged, "runs": runs}
    RESULTS.write_text(json.dumps({**circumstances(command), **found}, indent=1) + "\n")
    print(json.dumps(judged, indent=1))


def run_of(clips, split):
    """Macro-F1 of frames of the people held out, by how many frames of the others were labelled."""
    random = np.random.default_rng(split)
    held_out = np.isin(clips.person, random.permutation(np.unique(clips.person))[:HELD_OUT])
    known, others = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    people, truth = clips.person[known].tolist(), true_categories(clips)
    levels = held_out_levels(clips.features[known], clips.score[known], people)
    model = fit_movement(clips.features[known], clips.score[known], clips.category[known], people, levels=levels)
    frames = LabelledFrames(
        np.concatenate([np.full(len(truth[row]), level) for row, level in zip(known, levels, strict=True)]),
        np.concatenate([clips.intensity[row] - clips.intensity[row].mean() for row in known]),
        np.concatenate([truth[row] for row in known]),
        tuple(person for row, person in zip(known, people, strict=True) for _ in truth[row]),
    )
    said = model.frame_calibration.probabilities(frames.level + model.pull * frames.deviation)
    video = [str(row) for row in known for _ in truth[row]]
    seconds = np.concatenate([np.arange(len(truth[row])) / FPS for row in known])
    ranked = label_next(entropy(said, axis=1), frames.people, video, seconds, budget=max(COUNTS))
    by_chance = [random.permutation(len(video)) for _ in range(ORDERS)]

    def curve(order):
        return [macro_f1(refined(model, frames.select(order[:count])), clips, truth, others) for count in COUNTS]

    return {
        "unrefined": macro_f1(model, clips, truth, others),
        "ranked": curve(ranked),
        "by chance": np.mean([curve(order) for order in by_chance], axis=0).tolist(),
    }


def macro_f1(model, clips, truth, rows):
    levels = [model.frame_levels(clips.intensity[row], float(model.levels(clips.features[[row]])[0])) for row in rows]
    said = model.frame_calibration.probabilities(np.concatenate(levels)).argmax(axis=1)
    return Confusion.from_indices(np.concatenate([truth[row] for row in rows]), said).macro_f1


def summary(runs):
    """Means, 95 % intervals by bootstrap over the splits, and how many ranked labels equal `FULL` by chance."""
    if not runs:
        return None
    ranked, chance = (np.array([run[name] for run in runs]) for name in ("ranked", "by chance"))
    draws = np.random.default_rng(0).integers(len(runs), size=(DRAWS, len(runs)))
    shares = np.array([labels_needed(ranked[draw], chance[draw]) for draw in draws]) / FULL
    share = labels_needed(ranked, chance) / FULL
    at = COUNTS.index(round(FULL * SHARE))
    gains = ranked[:, at] - chance[:, COUNTS.index(FULL)]
    return {
        "runs": len(runs),
        "unrefined": float(np.mean([run["unrefined"] for run in runs])),
        "ranked": ranked.mean(axis=0).tolist(),
        "by chance": chance.mean(axis=0).tolist(),
        f"share of {FULL} labels by chance for the same macro-F1": [share, *np.quantile(shares, [0.025, 0.975])],
        f"macro-F1 of {COUNTS[at]} ranked less that of {FULL} by chance": interval(gains, draws),
        "to reach": SHARE,
        "reached": bool(share <= SHARE),
    }


def labels_needed(ranked, chance):
    """The fewest ranked labels from which on macro-F1 is no lower than with `FULL` by chance; twice as many if none."""
    wanted = chance[:, COUNTS.index(FULL)].mean()
    enough = ranked.mean(axis=0) >= wanted
    return next((count for count, is_enough in zip(COUNTS, enough, strict=True) if is_enough), 2 * FULL)


def interval(values, draws):
    return [float(values.mean()), *np.quantile(values[draws].mean(axis=1), [0.025, 0.975]).tolist()]


if __name__ == "__main__":
    main()
