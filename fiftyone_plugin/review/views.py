"""Views that show where a run goes wrong, and three ways to look at them: as videos, as clips, as faces.

What is looked for is a `Search`, such as `wrong(run)`; `as_videos`, `as_clips` and `as_faces` show what it finds.
Frames are in a collection of their own, which is slow to join with its videos: a million take MongoDB many seconds, for
every page and every count of the App. So a search first picks the videos by the stretches of time that are kept with
them, and of many videos only the worst are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import fiftyone as fo
from fiftyone import ViewField as F

from expressiveness._io import file_stem
from expressiveness.errors import OutputError, VideoError
from expressiveness.video import save_stills

from ..curation import writing_frames
from ..fields import CONFIDENT, FRAMES_WITHOUT_FACE, INTERVIEW_ID, UNCERTAIN, RunFields

Samples: TypeAlias = fo.Dataset | fo.DatasetView

MISCLASSIFIED_FRAMES = "Misclassified frames"
MISCLASSIFIED_VIDEOS = "Misclassified videos"
MISTAKE_CLIPS = "Clips of mistakes"
CONFIDENT_MISTAKES = "Most confident mistakes"
UNCERTAIN_FRAMES = "Most uncertain frames"
WITHOUT_FACE = "Videos with frames without a face"

MOST_VIDEOS = 100
"""Of more videos, only these, the worst, are shown with their frames."""

MOST_FACES = 120
"""Pictures are written for no more frames than these; each costs some tenths of a second of decoding."""

RIGHT, WRONG = F("correct").is_in([True]), F("correct").is_in([False])
"""Of a prediction, and of a stretch of them."""


@dataclass(frozen=True, slots=True)
class Search:
    """Predictions that are looked for."""

    run: str
    frame: Any  # whether a frame holds one, as an expression
    stretch: Any  # whether a stretch of time does, or may
    exact: bool = True  # whether it does for sure


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


def wrong(run: str) -> Search:
    """Predictions that are wrong."""
    return Search(run, _on_frame(run, WRONG), WRONG)


def confidently_wrong(run: str) -> Search:
    """Predictions that are wrong at a high probability."""
    return Search(run, _on_frame(run, WRONG & (F("confidence") >= CONFIDENT)), WRONG & (F("confident") > 0))


def uncertain(run: str) -> Search:
    """Predictions whose first category is hardly ahead of the second."""
    return Search(run, _on_frame(run, F("margin") <= UNCERTAIN), F("uncertain") > 0)


def confused(run: str, truth: str, predicted: str) -> Search:
    """What is truly of one category and was taken for another (or for the same): one cell of the confusion matrix."""
    cell = (F("truth") == truth) & (F("label") == predicted)
    return Search(run, _on_frame(run, cell), cell)


def changed(before: str, after: str, *, fixed: bool) -> Search:
    """What one run had wrong and the other has right, or, if not `fixed`, the other way round."""
    first, second = (WRONG, RIGHT) if fixed else (RIGHT, WRONG)
    return Search(after, _on_frame(before, first) & _on_frame(after, second), second, exact=False)


def held_out(samples: Samples, run: str) -> fo.DatasetView:
    """The videos of the people that a run was not trained on, and has not been chosen by."""
    return samples.match(F(RunFields(run).split) == "test")


def videos_with(samples: Samples, search: Search) -> fo.DatasetView:
    """The videos with such predictions, whole."""
    return samples.match(F(f"{RunFields(search.run).stretches}.detections").filter(search.stretch).length() > 0)


def as_videos(samples: Samples, search: Search, *, most: int = MOST_VIDEOS) -> fo.DatasetView:
    """The videos with such predictions, the worst first, each with only the frames that they are on.

    Args:
        samples: a dataset or a view of its videos.
        search: what to look for.
        most: at most so many videos; all of them for `changed`, since stretches do not tell which they are.
    """
    videos = _worst_first(samples, search)
    if not search.exact:
        return videos.match_frames(search.frame)
    # None is empty, as is known already; to look for such, even the first page would need the frames of all videos.
    return videos.limit(most).match_frames(search.frame, omit_empty=False)


def as_clips(samples: Samples, search: Search, *, most: int = MOST_VIDEOS) -> fo.DatasetView:
    """One clip for each stretch of time with such predictions, in the worst videos; not for `changed` (`as_videos`)."""
    stretches = RunFields(search.run).stretches
    return _worst_first(samples, search).limit(most).filter_labels(stretches, search.stretch).to_clips(stretches)


def as_faces(samples: Samples, search: Search, *, folder: Path, most: int = MOST_FACES) -> Faces:
    """Single faces with such predictions, the most probable first; pictures of their frames are written.

    Args:
        samples: a dataset or a view of its videos.
        search: what to look for.
        folder: for the pictures.
        most: at most so many faces.

    Raises:
        VideoError: none of the videos can be read.
    """
    dataset, run = samples._root_dataset, search.run
    frames, found = _most_probable(samples, search, most)
    _write_pictures(dataset, frames, folder)
    pictured = dataset.select_frames([str(frame["_id"]) for frame in frames]).to_frames(sample_frames=False)
    view = pictured.to_patches(run).sort_by(f"{run}.confidence", reverse=True)
    return Faces(view, len(view), found)


def videos_misclassified_as(samples: Samples, run: str, truth: str, predicted: str) -> fo.DatasetView:
    """The videos of one cell of the videos' confusion matrix."""
    video = RunFields(run).video
    return samples.match((F(f"{video}.truth") == truth) & (F(f"{video}.label") == predicted))


def review_view(samples: Samples, run: str, name: str) -> fo.DatasetView:
    """One of the views on a run's mistakes, `REVIEW_VIEWS`."""
    return REVIEW_VIEWS[name].make(samples, RunFields(run))


def save_review_views(samples: Samples, run: str) -> list[str]:
    """Save the views on a run's mistakes with the dataset, in place of those of an earlier run; return their names.

    Raises:
        OutputError: somebody else has saved a view of such a name.
    """
    dataset = samples._root_dataset
    for name in set(REVIEW_VIEWS) & set(dataset.list_saved_views()):
        if not (dataset.get_saved_view_info(name)["description"] or "").startswith(REVIEW_VIEWS[name].description):
            raise OutputError(f"the saved view {name!r} was not made by this program; rename it, and do the same again")
    for name, view in REVIEW_VIEWS.items():
        description = f"{view.description} (run {run})"
        dataset.save_view(name, review_view(samples, run, name), description=description, overwrite=True)
    return list(REVIEW_VIEWS)


REVIEW_VIEWS = {
    MISCLASSIFIED_FRAMES: ReviewView(
        f"Frames whose predicted category is not the true one, in the {MOST_VIDEOS} worst videos",
        lambda samples, run: as_videos(samples, wrong(run.run)),
    ),
    MISCLASSIFIED_VIDEOS: ReviewView(
        "Videos whose own category is predicted wrong, the worst first",
        lambda samples, run: samples.match(F(f"{run.video}.correct").is_in([False])).sort_by(run.accuracy),
    ),
    MISTAKE_CLIPS: ReviewView(
        f"One clip for each stretch of time that is predicted wrong, in the {MOST_VIDEOS} worst videos",
        lambda samples, run: as_clips(samples, wrong(run.run)),
    ),
    CONFIDENT_MISTAKES: ReviewView(
        f"Frames that are wrong at a probability of {CONFIDENT:.0%} or more, in the {MOST_VIDEOS} worst videos",
        lambda samples, run: as_videos(samples, confidently_wrong(run.run)),
    ),
    UNCERTAIN_FRAMES: ReviewView(
        f"Frames whose first two categories are within {UNCERTAIN:.0%}, in the {MOST_VIDEOS} worst videos",
        lambda samples, run: as_videos(samples, uncertain(run.run)),
    ),
    WITHOUT_FACE: ReviewView(
        "Videos in which some frames show no face",
        lambda samples, run: samples.match(F(FRAMES_WITHOUT_FACE) > 0).sort_by(FRAMES_WITHOUT_FACE, reverse=True),
    ),
}


def _worst_first(samples: Samples, search: Search) -> fo.DatasetView:
    """The videos with such predictions, by the share of their frames that is right."""
    return videos_with(samples, search).sort_by(RunFields(search.run).accuracy)


def _on_frame(run: str, what: Any) -> Any:
    """Whether a frame holds such a prediction of a run."""
    return F(f"{run}.detections").filter(what).length() > 0


def _most_probable(samples: Samples, search: Search, most: int) -> tuple[list[dict[str, Any]], int]:
    """The frames with the most probable of such predictions, and how many there are; MongoDB chooses."""
    chosen = {"_sample_id": 1, "frame_number": 1, "confidence": {"$first": f"${search.run}.detections.confidence"}}
    pipeline = [
        # Frame 1 never gets a picture: the App takes one there as a sign that every frame of the video has one.
        {"$match": {"_sample_id": {"$in": videos_with(samples, search).values("_id")}, "frame_number": {"$gt": 1}}},
        {"$match": {"$expr": search.frame.to_mongo()}},
        {"$project": chosen},
        {"$facet": {"chosen": [{"$sort": {"confidence": -1, "_id": 1}}, {"$limit": most}], "all": [{"$count": "n"}]}},
    ]
    [found] = samples._root_dataset._frame_collection.aggregate(pipeline)
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
            files = save_stills(Path(video), numbers[sample], folder / file_stem(interview))
        except VideoError:
            files = {}
        return sample, {number: str(file) for number, file in files.items()}

    with ThreadPoolExecutor() as pool:
        written = {sample: files for sample, files in pool.map(write, rows) if files}
    if frames and not written:
        raise VideoError("none of the videos can be read; see that they are where they were when they were imported")
    dataset.add_frame_field("filepath", fo.StringField, description="A picture of the frame, where one was needed")
    with writing_frames(dataset.select(list(written))) as writer:
        writer.of_frames("filepath", written)
