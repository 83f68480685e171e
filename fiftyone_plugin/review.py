"""Views that show where a run goes wrong, and three ways to look at them: as videos, as clips, as faces.

What is looked for is an expression on a prediction (`WRONG`, `confused(...)`); each way of looking applies it to the
labels that it shows: `as_videos` and `as_faces` to the run's frame labels, `as_clips` to its stretches of time, which
have the same attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import fiftyone as fo
from fiftyone import ViewField as F

from expressiveness.errors import VideoError
from expressiveness.stills import save_stills

from .fields import CATEGORY, FRAMES_WITHOUT_FACE, INTERVIEW_ID, RunFields

Samples: TypeAlias = fo.Dataset | fo.DatasetView

MISCLASSIFIED_FRAMES = "Misclassified frames"
MISCLASSIFIED_VIDEOS = "Misclassified videos"
MISTAKE_CLIPS = "Clips of mistakes"
CONFIDENT_MISTAKES = "Most confident mistakes"
UNCERTAIN_FRAMES = "Most uncertain frames"
WITHOUT_FACE = "Videos with frames without a face"

CONFIDENT = 0.8
"""The least probability of a confident prediction."""

UNCERTAIN = 0.1
"""The largest lead of the first category over the second, as probabilities, of an uncertain prediction."""

MOST_FACES = 120
"""Pictures are written for no more frames than these; each costs some tenths of a second of decoding."""

ANY = F("label").exists()
RIGHT = F("correct").is_in([True])
WRONG = F("correct").is_in([False])
CONFIDENTLY_WRONG = WRONG & (F("confidence") >= CONFIDENT)
IN_DOUBT = F("margin") <= UNCERTAIN


@dataclass(frozen=True, slots=True)
class Faces:
    """A view of single faces, which may be fewer than there are."""

    view: fo.DatasetView
    shown: int
    found: int


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What a view shows, and how it is made of some samples and a run's fields."""

    description: str
    make: Callable[[Samples, RunFields], fo.DatasetView]


def confused(truth: str, predicted: str) -> Any:
    """What is truly of one category and was taken for another (or for the same): one cell of the confusion matrix."""
    return (F("truth") == truth) & (F("label") == predicted)


def held_out(samples: Samples, run: str) -> fo.DatasetView:
    """The videos of the people that a run was not trained on, and has not been chosen by."""
    return samples.match(F(RunFields(run).split) == "test")


def as_videos(samples: Samples, run: str, what: Any) -> fo.DatasetView:
    """The videos with such predictions, each with only the frames that they are on."""
    return samples.match_frames(_on_frame(run, what))


def as_clips(samples: Samples, run: str, what: Any) -> fo.DatasetView:
    """One clip for each stretch of time with such predictions."""
    stretches = RunFields(run).stretches
    return samples.filter_labels(stretches, what).to_clips(stretches)


def as_faces(samples: Samples, run: str, what: Any, *, folder: Path, most: int = MOST_FACES) -> Faces:
    """Single faces with such predictions, the most probable first; pictures of their frames are written.

    Args:
        samples: a dataset or a view, whose frames may be filtered.
        run: whose predictions.
        what: an expression on a prediction.
        folder: for the pictures.
        most: at most so many faces.

    Raises:
        VideoError: none of the videos can be read.
    """
    dataset = samples._root_dataset
    found = samples.match_frames(_on_frame(run, what))
    frames, count = _most_probable(found, run, most)
    _write_pictures(dataset, frames, folder)
    faces = dataset.select_frames([str(frame["_id"]) for frame in frames]).to_frames(sample_frames=False)
    view = faces.to_patches(run).sort_by(f"{run}.confidence", reverse=True)
    return Faces(view, len(view), count)


def misclassified_as(samples: Samples, run: str, truth: str, predicted: str) -> fo.DatasetView:
    """The frames of one cell of the confusion matrix."""
    return as_videos(samples, run, confused(truth, predicted))


def videos_misclassified_as(samples: Samples, run: str, truth: str, predicted: str) -> fo.DatasetView:
    """The videos of one cell of the videos' confusion matrix."""
    video = RunFields(run).video
    return samples.match((F(f"{video}.truth") == truth) & (F(f"{video}.label") == predicted))


def changed(samples: Samples, before: str, after: str, *, fixed: bool) -> fo.DatasetView:
    """The frames that one run had wrong and the other has right, or, if not `fixed`, the other way round."""
    first, second = (WRONG, RIGHT) if fixed else (RIGHT, WRONG)
    return samples.match_frames(_on_frame(before, first) & _on_frame(after, second))


def videos_of_category(samples: Samples, category: str) -> fo.DatasetView:
    """The videos of one category."""
    return samples.match(F(f"{CATEGORY}.label") == category)


def review_view(samples: Samples, run: str, name: str) -> fo.DatasetView:
    """One of the views on a run's mistakes, `REVIEW_VIEWS`."""
    return REVIEW_VIEWS[name].make(samples, RunFields(run))


def save_review_views(samples: Samples, run: str) -> list[str]:
    """Save the views on a run's mistakes with the dataset, in place of those of an earlier run; return their names."""
    dataset = samples._root_dataset
    for name, view in REVIEW_VIEWS.items():
        description = f"{view.description} (run {run})"
        dataset.save_view(name, review_view(samples, run, name), description=description, overwrite=True)
    return list(REVIEW_VIEWS)


REVIEW_VIEWS = {
    MISCLASSIFIED_FRAMES: ReviewView(
        "Frames whose predicted category is not the true one, the worst videos first",
        lambda samples, run: as_videos(samples, run.run, WRONG).sort_by(run.accuracy),
    ),
    MISCLASSIFIED_VIDEOS: ReviewView(
        "Videos whose own category is predicted wrong, the worst first",
        lambda samples, run: samples.match(F(f"{run.video}.correct").is_in([False])).sort_by(run.accuracy),
    ),
    MISTAKE_CLIPS: ReviewView(
        "One clip for each stretch of time that is predicted wrong",
        lambda samples, run: as_clips(samples, run.run, WRONG),
    ),
    CONFIDENT_MISTAKES: ReviewView(
        f"Frames that are wrong at a probability of {CONFIDENT:.0%} or more",
        lambda samples, run: as_videos(samples, run.run, CONFIDENTLY_WRONG),
    ),
    UNCERTAIN_FRAMES: ReviewView(
        f"Frames whose first two categories are within {UNCERTAIN:.0%}",
        lambda samples, run: as_videos(samples, run.run, IN_DOUBT),
    ),
    WITHOUT_FACE: ReviewView(
        "Videos in which some frames show no face",
        lambda samples, run: samples.match(F(FRAMES_WITHOUT_FACE) > 0).sort_by(FRAMES_WITHOUT_FACE, reverse=True),
    ),
}


def _on_frame(run: str, what: Any) -> Any:
    """Whether a frame holds such a prediction."""
    return F(f"{run}.detections").filter(what).length() > 0


def _most_probable(frames: fo.DatasetView, run: str, most: int) -> tuple[list[dict[str, Any]], int]:
    """Of a view's frames, those with the most probable predictions, and how many there are; MongoDB chooses."""
    # Frame 1 never gets a picture: the App takes one there as a sign that every frame of the video has one.
    probable = [
        {"$match": {"frame_number": {"$gt": 1}}},
        {"$project": {"_sample_id": 1, "frame_number": 1, "confidence": {"$first": f"${run}.detections.confidence"}}},
        {"$facet": {"chosen": [{"$sort": {"confidence": -1, "_id": 1}}, {"$limit": most}], "all": [{"$count": "n"}]}},
    ]
    [found] = frames._aggregate(frames_only=True, post_pipeline=probable)
    return found["chosen"], sum(row["n"] for row in found["all"])


def _write_pictures(dataset: fo.Dataset, frames: list[dict[str, Any]], folder: Path) -> None:
    """Write the pictures of some frames, and note where they are; several videos are read at a time."""
    numbers: dict[str, list[int]] = {}
    for frame in frames:
        numbers.setdefault(str(frame["_sample_id"]), []).append(frame["frame_number"])
    rows = zip(*dataset.select(list(numbers)).values(["id", "filepath", INTERVIEW_ID]), strict=True)

    def write(row: tuple[str, str, str]) -> tuple[str, dict[int, str]]:
        sample, video, interview = row
        try:
            files = save_stills(Path(video), numbers[sample], folder / interview)
        except VideoError:
            files = {}
        return sample, {number: str(file) for number, file in files.items()}

    with ThreadPoolExecutor() as pool:
        written = {sample: files for sample, files in pool.map(write, rows) if files}
    if frames and not written:
        raise VideoError("none of the videos can be read; see that they are where they were when they were imported")
    dataset.add_frame_field("filepath", fo.StringField, description="A picture of the frame, where one was needed")
    dataset.set_values("frames.filepath", written, key_field="id")
