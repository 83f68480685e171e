"""Measure what is learned, on rendered interviews whose truth is known, and keep the results as data.

    python -m benchmarks.learning FACEKIT WORK

FACEKIT is the folder of the renderer (`make_interviews.py`), WORK one for what is made on the way: rendered sets,
faces, movement, and the table of each set. What is there already is not made again. Half an hour a set on two cores,
most of it for the networks; `--without-networks` leaves them out and takes a minute, and `--seeds` chooses the sets.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchmarks.circumstances import RESULTS as FOLDER
from benchmarks.circumstances import circumstances
from benchmarks.learning_extras import extras_of
from benchmarks.rendered_sets import CLIPS, PEOPLE, noisy_interviews
from expressiveness.data import read_interviews
from expressiveness.evaluation import BenchmarkConfig
from expressiveness.evaluation.benchmark_rows import ROWS, Material, Predictions
from expressiveness.evaluation.benchmarking import benchmark_of
from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.movement import MovementStore, extract_movements

RESULTS = FOLDER / "learning.json"
NETWORKS = ("notebook_leaky", "notebook", "deviation")


def main():
    arguments = _arguments()
    sets = []
    for seed in arguments.seeds:
        folder = arguments.work / f"seed{seed}"
        interviews = prepared(arguments.facekit, folder, seed)
        store = FaceStore.open(folder / "faces")
        table = folder / ("table.json" if arguments.networks else "table_without_networks.json")
        if not table.exists():
            found = table_of(interviews, store, folder, arguments)
            table.write_text(json.dumps(found, indent=1) + "\n")
        if arguments.only == "table":
            continue
        noisy = noisy_interviews(arguments.facekit, interviews, seed)
        sets.append(
            {
                "seed": seed,
                "table": json.loads(table.read_text()),
                "extras": extras_of(interviews, noisy, store, folder / "interviews", networks=arguments.networks),
            }
        )
        print(json.dumps(sets[-1]["extras"], indent=1))
    if sets:
        RESULTS.write_text(json.dumps({**settings(arguments), "sets": sets}, indent=1) + "\n")


def prepared(facekit, folder, seed):
    """Render a set, and find its faces and movement."""
    interviews_folder = folder / "interviews"
    if not (interviews_folder / "metadata.jsonl").exists():
        size = ["--participants", str(PEOPLE), "--clips-per-participant", str(CLIPS), "--seed", str(seed)]
        script = [sys.executable, str(facekit / "make_interviews.py"), str(interviews_folder), *size]
        subprocess.run([*script, "--workers", str(os.cpu_count())], check=True)
    interviews = read_interviews(interviews_folder).interviews
    extract_interviews(interviews, FaceStore(folder / "faces"))
    extract_movements(interviews, MovementStore(folder / "faces"))
    return interviews


def table_of(interviews, store, folder, arguments):
    """The benchmark's table, and how well each row that judges frames ranks them within a video."""
    rows = tuple(ROWS) if arguments.networks else tuple(key for key in ROWS if key not in NETWORKS)
    config = BenchmarkConfig(epochs=arguments.epochs, rows=rows)
    results, material, predictions = benchmark_of(interviews, store, config, progress=_say)
    truth = true_energy(folder / "interviews")
    within_video = {key: frames_within_video(material, said, truth) for key, said in predictions.items() if said.frames}
    return {**results.as_dict(), "frames_within_video": within_video}


def true_energy(interviews_folder):
    """By interview id, the energy of each frame, indexed by its number."""
    frames = pd.read_csv(interviews_folder / "truth_frames.csv", dtype={"id": str})
    return {id: group.set_index("frame_number")["energy"] for id, group in frames.groupby("id")}


def frames_within_video(material: Material, said: Predictions, truth):
    """Mean Spearman of a video's frame scores against the true energy."""
    found = []
    for interview, frames in zip(material.interviews, said.frames, strict=True):
        scores = frames.probabilities.astype(np.float64) @ np.array([-1.0, 0.0, 1.0])
        if np.ptp(scores) > 0:
            found.append(spearmanr(scores, truth[interview.id].loc[frames.frame_number]).statistic)
    return {"mean_spearman": float(np.mean(found)), "videos": len(found)}


def _say(done, of, name):
    print(f"{done} of {of} rows; {name}", flush=True)


def settings(arguments):
    """What was run, and with what."""
    return {
        **circumstances(
            "python -m benchmarks.learning FACEKIT WORK" + ("" if arguments.networks else " --without-networks")
        ),
        "epochs_of_networks": arguments.epochs if arguments.networks else None,
        "render": f"make_interviews.py OUT --participants {PEOPLE} --clips-per-participant {CLIPS} --seed SEED",
    }


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facekit", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=10, help="the most, for the networks")
    parser.add_argument("--only", choices=["table"], help="make the tables and write no results yet")
    parser.add_argument("--without-networks", dest="networks", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
