"""Train, evaluate and predict with the network on a GPU and on the CPU beside it, and keep both with the card's name.

    python -m benchmarks.gpu [--people N] [--epochs N]

The faces are drawn: how far they move follows their clip's score, with noise, so that a model can learn it but not be
always right. Each device has a process of its own. Without a GPU, only the CPU is measured. At its defaults it takes
some five minutes on two cores, and less with more.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.circumstances import RESULTS, circumstances
from expressiveness.data import TARGETS, Interview
from expressiveness.evaluation import evaluate
from expressiveness.faces import FaceStore
from expressiveness.models import TrainingConfig, predict_interviews, train
from tests.face_tables import lively_faces

CLIPS, FACES = 4, 60
"""Of each person, and of each clip."""
LIKE_EACH_OTHER = 0.1
"""How much the two accuracies may differ: other roundings lead to another model, and few people are tested."""


def main():
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for device, visible in (("GPU", None), ("CPU", "-1")):
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
                found[device] = process.submit(measure, Path(folder) / device, arguments, visible).result()
                print(device, found[device] or "none found", flush=True)
    if found["GPU"]:
        gap = abs(found["GPU"]["accuracy"] - found["CPU"]["accuracy"])
        found |= {"accuracy_differs_by": gap, "alike": gap <= LIKE_EACH_OTHER}
    about = circumstances(f"python -m benchmarks.gpu --people {arguments.people} --epochs {arguments.epochs}")
    (RESULTS / "gpu.json").write_text(json.dumps({**about, **found}, indent=1) + "\n")


def measure(folder, arguments, visible):
    """Train on one device; None if it is a GPU that is not there.

    Args:
        folder: empty, for the faces.
        arguments: of the command line.
        visible: value of CUDA_VISIBLE_DEVICES: "-1" hides the GPUs, None leaves them.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if visible:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible
    card = card_found()
    if not (visible or card):
        return None
    interviews, store = drawn(folder, arguments.people)
    started = time.monotonic()
    model = train(interviews, store, TrainingConfig(model="notebook_cnn", options={"epochs": arguments.epochs}))
    trained = time.monotonic()
    held_out = [one for one in interviews if one.id in model.split.test]
    figures = evaluate(model, held_out, store).as_dict()["video"]
    judging = time.monotonic()
    for outcome in predict_interviews(model, interviews, store):
        assert outcome.value is not None, outcome.error
    return {
        "device": card or "CPU",
        "epochs": len(model.history["loss"]),
        "losses_are_finite": all(map(math.isfinite, model.history["loss"] + model.history["val_loss"])),
        "train_seconds": round(trained - started, 1),
        "predict_seconds": round(time.monotonic() - judging, 2),
        "faces": len(interviews) * FACES,
        "accuracy": round(figures["accuracy"], 3),
        "spearman": round(figures["spearman"], 3),
        "gpu_megabytes": round(gpu_bytes() / 2**20) if card else None,
    }


def card_found():
    """The name of the first GPU that TensorFlow can use, or None."""
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(cards[0]).get("device_name", "GPU") if cards else None


def gpu_bytes():
    """The most memory of the first GPU that was in use."""
    import tensorflow as tf

    return tf.config.experimental.get_memory_info("GPU:0")["peak"]


def drawn(folder, people):
    """So many people's interviews, and a store with their faces."""
    random, store, interviews = np.random.default_rng(0), FaceStore(folder / "faces"), []
    store.write_config()
    for number in range(people * CLIPS):
        score = random.normal()
        video = folder / f"{number}.mp4"
        video.write_bytes(str(number).encode())
        interviews.append(Interview(f"{number:04}", video, str(number // CLIPS), dict.fromkeys(TARGETS, score)))
        strength = 15 * math.exp(score + random.normal(0, 0.3))
        store.save(interviews[-1], lively_faces(strength, random, frames=FACES))
    return interviews, store


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
