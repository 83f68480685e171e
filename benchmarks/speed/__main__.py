"""Measure every row, or some, and keep the figures as data.

    python -m benchmarks.speed CLIP [ROW ...]

CLIP is a real video of one face. Rows that are not named keep the figures of an earlier run. Each row has a process of
its own, one after another, and the database is one of their own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.circumstances import RESULTS, circumstances
from benchmarks.speed.database import own_database
from benchmarks.speed.rows import measure

ROWS = (
    "extraction", "extraction_core", "extraction_cpu", "one_pass", "sparse", "labels", "prediction", "epoch",
    "importing", "memory", "training_memory", "help",
)  # fmt: skip
FILE = RESULTS / "speed.json"


def main():
    arguments = _arguments()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    figures = json.loads(FILE.read_text())["rows"] if FILE.exists() else {}
    with own_database():
        for name in arguments.rows or ROWS:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
                row = process.submit(measure, name, arguments.clip).result()
            low, high = row["spread"]
            print(f"{name}: {row['ratio']} ({low} to {high}), to reach {row['target']}", flush=True)
            figures[name] = {**row, **circumstances(f"python -m benchmarks.speed CLIP {name}")}
            known = {name: figures[name] for name in ROWS if name in figures}
            FILE.write_text(json.dumps({"rows": known}, indent=1) + "\n")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
