"""Extract and predict in a loop, and see what the process holds on to: memory, threads, file handles, worker processes.

    nice -n 19 python -m benchmarks.soak --minutes 60

One round extracts some rendered interviews into a new store, predicts them from it, and predicts some videos without
a store. After each round everything but caches should have been given back. The first rounds fill those, so the figures
compare the second quarter of the time with the last.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from benchmarks.circumstances import RESULTS, circumstances
from expressiveness._io import check_output_file
from expressiveness.data import read_interviews
from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.models import TrainingConfig, predict_interviews, predict_videos, train
from expressiveness.samples import render_sample_interviews

MEASURES = ("resident_mb", "threads", "handles", "children")


def soak(folder, minutes):
    """Run rounds for some minutes.

    Returns:
        What the process held after each round, and how many videos it got through.
    """
    interviews = read_interviews(
        render_sample_interviews(folder / "set", participants=6, clips_per_participant=2, seconds=1.0)
    ).interviews
    first = FaceStore(folder / "first")
    extract_interviews(interviews, first)
    model = train(interviews, first, TrainingConfig(model="notebook_cnn", options={"epochs": 1}))
    begin, rounds, videos = time.monotonic(), [], 0
    while (elapsed := (time.monotonic() - begin) / 60) < minutes:
        store = FaceStore(folder / "round")
        report = extract_interviews(interviews[:4], store, workers=2)
        assert report.succeeded == 4, report.failures
        outcomes = [
            *predict_interviews(model, interviews[:4], store),
            *predict_videos(model, [interview.video for interview in interviews[4:6]], workers=2),
        ]
        assert all(outcome.value and outcome.value.category for outcome in outcomes)
        videos += len(outcomes)
        shutil.rmtree(store.root)
        rounds.append({"minute": round(elapsed, 2), **held()})
    return rounds, videos


def held():
    """What this process holds now."""
    process = psutil.Process()
    figures = (process.memory_info().rss / 2**20, process.num_threads(), process.num_fds(), len(process.children()))
    return dict(zip(MEASURES, (round(figure, 1) for figure in figures), strict=True))


def compared(rounds):
    """The median of each measure in the second quarter of the rounds, in the last, and the most there was."""
    quarter = len(rounds) // 4
    return {
        name: {
            "second_quarter": median(round[name] for round in rounds[quarter : 2 * quarter]),
            "last_quarter": median(round[name] for round in rounds[-quarter:]),
            "most": max(round[name] for round in rounds),
        }
        for name in MEASURES
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--json", type=Path, default=RESULTS / "soak.json")
    options = parser.parse_args()
    check_output_file(options.json, overwrite=options.json.parent == RESULTS)
    with tempfile.TemporaryDirectory() as folder:
        rounds, videos = soak(Path(folder), options.minutes)
    result = {
        **circumstances(f"python -m benchmarks.soak --minutes {options.minutes:g}"),
        "minutes": round(rounds[-1]["minute"], 1),
        "rounds": len(rounds),
        "videos_predicted": videos,
        "compared": compared(rounds),
        "by_round": rounds,
    }
    options.json.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result["compared"], indent=2))


if __name__ == "__main__":
    main()
