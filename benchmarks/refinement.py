"""Measure what labelled frames do for the movement model, on sample interviews whose every frame is known.

    python -m benchmarks.refinement WORK

WORK is a folder for the rendered sets and their movement; what is there already is not made again. A labeller who is
always right decides frames of the people trained on; frames of all others are judged by the model before and after.
Frames are labelled by chance; or only those unlike their video's category, as corrections often are; or, worst, only
those where the model is wrong. Some two minutes a set on two cores.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.circumstances import RESULTS as FOLDER
from benchmarks.circumstances import circumstances
from benchmarks.frames import clips_of, rank
from expressiveness.data import read_interviews
from expressiveness.models import fit_movement
from expressiveness.models.by_movement.fitted_movement import held_out_levels
from expressiveness.models.by_movement.refinement import LabelledFrames, refined
from expressiveness.movement import MovementStore, extract_movements
from expressiveness.samples import render_sample_interviews

RESULTS = FOLDER / "refinement.json"
SEEDS = (101, 102, 103)
"""The rule was chosen with 101 and 102 in view; 103 was looked at afterwards."""
PEOPLE, CLIPS, HELD_OUT = 18, 3, 5
SPLITS = 3
LABELS = (50, 200, 1000)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    work = parser.parse_args().work
    runs = [run for seed in SEEDS for split in range(SPLITS) for run in runs_of(prepared(work, seed), seed, split)]
    found = {"runs": runs, "means": means(runs)}
    RESULTS.write_text(json.dumps({**circumstances("python -m benchmarks.refinement WORK"), **found}, indent=1) + "\n")
    print(json.dumps(found["means"], indent=1))


def prepared(work, seed):
    """Render a set, read its movement, and say what is known of its clips."""
    folder = render_sample_interviews(work / f"set{seed}", participants=PEOPLE, clips_per_participant=CLIPS, seed=seed)
    interviews, store = read_interviews(folder), MovementStore(work / f"faces{seed}")
    extract_movements(interviews, store)
    return clips_of(interviews, store, alone=False)


def runs_of(clips, seed, split):
    """Figures of people held out, before and after frames of the others were labelled."""
    random = np.random.default_rng(split)
    held_out = np.isin(clips.person, random.permutation(np.unique(clips.person))[:HELD_OUT])
    known, others = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    people = clips.person[known].tolist()
    levels = held_out_levels(clips.features[known], clips.score[known], people)
    model = fit_movement(clips.features[known], clips.score[known], clips.category[known], people, levels=levels)
    truth = true_categories(clips)
    everything = LabelledFrames(
        np.concatenate([np.full(len(truth[row]), level) for row, level in zip(known, levels, strict=True)]),
        np.concatenate([clips.intensity[row] - clips.intensity[row].mean() for row in known]),
        np.concatenate([truth[row] for row in known]),
        tuple(person for row, person in zip(known, people, strict=True) for _ in truth[row]),
    )
    said = model.frame_calibration.probabilities(everything.level + model.pull * everything.deviation).argmax(axis=1)
    usual = np.concatenate([np.full(len(truth[row]), clips.category[row]) for row in known])
    before = figures(model, clips, truth, others)
    for name, rows in {
        "by chance": np.arange(len(said)),
        "unlike their video only": np.flatnonzero(usual != everything.category),
        "wrong ones only": np.flatnonzero(said != everything.category),
    }.items():
        for count in LABELS:
            chosen = everything.select(random.choice(rows, min(count, len(rows)), replace=False))
            better = refined(model, chosen)
            yield {
                **{"seed": seed, "split": split, "labelled": name, "frames": count, "refined": better is not model},
                **{"pull": [model.pull, better.pull], "before": before},
                "after": figures(better, clips, truth, others),
            }


def true_categories(clips):
    """The category of each frame: energies part where as many videos lie below as by their labels."""
    amplitude = [energy.mean() for energy in clips.energy]
    cuts = np.quantile(amplitude, [(clips.category < 1).mean(), (clips.category < 2).mean()])
    return [np.digitize(energy, cuts) for energy in clips.energy]


def figures(model, clips, truth, rows):
    levels = [model.frame_levels(clips.intensity[row], float(model.levels(clips.features[[row]])[0])) for row in rows]
    probabilities = model.frame_calibration.probabilities(np.concatenate(levels))
    category = np.concatenate([truth[row] for row in rows])
    energy = [clips.energy[row] for row in rows]
    chosen = probabilities[np.arange(len(category)), category]
    return {
        "within": float(np.mean([rank(*pair) for pair in zip(levels, energy, strict=True)])),
        "pooled": rank(np.concatenate(levels), np.concatenate(energy)),
        "accuracy": float((probabilities.argmax(axis=1) == category).mean()),
        "log loss": float(-np.log(np.maximum(chosen, 1e-6)).mean()),
    }


def means(runs):
    """Each figure before and after, over the sets and splits, by how frames were chosen and how many."""
    found = {}
    for run in runs:
        found.setdefault(f"{run['frames']} {run['labelled']}", []).append(run)
    return {
        key: {
            name: [float(np.mean([run[when][name] for run in own])) for when in ("before", "after")] for name in names
        }
        for key, own in found.items()
        for names in [list(own[0]["before"])]
    }


if __name__ == "__main__":
    main()
