"""Faces and movement of a clip: one pass over it, against one for the faces and one for the movement."""

from __future__ import annotations

from benchmarks.speed.clips import interview_clip
from benchmarks.speed.rows import Row, cpu_seconds
from expressiveness.faces import ExtractionConfig, FaceDetector, extract_faces
from expressiveness.movement import landmarker_of_process, read_faces_and_movement, read_movement

TURNS, CLIP_SECONDS = 5, 26


def turns(clip, folder):
    video = interview_clip(clip, folder / "clip.mp4", seconds=CLIP_SECONDS)
    config, landmarker = ExtractionConfig(), landmarker_of_process()

    with FaceDetector() as detector:

        def once():
            read_faces_and_movement(video, config, detector=detector, landmarker=landmarker)

        def twice():
            read_movement(video, faces=extract_faces(video, config, detector=detector), landmarker=landmarker)

        for _ in range(TURNS):
            yield cpu_seconds(once), cpu_seconds(twice)


ROW = Row(
    what=f"CPU time of faces (every 5th frame) and movement (10 Hz) of a clip of {CLIP_SECONDS} s",
    ways=("one pass", "one pass each"),
    bound="<=",
    target=0.85,
    turns=turns,
)
