"""What extraction costs of the processor beyond what it cannot do without: decoding, and detecting."""

from __future__ import annotations

from benchmarks.speed.clips import interview_clip, interviews_of
from benchmarks.speed.rows import Row, cpu_seconds
from expressiveness.faces import FaceDetector, FaceStore, extract_faces
from expressiveness.video import read_frames
from expressiveness.video.containers import opened_container

TURNS = 7


def turns(clip, folder):
    [interview] = interviews_of(interview_clip(clip, folder / "clip.mp4", seconds=26), folder / "all", 1)
    store = FaceStore(folder / "faces")
    pictures = [frame.rgb for frame in read_frames(interview.video)]
    with FaceDetector() as detector:
        for _ in range(TURNS):
            ours = cpu_seconds(lambda: store.save(interview, extract_faces(interview.video, detector=detector)))
            decoding = cpu_seconds(lambda: decode(interview.video))
            yield ours, decoding + cpu_seconds(lambda: [detector.detect(picture) for picture in pictures])


def decode(video):
    with opened_container(video) as container:
        container.streams.video[0].thread_count = 1
        for _ in container.decode(video=0):
            pass


ROW = Row(
    what="CPU time of extraction: decode, detect, crop, store",
    ways=("extract_faces and save", "decoding every frame alone plus detecting on every fifth alone"),
    bound="<=",
    target=1.15,
    turns=turns,
)
