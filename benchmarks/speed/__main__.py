"""Measure every row, or some, and keep the figures as data.

    python -m benchmarks.speed CLIP [ROW ...]

CLIP is a real video of one face. Rows that are not named keep the figures of an earlier run. Each row has a process of
its own, one after another; the database is FiftyOne's, under a name of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.circumstances import RESULTS, circumstances
from benchmarks.speed.rows import measure

ROWS = (
    "extraction", "extraction_cpu", "sparse", "labels", "prediction", "epoch", "epoch_large", "importing", "memory",
    "help",
)  # fmt: skip
FILE = RESULTS / "speed.json"


def main():
    arguments = _arguments()
    os.environ |= {
        "FIFTYONE_DATABASE_NAME": "expressiveness-benchmarks",
        "FIFTYONE_DATABASE_VALIDATION": "false",
        "FIFTYONE_DO_NOT_TRACK": "true",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    figures = json.loads(FILE.read_text())["rows"] if FILE.exists() else {}
    for name in arguments.rows or ROWS:
        with _process() as process:
            row = process.submit(measure, name, arguments.clip).result()
        print(
            f"{name}: {row['ratio']} ({row['spread'][0]} to {row['spread'][1]}), to reach {row['target']}", flush=True
        )
        figures[name] = {**row, **circumstances(f"python -m benchmarks.speed CLIP {name}")}
    FILE.write_text(json.dumps({"rows": {name: figures[name] for name in ROWS if name in figures}}, indent=1) + "\n")


def _process():
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
