"""The most memory that extraction and prediction of many clips hold, against a tenth of the clips."""

from __future__ import annotations

import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor

from benchmarks.speed.clips import interview_clip, interviews_of
from benchmarks.speed.rows import Row, peak_megabytes
from expressiveness.faces import FaceStore, extract_interviews

TURNS, FEW = 3, 4


def turns(clip, folder):
    short = interview_clip(clip, folder / "clip.mp4", seconds=4)
    interviews = interviews_of(short, folder / "all", 10 * FEW)
    for turn in range(TURNS):
        many, few = (_peak(interviews[:count], folder / f"faces{turn}_{count}") for count in (10 * FEW, FEW))
        yield many, few


def _peak(interviews, store):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(_extract_and_predict, interviews, FaceStore(store)).result()


def _extract_and_predict(interviews, store):
    """Megabytes of the largest worker and of this process together."""
    from expressiveness.models import predict_interviews
    from tests.random_model import random_model

    extract_interviews(interviews, store)
    for outcome in predict_interviews(random_model("deviation"), interviews, store):
        assert outcome.value is not None, outcome.error
    return peak_megabytes(resource.RUSAGE_CHILDREN) + peak_megabytes(resource.RUSAGE_SELF)


ROW = Row(
    what=f"peak memory of extraction and prediction: {10 * FEW} clips against {FEW}",
    ways=(f"{10 * FEW} clips", f"{FEW} clips"),
    bound="<=",
    target=1.25,
    turns=turns,
    unit="MB",
)
