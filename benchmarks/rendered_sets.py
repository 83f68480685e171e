"""Sets of interviews that FaceKit renders, easy and hard, with their movement and, where wanted, their faces."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace

from expressiveness.data import read_interviews
from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.movement import MovementStore, extract_movements

PEOPLE, CLIPS = 40, 4
HELD = ("--gesture-seconds", "7")
HEAD = ("--independent-head",)
NOISE = 0.5
NOISY = ("--label-noise", str(NOISE))
KINDS = {
    "as they come": (),
    "held poses": HELD,
    "independent head": HEAD,
    "label noise": NOISY,
    "all hardships": (*HELD, *HEAD, *NOISY),
}
FOLDERS = {
    "as they come": "default",
    "held poses": "held",
    "independent head": "head",
    "label noise": "default",
    "all hardships": "hard",
}
SEEDS = {
    "as they come": (1, 12, 13),
    "held poses": (22, 23, 24),
    "independent head": (42, 43, 44),
    "label noise": (1, 12, 13),
    "all hardships": (32, 33, 34),
}


def prepared(facekit, work, kind, seed, *, faces=False):
    """Render a set, and read its movement and, if asked, its faces; what is there already is not made again.

    Args:
        facekit: the folder of the renderer.
        work: where sets are kept.
        kind: of `KINDS`.
        seed: of the renderer.
        faces: whether to store faces, too, which only networks and pixels need.

    Returns:
        The interviews, and the store of their faces and movement.
    """
    if kind == "label noise":  # it changes no picture
        interviews, store = prepared(facekit, work, "as they come", seed, faces=faces)
        noisy = noisy_interviews(facekit, interviews.interviews, seed)
        return replace(interviews, interviews=tuple(noisy)), store
    folder = work / f"{FOLDERS[kind]}{seed}"
    if not (folder / "interviews" / "metadata.jsonl").exists():
        size = ["--participants", str(PEOPLE), "--clips-per-participant", str(CLIPS), "--seed", str(seed)]
        script = [sys.executable, str(facekit / "make_interviews.py"), str(folder / "interviews"), *size, *KINDS[kind]]
        subprocess.run([*script, "--workers", str(os.cpu_count())], check=True)
    interviews = read_interviews(folder / "interviews")
    store = FaceStore(folder / "faces")
    if faces:
        extract_interviews(interviews.interviews, store)
    extract_movements(interviews.interviews, MovementStore.beside(store))
    return interviews, store


def noisy_interviews(facekit, interviews, seed):
    """The same interviews with the scores that `--label-noise` gives: it changes no picture, so none is rendered."""
    spec = importlib.util.spec_from_file_location("make_interviews", facekit / "make_interviews.py")
    renderer = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = renderer
    spec.loader.exec_module(renderer)
    settings = renderer.Settings(PEOPLE, CLIPS, 4.0, 15.0, 320, 240, seed, NOISE)
    scores = {clip.clip_id: clip.targets["facial_expression"] for clip in renderer.plan_clips(settings)}
    return [replace(one, scores={**one.scores, "facial_expression": scores[one.id]}) for one in interviews]
