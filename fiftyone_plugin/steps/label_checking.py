"""Find suspicious labels: rate each video's category, and list the videos to check first."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import fiftyone as fo

from expressiveness.data import short_name
from expressiveness.errors import TrainingError
from expressiveness.evaluation import LEAST_PEOPLE, Suspect, suspicious_labels
from expressiveness.movement import MovementStore, extract_movements
from expressiveness.types import Failure, Progress

from ..curation import curation_of
from ..dataset import alone_on_dataset, imported_measure, interviews_of, newest_faces, require_faces, sample_ids_of
from ..fields import (
    CATEGORY,
    INTERVIEW_ID,
    PARTICIPANT,
    SUGGESTED_CATEGORY,
    SUGGESTION,
    SUSPICION,
    declare_suspicion,
)
from ..review import labels_to_check as labels_to_check

LABELS_TO_CHECK = "Labels to check"


@dataclass(slots=True)
class SuspicionReport:
    """The result of the search for suspicious labels."""

    videos: int  # judged
    to_check: int  # another category is more probable, and nobody has decided yet
    failures: list[Failure] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SuspectVideo:
    """A video whose category should be checked."""

    id: str  # of the sample
    interview: str
    participant: str
    category: str
    suggested: str
    suspicion: float


@alone_on_dataset("looking for suspicious labels")
def find_suspicious_labels(
    samples: fo.Dataset | fo.DatasetView, *, progress: Progress | None = None
) -> SuspicionReport:
    """Rate how suspicious each video's category is, replacing earlier ratings, and save a view of those to check.

    Each video is judged by a movement model trained on the dataset's other people, with decisions applied. Movement
    that is not stored yet is read from the videos.

    Args:
        samples: the videos to judge: a dataset of interviews with faces, or a view of one.
        progress: called with the number of videos read.

    Raises:
        TrainingError: no faces were detected yet, or there are too few people.
    """
    dataset = samples._root_dataset
    require_people(dataset)
    interviews, store = interviews_of(dataset), newest_faces(dataset)
    extract_movements(interviews, MovementStore.beside(store), progress=progress)
    target, thresholds = imported_measure(dataset)
    suspects = suspicious_labels(interviews, store, target=target, thresholds=thresholds, curation=curation_of(dataset))
    sample_ids = sample_ids_of(samples)
    found = {suspect.interview: suspect for suspect in suspects if suspect.interview in sample_ids}
    declare_suspicion(dataset)
    for name, values in {
        SUSPICION: {sample_ids[key]: 1 - suspect.quality for key, suspect in found.items()},
        SUGGESTED_CATEGORY: {
            sample_ids[key]: fo.Classification(label=suspect.suggested) for key, suspect in found.items()
        },
        SUGGESTION: {sample_ids[key]: _in_short(suspect) for key, suspect in found.items()},
    }.items():
        samples.clear_sample_field(name)
        dataset.set_values(name, values, key_field="id")
    description = f"Videos of which a model that has not seen the person doubts the {CATEGORY}, the most doubtful first"
    dataset.save_view(LABELS_TO_CHECK, labels_to_check(dataset), description=description, overwrite=True)
    unread = [Failure(key, "too little of a face, or left out") for key in sample_ids if key not in found]
    return SuspicionReport(len(found), len(labels_to_check(samples)), unread)


def _in_short(suspect: Suspect) -> str:
    """The category given and the more probable one, for a tile of the grid."""
    if suspect.suggested == suspect.category:
        return short_name(suspect.category)
    return f"{short_name(suspect.category)}, rather {short_name(suspect.suggested)}?"


def suspect_videos(samples: fo.Dataset | fo.DatasetView, *, most: int) -> list[SuspectVideo]:
    """The first of the videos to check; empty if suspicious labels were not searched for yet."""
    if not samples.has_sample_field(SUSPICION):
        return []
    names = ["id", INTERVIEW_ID, PARTICIPANT, f"{CATEGORY}.label", f"{SUGGESTED_CATEGORY}.label", SUSPICION]
    return [SuspectVideo(*row) for row in zip(*labels_to_check(samples)[:most].values(names), strict=True)]


def require_people(dataset: fo.Dataset) -> None:
    """Check that faces were detected, and that there are enough people for cross-validation.

    Raises:
        TrainingError: one of the two is missing.
    """
    require_faces(dataset)
    people = len(dataset.distinct(PARTICIPANT))
    if people < LEAST_PEOPLE:
        raise TrainingError(
            f"These videos are of {people} {'person' if people == 1 else 'people'}; wrong labels can be told by what "
            f"other people's videos look like, of {LEAST_PEOPLE} people or more."
        )
