"""`predict_videos` decodes a video once and makes one detector and landmarker a worker, and says the same as before."""

import shutil
from dataclasses import fields, replace

import numpy as np
import pytest

from expressiveness.faces import (
    DETECTORS,
    ExtractionConfig,
    FaceDetector,
    FaceStore,
    extract_faces,
    extract_interviews,
)
from expressiveness.models.prediction import _Job, _read_clip
from expressiveness.movement import (
    MovementStore,
    extract_faces_and_movement,
    extract_movements,
    read_faces_and_movement,
    read_movement,
)
from expressiveness.movement.landmarks import Landmarker
from expressiveness.video import NOTEBOOK_SAMPLING, Sampling, read_frames, read_frames_for
from tests.interviews import interview, write_portrait_video
from tests.media import write_grey_ramp

SAMPLINGS = [
    Sampling(every=5),
    Sampling(rate=10.0),
    Sampling(spread=3),
    Sampling(every=3, max_frames=4),
    Sampling(rate=7.0, horizon=20),
    NOTEBOOK_SAMPLING,
]


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return write_portrait_video(tmp_path_factory.mktemp("clip") / "a.mp4", frames=30, fps=25)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])  # the second is counted as it decodes
def test_each_sampling_gets_the_frames_that_it_gets_alone(codec, tmp_path):
    ramp = write_grey_ramp(tmp_path / "a.mp4", frames=60, fps=25, codec=codec)
    samplings = [sampling for sampling in SAMPLINGS if codec == "libx264" or not sampling.spread]

    together = list(read_frames_for(ramp, samplings))

    for place, sampling in enumerate(samplings):
        mine = [frame for frame, due in together if due[place]]
        alone = list(read_frames(ramp, sampling))
        assert [(frame.number, frame.seconds) for frame in mine] == [(frame.number, frame.seconds) for frame in alone]
        assert all(np.array_equal(one.rgb, other.rgb) for one, other in zip(mine, alone, strict=True))
    assert all(any(due) for _, due in together)


@pytest.mark.slow
@pytest.mark.parametrize("sampling", [Sampling(every=5), Sampling(spread=4), NOTEBOOK_SAMPLING], ids=str)
def test_faces_and_movement_are_those_of_two_readings(sampling, video):
    config = ExtractionConfig(sampling, "short")

    with FaceDetector("short") as detector, Landmarker() as landmarker:
        read = read_faces_and_movement(video, config, detector=detector, landmarker=landmarker)

    for one, other in zip(read, (extract_faces(video, config), read_movement(video)), strict=True):
        for field in fields(one):
            assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


@pytest.mark.slow
def test_one_pass_stores_what_two_store_and_reads_only_what_is_missing(video, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    asked = [interview(1, video=video), interview(2, video=broken)]
    two, one, half = (FaceStore(tmp_path / name, ExtractionConfig(detector="short")) for name in ("two", "one", "half"))
    extract_interviews(asked, two, workers=1)
    extract_movements(asked, MovementStore.beside(two), workers=1)
    shutil.copytree(two.folder, half.folder)

    sent = extract_faces_and_movement(asked, one, workers=1, hand_over=True)
    completed = extract_faces_and_movement(asked, half, workers=1)
    again = extract_faces_and_movement(asked[:1], half, workers=1)

    assert [kind for kind, _ in stored(two)] == ["faces", "movement"]
    assert stored(one) == stored(half) == stored(two)
    for report in (sent, completed):
        assert (report.succeeded, report.skipped, [one.id for one in report.failures]) == (1, 0, ["0002"])
        assert report.faces == len(two.load(asked[0]))
    assert (again.succeeded, again.skipped) == (0, 1)


def stored(store):
    """The bytes of a store's tables; their names are the same."""
    tables = {}
    for kind, of in (("faces", store), ("movement", MovementStore.beside(store))):
        tables |= {(kind, file.name): file.read_bytes() for file in of.folder.glob("*.npz")}
    return tables


@pytest.mark.slow
def test_a_process_makes_one_detector_for_many_videos(video, monkeypatch):
    made = []

    def counted(*, confidence):
        made.append(FaceDetector("short", confidence=confidence))
        return made[-1]

    monkeypatch.setitem(DETECTORS._things, "counted", counted)
    config = ExtractionConfig(detector="counted")
    for needs in (frozenset({"faces"}), frozenset({"faces", "movement"})):
        for _ in range(2):
            clip, cut_short = _read_clip(_Job(video, config, counted, needs))
            assert len(clip.faces)
            assert cut_short is None
            assert (clip.movement is None) == ("movement" not in needs)

    assert len(made) == 1
    _read_clip(_Job(video, replace(config, confidence=0.6), counted, frozenset({"faces"})))
    assert len(made) == 2
