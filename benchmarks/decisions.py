"""Measure how soon decisions made by key are stored, and that none is lost, with 100,000 frame labels.

    python -m benchmarks.decisions

A reviewer decides 1,000 frames at five a second; halfway the App's server is killed and started again. Decisions go the
way that the browser sends them (`tests/deciding.py`), to a server and a MongoDB of the benchmark's own.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import review_dataset
from benchmarks.circumstances import RESULTS, circumstances
from benchmarks.review import busyness
from tests.deciding import decide_steadily, served_app
from tests.services import start_mongod, stop

VIDEOS, REVIEWED = 200, 20  # of 500 frames each; how many of them are decided on
COUNT, EVERY = 1000, 0.2  # decisions, seconds between two
LIMIT = 1.0  # seconds
ROOT = Path(__file__).resolve().parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT, help="decisions")
    parser.add_argument("--videos", type=int, default=VIDEOS, help="of 500 frame labels each")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "plugins").mkdir()
        (home / "plugins" / "interviews").symlink_to(ROOT, target_is_directory=True)
        (home / "database").mkdir()
        process, uri = start_mongod(home / "database")
        os.environ |= {
            "FIFTYONE_DATABASE_URI": uri,
            "FIFTYONE_DATABASE_VALIDATION": "false",
            "FIFTYONE_DO_NOT_TRACK": "true",
            "FIFTYONE_PLUGINS_DIR": str(home / "plugins"),
        }
        try:
            figures = measured(home, arguments.count, arguments.videos)
        finally:
            stop(process)
    print(json.dumps(figures, indent=1))
    shared = {"load": round(os.getloadavg()[0], 1), "seconds_for_one_of_computing": busyness()}
    result = {**circumstances("python -m benchmarks.decisions"), **shared, **figures}
    (RESULTS / "decisions.json").write_text(json.dumps(result, indent=1) + "\n")


def measured(home, count, videos):
    """Decide, and compare what is stored with what was decided."""
    from expressiveness.data import CATEGORIES
    from fiftyone_plugin.review import decided_in

    review_dataset.VIDEOS = videos
    dataset = review_dataset.made(home)
    samples = dataset.values("id")[:REVIEWED]
    made = [
        (samples[number % REVIEWED], 1 + review_dataset.EVERY * (number // REVIEWED), CATEGORIES[number % 3])
        for number in range(count)
    ]
    decisions = [
        {"sample": sample, "frames": [frame], "decision": "category", "category": category}
        for sample, frame, category in made
    ]
    with served_app() as server:
        outbox = decide_steadily(server, dataset.name, decisions, every=EVERY, kill_after=count // 2)
    dataset.reload()
    stored = decided_in(dataset.select(samples))
    kept = sum(stored[sample]["frames"].get(str(frame), {}).get("category") == said for sample, frame, said in made)
    before = np.array(outbox.seconds[: count // 2])
    return {
        "frame_labels": dataset.count(f"frames.{review_dataset.RUN}.detections"),
        "decisions": count,
        "seconds_between_two": EVERY,
        "lost": count - kept,
        "refused": len(outbox.refused),
        "seconds_until_stored": {
            "before the server is killed": of(before),
            "all, with the kill and the start": of(np.array(outbox.seconds)),
        },
        "limit": LIMIT,
        "reached": bool(kept == count and np.quantile(before, 0.95) <= LIMIT),
    }


def of(seconds):
    names = {"median": 0.5, "95 of 100": 0.95, "most": 1.0}
    return {name: round(float(np.quantile(seconds, share)), 2) for name, share in names.items()}


if __name__ == "__main__":
    main()
