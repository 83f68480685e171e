"""Settled codes become the decisions of the study's own dataset, which views, figures and training read."""

from __future__ import annotations

from collections import defaultdict

import fiftyone as fo
from fiftyone import ViewField as F

from expressiveness.data import Curation
from expressiveness.errors import InterviewError
from expressiveness.types import Progress

from ..curation import curate
from ..fields import INTERVIEW_ID

Which = tuple[str, str | None, str]
"""An interview, a category or None for an exclusion, and whose it is."""


def adopt(study: fo.Dataset, curation: Curation, *, progress: Progress | None = None) -> int:
    """Decide in a study as its coders have settled; each step can be undone as any other.

    Args:
        study: the dataset of the study.
        curation: what is settled.
        progress: called after each step.

    Returns:
        How many frames and videos were decided on.
    """
    samples = dict(zip(*study.values([INTERVIEW_ID, "id"]), strict=True))
    frames: dict[Which, list[int]] = defaultdict(list)
    for face in curation.faces:
        frames[face.interview, None if face.excluded else face.category, face.decided_by].append(face.frame_number)
    steps: list[tuple[Which, list[int] | None]] = [*frames.items()]
    steps += [
        ((one.interview, None if one.excluded else one.category, one.decided_by), None) for one in curation.interviews
    ]
    decided, report = 0, progress or (lambda *_: None)
    for done, ((interview, category, by), numbers) in enumerate(steps):
        report(done, len(steps), f"{done} of {len(steps)} decisions adopted")
        if interview not in samples:
            continue
        video = study.select(samples[interview])
        view = video if numbers is None else video.match_frames(F("frame_number").is_in(numbers))
        try:
            found = curate(
                view, "category" if category else "exclude", by=by, category=category,
                level="videos" if numbers is None else "faces",
            )  # fmt: skip
        except InterviewError:  # no face was found on these frames, so there is nothing to decide on
            continue
        decided += found.videos if numbers is None else found.faces
    return decided
