"""The benchmark's table on easy and hard rendered sets, kept as data.

    python -m benchmarks.harder FACEKIT WORK

FACEKIT is the folder of the renderer (`make_interviews.py`), WORK one for rendered sets, their faces and movement, and
the networks' tables; what is there already is not made again. The network, with all its epochs, is judged on the first
seed of each kind. `--without-networks` leaves out what is not in WORK yet,
and `--sets "all hardships:32"` chooses sets.
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

EVERY = [(kind, seed) for kind, seeds in SEEDS.items() for seed in seeds]
RESULTS = FOLDER / "harder.json"
NETWORKS = ("deviation",)
FAST = tuple(key for key in ROWS if key not in ("deviation", "notebook", "notebook_leaky"))
KEPT = ("key", "name", "leaky", "spearman", "spearman_ci", "macro_f1", "macro_f1_ci", "accuracy", "ece", "frames")


def main():
    arguments = _arguments()
    sets = []
    for kind, seed in arguments.sets or EVERY:
        found = kept(arguments, kind, seed, FAST)
        for network in NETWORKS:
            if (arguments.networks and seed == SEEDS[kind][0]) or table_file(
                arguments, kind, seed, (network,)
            ).exists():
                found["rows"] += kept(arguments, kind, seed, (network,))["rows"]
        sets.append({"kind": kind, "flags": " ".join(KINDS[kind]), "seed": seed, **found})
        print(kind, seed, {row["key"]: (row["spearman"], row["macro_f1"]) for row in found["rows"]}, flush=True)
    command = "python -m benchmarks.harder FACEKIT WORK"
    RESULTS.write_text(json.dumps({**circumstances(command), "sets": sets}, indent=1) + "\n")


def kept(arguments, kind, seed, rows):
    """The table of some rows on a set, made if it is not in WORK yet."""
    file = table_file(arguments, kind, seed, rows)
    if not file.exists():
        file.write_text(json.dumps(table_of(arguments, kind, seed, rows), indent=1) + "\n")
    return json.loads(file.read_text())


def table_file(arguments, kind, seed, rows):
    """Where a table is kept."""
    what = rows[0] if rows[0] in NETWORKS else "fast"
    return arguments.work / f"table-{what}-{kind.replace(' ', '-')}-{seed}.json"


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
    parser.add_argument("--sets", nargs="+", type=_set, metavar="KIND:SEED", help="all if not given")
    parser.add_argument("--without-networks", dest="networks", action="store_false")
    return parser.parse_args()


def _set(text):
    kind, seed = text.split(":")
    return kind, int(seed)


if __name__ == "__main__":
    main()
