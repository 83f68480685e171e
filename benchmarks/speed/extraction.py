"""Faces of many videos: every core of ours against the notebook's loop, which knows one."""

from __future__ import annotations

import shutil

from benchmarks.speed.clips import interview_clip, interviews_of
from benchmarks.speed.notebook import faces_of
from benchmarks.speed.rows import Row, seconds
from expressiveness.faces import FaceDetector, FaceStore, extract_interviews

VIDEOS, CLIP_SECONDS, TURNS = 16, 26, 3


def turns(clip, folder):
    interviews = interviews_of(interview_clip(clip, folder / "clip.mp4", seconds=CLIP_SECONDS), folder / "all", VIDEOS)
    with FaceDetector("full") as detector:
        for _ in range(TURNS):
            notebook = seconds(lambda: [faces_of(interview.video, detector) for interview in interviews])
            ours = seconds(lambda: extract_interviews(interviews, FaceStore(folder / "faces")))
            shutil.rmtree(folder / "faces")
            yield notebook, ours


ROW = Row(
    what=f"{VIDEOS} videos of {CLIP_SECONDS} s, every 5th frame, detector auto, all cores, start included",
    ways=("the notebook's loop, detector full", "extract_interviews"),
    bound=">=",
    target=2.0,
    turns=turns,
)
