"""Importing a folder of interviews, against FiftyOne's adding of the same samples, made beforehand."""

from __future__ import annotations

import fiftyone as fo

from benchmarks.speed.clips import interview_clip, interviews_of
from benchmarks.speed.rows import Row, seconds
from expressiveness.data import CategoryRule, Thresholds
from expressiveness.video.probing import probe
from fiftyone_plugin.api import import_interviews
from fiftyone_plugin.fields import RECRUITVIEW
from fiftyone_plugin.steps.importer import interview_sample

INTERVIEWS, TURNS = 2011, 3


def turns(clip, folder):
    interviews = interviews_of(interview_clip(clip, folder / "clip.mp4", seconds=26), folder / "all", INTERVIEWS)
    fo.config.show_progress_bars = False
    for _ in range(TURNS):
        rule = CategoryRule("facial_expression", Thresholds())
        samples = [interview_sample(one, probe(one.video), rule, RECRUITVIEW) for one in interviews]
        adding = seconds(fo.Dataset("speed-added", overwrite=True).add_samples, samples)
        if fo.dataset_exists("speed-imported"):
            fo.delete_dataset("speed-imported")
        yield seconds(import_interviews, folder / "all", "speed-imported"), adding
    fo.delete_dataset("speed-imported")
    fo.delete_dataset("speed-added")


ROW = Row(
    what=f"importing {INTERVIEWS} interviews: read, check, probe every video, add",
    ways=("import_interviews", "add_samples of the same samples, ready made"),
    bound="<=",
    target=1.5,
    turns=turns,
)
