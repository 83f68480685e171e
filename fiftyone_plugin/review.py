"""Views that show where a run goes wrong."""

from __future__ import annotations

import fiftyone as fo
from fiftyone import ViewField as F

from .fields import CATEGORY, FRAMES_WITHOUT_FACE, RunFields

MISCLASSIFIED_FRAMES = "Misclassified frames"
MISCLASSIFIED_VIDEOS = "Misclassified videos"
CONFIDENT_MISTAKES = "Most confident mistakes"
UNCERTAIN_FRAMES = "Most uncertain frames"
WITHOUT_FACE = "Videos with frames without a face"

CONFIDENT = 0.8
"""The least probability of a confident prediction."""

UNCERTAIN = 0.1
"""The largest lead of the first category over the second, as probabilities, of an uncertain prediction."""


def save_review_views(samples: fo.Dataset | fo.DatasetView, run: str) -> list[str]:
    """Save the views on a run's mistakes with the dataset, in place of those of an earlier run; return their names."""
    views = review_views(samples, run)
    dataset = samples._root_dataset
    for name, (view, description) in views.items():
        dataset.save_view(name, view, description=f"{description} (run {run})", overwrite=True)
    return list(views)


def review_views(samples: fo.Dataset | fo.DatasetView, run: str) -> dict[str, tuple[fo.DatasetView, str]]:
    """The views on a run's mistakes, by name, each with what it shows."""
    fields = RunFields(run)
    faces = F(f"{fields.faces}.detections")
    wrong = F("correct") == False  # noqa: E712  # an expression that MongoDB evaluates, not Python
    return {
        MISCLASSIFIED_FRAMES: (
            samples.match_frames(faces.filter(wrong).length() > 0).sort_by(fields.accuracy),
            "Frames whose predicted category is not that of the video, the worst videos first",
        ),
        MISCLASSIFIED_VIDEOS: (
            samples.match(F(f"{fields.video}.correct") == False).sort_by(fields.accuracy),  # noqa: E712  # as above
            "Videos whose own category is predicted wrong, the worst first",
        ),
        CONFIDENT_MISTAKES: (
            samples.match_frames(faces.filter(wrong & (F("confidence") >= CONFIDENT)).length() > 0),
            f"Frames that are wrong at a probability of {CONFIDENT:.0%} or more",
        ),
        UNCERTAIN_FRAMES: (
            samples.match_frames(faces.filter(F("margin") <= UNCERTAIN).length() > 0),
            f"Frames whose first two categories are within {UNCERTAIN:.0%}",
        ),
        WITHOUT_FACE: (
            samples.match(F(FRAMES_WITHOUT_FACE) > 0).sort_by(FRAMES_WITHOUT_FACE, reverse=True),
            "Videos in which some frames show no face",
        ),
    }


def misclassified_as(samples: fo.Dataset | fo.DatasetView, run: str, truth: str, predicted: str) -> fo.DatasetView:
    """The frames of one cell of the confusion matrix."""
    faces = F(f"{RunFields(run).faces}.detections")
    return samples.match_frames(faces.filter((F("truth") == truth) & (F("label") == predicted)).length() > 0)


def videos_of_category(samples: fo.Dataset | fo.DatasetView, category: str) -> fo.DatasetView:
    """The videos of one category."""
    return samples.match(F(f"{CATEGORY}.label") == category)
