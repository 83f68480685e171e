"""Views of a run's mistakes, as videos, clips or faces.

A `Search` such as `wrong(run)` describes what to find; `as_videos`, `as_clips` and `as_faces` display the results.
Frames are in a separate collection, and joining a million of them with their videos takes MongoDB many seconds, for
every page and count in the App. So a search first selects videos by their stretches, which are stored with the video,
and shows only the worst ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import fiftyone as fo
from fiftyone import ViewField as F

from expressiveness._io import file_stem
from expressiveness.errors import OutputError, VideoError
from expressiveness.video import save_stills

from ..curation import writing_frames
from ..fields import CONFIDENT, FRAMES_WITHOUT_FACE, INTERVIEW_ID, UNCERTAIN, RunFields, verdict_of

Samples: TypeAlias = fo.Dataset | fo.DatasetView

MISCLASSIFIED_FRAMES = "Misclassified frames"
MISCLASSIFIED_VIDEOS = "Misclassified videos"
MISTAKE_CLIPS = "Clips of mistakes"
CONFIDENT_MISTAKES = "Most confident mistakes"
UNCERTAIN_FRAMES = "Most uncertain frames"
WITHOUT_FACE = "Videos with frames without a face"

MOST_VIDEOS = 100
"""The most videos shown with their frames; of more, the worst ones."""

MOST_FACES = 120
"""The most faces shown as pictures; each takes some tenths of a second to decode."""

RIGHT, WRONG = F("correct").is_in([True]), F("correct").is_in([False])
"""Filters for a prediction or a stretch."""


@dataclass(frozen=True, slots=True)
class Search:
    """Describes predictions to find."""

    run: str
    frame: Any  # expression: whether a frame matches
    stretch: Any  # expression: whether a stretch matches, or may match
    exact: bool = True  # False if a stretch only may match


@dataclass(frozen=True, slots=True)
class Faces:
    """A view of single faces, possibly not all that were found."""

    view: fo.DatasetView
    shown: int
    found: int


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The description of a view, and how to create it from samples and a run's fields."""

    description: str
    make: Callable[[Samples, RunFields], fo.DatasetView]


def wrong(run: str) -> Search:
    """Wrong predictions."""
    return Search(run, _on_frame(run, WRONG), WRONG)


def confidently_wrong(run: str) -> Search:
    """Wrong predictions with a high probability."""
    return Search(run, _on_frame(run, WRONG & (F("confidence") >= CONFIDENT)), WRONG & (F("confident") > 0))


def uncertain(run: str) -> Search:
    """Predictions whose two most probable categories are close."""
    return Search(run, _on_frame(run, F("margin") <= UNCERTAIN), F("uncertain") > 0)


def confused(run: str, truth: str, predicted: str) -> Search:
    """One cell of the confusion matrix: predictions with a given true and predicted category."""
    cell = (F("truth") == truth) & (F("label") == predicted)
    return Search(run, _on_frame(run, cell), cell)


def changed(before: str, after: str, *, fixed: bool) -> Search:
    """Predictions that were wrong in one run and are right in another; the reverse if `fixed` is False."""
    first, second = (WRONG, RIGHT) if fixed else (RIGHT, WRONG)
    return Search(after, _on_frame(before, first) & _on_frame(after, second), second, exact=False)


def differing(run: str, other: str) -> Search:
    """Predictions that another run puts into another category."""
    labels = [F(f"{one}.detections.label") for one in (run, other)]
    both = (F(f"{run}.detections").length() > 0) & (F(f"{other}.detections").length() > 0)
    return Search(run, both & (labels[0] != labels[1]), F("judged") > 0, exact=False)


def held_out(samples: Samples, run: str) -> fo.DatasetView:
    """The videos of a run's test set."""
    return samples.match(F(RunFields(run).split) == "test")


def videos_with(samples: Samples, search: Search) -> fo.DatasetView:
    """The videos with matching predictions, with all their frames."""
    return samples.match(F(f"{RunFields(search.run).stretches}.detections").filter(search.stretch).length() > 0)


def as_videos(samples: Samples, search: Search, *, most: int = MOST_VIDEOS) -> fo.DatasetView:
    """The videos with matching predictions, worst first, each with only the matching frames.

    Args:
        samples: a dataset or a view of its videos.
        search: what to find.
        most: maximum number of videos; ignored for `changed`, because stretches do not tell exactly which videos match.
    """
    videos = _worst_first(samples, search)
    if not search.exact:
        return videos.match_frames(search.frame)
    # No video is empty here; checking that would need the frames of all videos even for the first page.
    return videos.limit(most).match_frames(search.frame, omit_empty=False)


def as_clips(samples: Samples, search: Search, *, most: int = MOST_VIDEOS) -> fo.DatasetView:
    """One clip for each matching stretch, in the worst videos; not for `changed`, which needs `as_videos`."""
    stretches = RunFields(search.run).stretches
    return _worst_first(samples, search).limit(most).filter_labels(stretches, search.stretch).to_clips(stretches)


def as_faces(samples: Samples, search: Search, *, folder: Path, most: int = MOST_FACES) -> Faces:
    """Single faces with matching predictions, the most probable first; writes pictures of their frames.

    Args:
        samples: a dataset or a view of its videos.
        search: what to find.
        folder: for the pictures.
        most: maximum number of faces.

    Raises:
        VideoError: none of the videos can be read.
    """
    dataset, run = samples._root_dataset, search.run
    frames, found = _most_probable(samples, search, most)
    first = _write_pictures(dataset, frames, folder)
    _write_verdicts(dataset, frames, RunFields(run))
    with _first_frames_pictured(dataset, first):
        pictured = dataset.select_frames([str(frame["_id"]) for frame in frames]).to_frames(sample_frames=False)
        faces = pictured.to_patches(run, other_fields=[RunFields(run).verdict])
        view = faces.sort_by(f"{run}.confidence", reverse=True)
        return Faces(view, len(view), found)


def reload_view(view: fo.DatasetView) -> None:
    """Make a view of frames, faces or clips anew, since those are copies; the faces of first frames stay in it."""
    first: dict[str, str] = {}
    if view.has_sample_field("frame_number"):
        first = dict(zip(*view.match(F("frame_number") == 1).values(["sample_id", "filepath"]), strict=True))
    with _first_frames_pictured(view._root_dataset, first):
        view.reload()


def videos_misclassified_as(samples: Samples, run: str, truth: str, predicted: str) -> fo.DatasetView:
    """The videos in one cell of the confusion matrix of videos."""
    video = RunFields(run).video
    return samples.match((F(f"{video}.truth") == truth) & (F(f"{video}.label") == predicted))


def review_view(samples: Samples, run: str, name: str) -> fo.DatasetView:
    """One of `REVIEW_VIEWS`, for a run."""
    return REVIEW_VIEWS[name].make(samples, RunFields(run))


def save_review_views(samples: Samples, run: str) -> list[str]:
    """Save the views of a run's mistakes with the dataset, replacing those of an earlier run; return their names.

    Raises:
        OutputError: a saved view of the same name was not made by this program.
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
    """The videos with matching predictions, in order of accuracy."""
    return videos_with(samples, search).sort_by(RunFields(search.run).accuracy)


def _on_frame(run: str, what: Any) -> Any:
    """An expression: whether a frame has a matching prediction of a run."""
    return F(f"{run}.detections").filter(what).length() > 0


def _most_probable(samples: Samples, search: Search, most: int) -> tuple[list[dict[str, Any]], int]:
    """The frames with the most probable matching predictions, and the total number of matches."""
    of_face = {name: {"$first": f"${search.run}.detections.{name}"} for name in ("confidence", "label", "truth")}
    chosen = {"_sample_id": 1, "frame_number": 1, **of_face}
    pipeline = [
        {"$match": {"_sample_id": {"$in": videos_with(samples, search).values("_id")}}},
        {"$match": {"$expr": search.frame.to_mongo()}},
        {"$project": chosen},
        {"$facet": {"chosen": [{"$sort": {"confidence": -1, "_id": 1}}, {"$limit": most}], "all": [{"$count": "n"}]}},
    ]
    [found] = samples._root_dataset._frame_collection.aggregate(pipeline)
    return found["chosen"], sum(row["n"] for row in found["all"])


def _write_verdicts(dataset: fo.Dataset, frames: list[dict[str, Any]], fields: RunFields) -> None:
    """Write true and predicted category beside some faces, for their tiles."""
    dataset.add_frame_field(fields.verdict, fo.StringField, description=fields.descriptions[fields.verdict])
    verdicts: dict[str, dict[int, str | None]] = {}
    for frame in frames:
        said = verdict_of(frame["truth"], frame["label"])
        verdicts.setdefault(str(frame["_sample_id"]), {})[frame["frame_number"]] = said
    with writing_frames(dataset.select(list(verdicts))) as writer:
        writer.of_frames(fields.verdict, verdicts)


@contextmanager
def _first_frames_pictured(dataset: fo.Dataset, pictures: Mapping[str, str]) -> Iterator[None]:
    """Have some videos' first frames name their pictures, by sample id, while a view copies that.

    Not for longer: the App would assume that every frame of such a video has a picture.
    """
    named, unnamed = ({key: {1: file} for key, file in files.items()} for files in (pictures, dict.fromkeys(pictures)))
    with writing_frames(dataset.select(list(pictures))) as writer:
        writer.of_frames("filepath", named)
        try:
            yield
        finally:
            writer.of_frames("filepath", unnamed)


def _write_pictures(dataset: fo.Dataset, frames: list[dict[str, Any]], folder: Path) -> dict[str, str]:
    """Write pictures of some frames and store their paths, reading several videos in parallel.

    Returns:
        The pictures of first frames, whose paths are not stored, by sample id.
    """
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
        others = {sample: {n: file for n, file in files.items() if n > 1} for sample, files in written.items()}
        writer.of_frames("filepath", others)
    return {sample: files[1] for sample, files in written.items() if 1 in files}
