"""Faces of one video on one core: ours against the notebook's loop, in CPU time, which a busy machine leaves alone."""

from __future__ import annotations

from benchmarks.speed.clips import interview_clip
from benchmarks.speed.notebook import faces_of
from benchmarks.speed.rows import Row, cpu_seconds
from expressiveness.faces import FaceDetector, extract_faces

TURNS, CLIP_SECONDS = 5, 26


def turns(clip, folder):
    video = interview_clip(clip, folder / "clip.mp4", seconds=CLIP_SECONDS)
    with FaceDetector("full") as full, FaceDetector() as auto:
        for _ in range(TURNS):
            notebook = cpu_seconds(lambda: faces_of(video, full))
            yield notebook, cpu_seconds(lambda: extract_faces(video, detector=auto))


ROW = Row(
    what=f"CPU time of the faces of a clip of {CLIP_SECONDS} s, every 5th frame, detector auto",
    ways=("the notebook's loop, detector full", "extract_faces"),
    bound=">=",
    target=1.75,
    turns=turns,
)
