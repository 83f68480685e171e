"""Where the time goes: the functions that take the most of their own in extraction, in probing and in prediction.

    python -m benchmarks.profiles CLIP

CLIP is a real video of one face. Each step is done once before, so that nothing is loaded while it is watched.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import tempfile
from pathlib import Path

from benchmarks.circumstances import RESULTS, circumstances
from benchmarks.speed.clips import interview_clip, interviews_of
from benchmarks.speed.faces import stored_faces
from expressiveness.faces import FaceDetector, extract_faces
from expressiveness.models import predict_interviews
from expressiveness.video.probing import probe
from tests.random_model import random_model

FUNCTIONS = 10
"""Kept of each step."""
VIDEOS, FACES = 20, 156


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    with tempfile.TemporaryDirectory() as folder, FaceDetector("auto") as detector:
        video = interview_clip(parser.parse_args().clip, Path(folder) / "clip.mp4", seconds=26)
        interviews = interviews_of(video, Path(folder) / "all", VIDEOS)
        store, model = stored_faces(interviews, Path(folder) / "faces", FACES), random_model("deviation")
        steps = {
            "faces of a video of 26 s": lambda: extract_faces(video, detector=detector),
            f"probing {VIDEOS} videos": lambda: [probe(interview.video) for interview in interviews],
            f"predicting {VIDEOS * FACES} faces": lambda: list(predict_interviews(model, interviews, store)),
        }
        profiles = {name: profile(step) for name, step in steps.items()}
    result = {**circumstances("python -m benchmarks.profiles CLIP"), "steps": profiles}
    (RESULTS / "profiles.json").write_text(json.dumps(result, indent=1) + "\n")


def profile(step):
    """What a step takes in seconds, and its functions by the time that they take of their own, the calls left out."""
    step()
    watch = cProfile.Profile()
    watch.runcall(step)
    stats = pstats.Stats(watch)
    functions = sorted(stats.stats.items(), key=lambda item: item[1][2], reverse=True)[:FUNCTIONS]
    return {
        "seconds": round(stats.total_tt, 3),
        "functions": [
            {"name": _name(*where), "calls": calls, "share": round(own / stats.total_tt, 3)}
            for where, (_, calls, own, *_) in functions
        ],
    }


def _name(file, line, function):
    """A function's name with its file's, or alone where it is not of Python."""
    return function if file == "~" else f"{Path(file).name}:{line} {function}"


if __name__ == "__main__":
    main()
