"""The benchmark's table on easy and hard rendered sets, kept as data.

    python -m benchmarks.harder FACEKIT WORK

FACEKIT is the folder of the renderer (`make_interviews.py`), WORK one for rendered sets, their faces and movement, and
the networks' tables; what is there already is not made again. The network, with all its epochs, is judged on the first
seed of each kind. `--without-networks` leaves out what is not in WORK yet.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.circumstances import RESULTS as FOLDER
from benchmarks.circumstances import circumstances
from benchmarks.rendered_sets import KINDS, SEEDS, prepared
from expressiveness.evaluation import BenchmarkConfig, FrameTruth
from expressiveness.evaluation.benchmark_rows import ROWS
from expressiveness.evaluation.benchmarking import benchmark

RESULTS = FOLDER / "harder.json"
NETWORKS = ("deviation",)
FAST = tuple(key for key in ROWS if key not in ("deviation", "notebook", "notebook_leaky"))
KEPT = ("key", "name", "leaky", "spearman", "spearman_ci", "macro_f1", "macro_f1_ci", "accuracy", "ece", "frames")


def main():
    arguments = _arguments()
    sets = []
    for kind in arguments.kinds:
        for seed in SEEDS[kind]:
            found = table_of(arguments, kind, seed, FAST)
            for network in NETWORKS if seed == SEEDS[kind][0] else ():
                kept = arguments.work / f"network-{network}-{kind.replace(' ', '-')}-{seed}.json"
                if arguments.networks and not kept.exists():
                    kept.write_text(json.dumps(table_of(arguments, kind, seed, (network,)), indent=1) + "\n")
                if kept.exists():
                    found["rows"] += json.loads(kept.read_text())["rows"]
            sets.append({"kind": kind, "flags": " ".join(KINDS[kind]), "seed": seed, **found})
            print(
                kind, seed, *(f"{row['key']} {row['spearman']} {row['macro_f1']};" for row in found["rows"]), flush=True
            )
    command = "python -m benchmarks.harder FACEKIT WORK"
    RESULTS.write_text(json.dumps({**circumstances(command), "sets": sets}, indent=1) + "\n")


def table_of(arguments, kind, seed, rows):
    """The benchmark's rows, and what the model of movement gains over others, by paired draws of people."""
    interviews, store = prepared(arguments.facekit, arguments.work, kind, seed, faces=True)
    results = benchmark(
        interviews.interviews, store, BenchmarkConfig(rows=rows), frame_truth=FrameTruth.beside(interviews.path)
    ).as_dict()
    kept = [{name: row[name] for name in KEPT} for row in results["rows"]]
    return {"rows": kept, "differences": results["differences"], "own_mean": results["own_mean"]}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facekit", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS])
    parser.add_argument("--without-networks", dest="networks", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
