"""Runs whose every prediction is made up, so that a test knows what a review of them must show; nothing is trained."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import fiftyone as fo
import numpy as np

from expressiveness.data import CATEGORIES, RESERVED, Thresholds
from expressiveness.models import FramePredictions
from fiftyone_plugin import fields
from fiftyone_plugin.dataset import register_run
from fiftyone_plugin.labels import write_predictions
from fiftyone_plugin.truth import Truth

SURE, HARDLY_SURE = 0.9, 0.4
"""Probabilities of a prediction that counts as confident, and of one that counts as uncertain."""

Guess = Callable[[int, int, int], tuple[int, float]]
"""From the positions of a video and a frame, and the true category's index: the predicted index, its probability."""

BOX = (0.3, 0.2, 0.4, 0.5)


def probabilities(index: int, probability: float) -> list[float]:
    """The probabilities of a prediction; what it leaves, the other categories share."""
    shared = [(1 - probability) / 2] * len(CATEGORIES)
    return [probability if position == index else share for position, share in enumerate(shared)]


def first_guess(video: int, frame: int, truth: int) -> tuple[int, float]:
    """Right in the first video, and wrong throughout in the fourth; else wrong on the second and third frame.

    Surely so on the second, hardly so on the third.
    """
    if video == 3:
        return CATEGORIES.index(RESERVED), SURE
    if video > 0 and frame in (1, 2):
        return (truth + 1) % 3, SURE if frame == 1 else HARDLY_SURE
    return truth, 0.6


def second_guess(video: int, frame: int, truth: int) -> tuple[int, float]:
    """Wrong on the first frame of each video, right on the others."""
    return ((truth + 1) % 3, SURE) if frame == 0 else (truth, SURE)


def predictions(
    frames: Iterable[int], guesses: Iterable[tuple[int, float]], boxes: Sequence[Sequence[float]] | None = None
) -> FramePredictions:
    """One video's predictions: a frame number, a guess and a box for each judged frame."""
    numbers = np.array(list(frames), dtype=np.int32)
    rows = np.array([probabilities(*guess) for guess in guesses], dtype=np.float32).reshape(-1, len(CATEGORIES))
    mean = rows.mean(axis=0) if len(rows) else None
    return FramePredictions(
        frame_number=numbers,
        seconds=(numbers - 1) / 10,
        box=np.array(boxes or [BOX] * len(numbers), dtype=np.float32).reshape(-1, 4),
        probabilities=rows,
        frames_without_face=0,
        category=None if mean is None else CATEGORIES[int(mean.argmax())],
        score=None if mean is None else float(mean @ (-0.9, 0.0, 0.9)),
        confidence=None if mean is None else float(mean.max()),
    )


def add_run(
    dataset: fo.Dataset,
    run: str,
    frames: dict[str, list[int]],
    guess: Guess,
    held_out: Iterable[str],
    boxes: dict[str, list[list[float]]] | None = None,
    *,
    offsets: Sequence[float] | None = None,
) -> None:
    """Write a run's predictions, training curves and figures.

    Args:
        dataset: of interviews.
        run: its name.
        frames: the judged frame numbers, by sample id.
        guess: what the run says.
        held_out: the ids of the samples whose people it was not trained on.
        boxes: of the judged frames, by sample id; `BOX` if None.
        offsets: how far the score of each frame lies from its video's, of a model that knows that.
    """
    truth = dict(zip(*dataset.values(["id", "category.label"]), strict=True))
    made_up = {
        sample: predictions(
            numbers,
            [guess(video, frame, CATEGORIES.index(truth[sample])) for frame in range(len(numbers))],
            boxes and boxes[sample],
        ).saying(offsets=None if offsets is None else np.array(offsets[: len(numbers)], dtype=np.float32))
        for video, (sample, numbers) in enumerate(frames.items())
    }
    run_fields = fields.declare_run_fields(dataset, run)
    write_predictions(dataset, run_fields, made_up, {sample: Truth(truth[sample]) for sample in made_up})
    sets = {sample: "test" if sample in set(held_out) else "train" for sample in dataset.values("id")}
    dataset.set_values(run_fields.split, sets, key_field="id")
    figures = {"accuracy": 0.5, "macro_f1": 0.4, "spearman": 0.6, "majority_accuracy": 0.5}
    intervals = {f"{name}_ci": [value - 0.1, value + 0.1] for name, value in figures.items()}
    history = {"accuracy": [0.4, 0.6], "val_accuracy": [0.4, 0.5], "loss": [1.1, 0.9], "val_loss": [1.1, 1.0]}
    verdict = "Not shown to be better than always answering Reserved (50 % against 50 %, 3 people)."
    evaluation = {"participants": 3, "verdict": verdict, "video": {"n": 3, **figures, **intervals}, "frames": None}
    config = {"model": "notebook_cnn", "target": "facial_expression"}
    interviews = dict(zip(*dataset.values(["id", fields.INTERVIEW_ID]), strict=True))
    split = {name: [interviews[id] for id in sets if sets[id] == name] for name in ("train", "validation", "test")}
    record = {
        "config": config,
        "thresholds": asdict(Thresholds()),
        "split": split,
        "history": history,
        "evaluation": evaluation,
    }
    register_run(dataset, run, record, Path("no folder"))
