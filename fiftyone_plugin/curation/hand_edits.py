"""Edits made by hand in the App, such as in its Annotate tab: it tells nobody of them, so they are looked for."""

from __future__ import annotations

import fiftyone as fo

from expressiveness.errors import InterviewError

from ..fields import RunFields, runs_with_fields
from .decide import follow_videos
from .frame_writing import record_hand_edits
from .judging import judge_again, truths_for


def judge_hand_edits(samples: fo.Dataset | fo.DatasetView) -> list[str]:
    """Update the correctness of predictions after edits made by hand in the App, such as in its Annotate tab.

    Returns:
        The ids of the samples with new edits.
    """
    dataset = samples._root_dataset
    edited = {*record_hand_edits(samples), *_relabelled(samples)}
    if edited:
        follow_videos(dataset.select(list(edited)))
        judge_again(dataset, sorted(edited))
    return sorted(edited)


def _relabelled(samples: fo.Dataset | fo.DatasetView) -> set[str]:
    """The videos whose category is no longer the one that predictions were compared with."""
    found: set[str] = set()
    for run in runs_with_fields(samples._root_dataset):
        judged = RunFields(run).video
        ids, labels, compared = samples.values(["id", f"{judged}.label", f"{judged}.truth"])
        try:
            truths = truths_for(samples, run)
        except InterviewError:  # a video without the score that the run has learned is compared with nothing
            continue
        rows = zip(ids, labels, compared, strict=True)
        found |= {id for id, label, truth in rows if label is not None and truth != truths[id].video}
    return found
