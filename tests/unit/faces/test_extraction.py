import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from expressiveness.errors import StoreError
from expressiveness.faces import (
    CONFIG_FILE,
    ExtractionConfig,
    FaceStore,
    extract_faces,
    extract_interviews,
    load_faces,
    save_faces,
)
from expressiveness.movement import MovementStore
from expressiveness.video import NOTEBOOK_SAMPLING, Sampling, read_frames
from tests.interviews import interview, write_portrait_video
from tests.media import write_grey_ramp

SHORT = ExtractionConfig(detector="short")


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Two clips of a face and one without."""
    folder = tmp_path_factory.mktemp("clips")
    return [
        interview(1, video=write_portrait_video(folder / "1.mp4")),
        interview(2, video=write_portrait_video(folder / "2.mp4", frames=7)),
        interview(3, video=write_grey_ramp(folder / "3.mp4")),
    ]


def test_each_sampled_frame_gives_its_faces_box_and_crop(clips):
    faces = extract_faces(clips[0].video, SHORT)

    assert faces.sampled_number.tolist() == [1, 6, 11] == faces.frame_number.tolist()
    assert np.allclose(faces.seconds, [0, 0.5, 1.0])
    # The portrait moves a pixel a frame: five pixels of 256 between samples, and with it the box.
    assert np.allclose(np.diff(faces.box[:, 0]), 5 / 256, atol=0.015)
    assert faces.crop.std() > 30


def test_a_video_without_a_face_is_looked_at_all_the_same(clips):
    faces = extract_faces(clips[2].video, SHORT)

    assert len(faces) == 0
    assert faces.sampled_number.tolist() == [1, 6]


def test_the_notebooks_sampling_stops_at_the_third_face(tmp_path):
    video = write_portrait_video(tmp_path / "long.mp4", frames=30)

    faces = extract_faces(video, ExtractionConfig(sampling=NOTEBOOK_SAMPLING, detector="full"))

    assert faces.frame_number.tolist() == [1, 6, 11]
    assert faces.sampled_number.tolist() == [1, 6, 11]


@pytest.mark.slow
def test_a_second_extraction_finds_everything_stored(clips, tmp_path):
    store = FaceStore(tmp_path, SHORT)
    stored = []

    first = extract_interviews(clips, store, workers=1)
    second = extract_interviews(clips, store, workers=1, on_stored=stored.append)

    assert (first.succeeded, first.skipped, first.frames_sampled, first.faces) == (3, 0, 7, 5)
    assert (second.succeeded, second.skipped) == (0, 3)
    assert stored == clips


@pytest.mark.slow
def test_the_number_of_workers_does_not_change_a_byte(clips, tmp_path):
    for workers in (1, 2):
        extract_interviews(clips, FaceStore(tmp_path / str(workers), SHORT), workers=workers)

    one, two = (sorted((tmp_path / str(workers)).rglob("*.npz")) for workers in (1, 2))
    assert [file.name for file in one] == [file.name for file in two]
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]


@pytest.mark.slow
def test_a_missing_and_a_broken_video_cost_only_themselves_and_are_counted(clips, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    asked = [clips[1], interview(8, video=tmp_path / "gone.mp4"), interview(9, video=broken)]
    seen = []

    report = extract_interviews(
        asked, FaceStore(tmp_path, SHORT), workers=1, progress=lambda done, total: seen.append((done, total))
    ).as_dict()

    assert report["videos"] == {"succeeded": 1, "skipped": 0, "failed": 2}
    reasons = {failure["id"]: failure["reason"] for failure in report["failures"]}
    assert "gone.mp4: no such file" in reasons["0008"]
    assert "broken.mp4: not a video" in reasons["0009"]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.slow
def test_other_settings_never_read_stale_faces(clips, tmp_path):
    store = FaceStore(tmp_path, SHORT)
    extract_interviews(clips[:1], store, workers=1)

    for other in (
        ExtractionConfig(detector="full"),
        ExtractionConfig(detector="short", align=True),
        ExtractionConfig(detector="short", confidence=0.6),
        ExtractionConfig(detector="short", sampling=Sampling(every=6)),
    ):
        assert not FaceStore(tmp_path, other).has(clips[0])
    assert store.has(clips[0])


@pytest.mark.slow
def test_a_video_that_was_replaced_is_extracted_again(tmp_path):
    video = write_portrait_video(tmp_path / "a.mp4", frames=6)
    store = FaceStore(tmp_path / "store", SHORT)
    extract_interviews([interview(1, video=video)], store, workers=1)

    write_portrait_video(video, frames=11)

    assert not store.has(interview(1, video=video))


@pytest.mark.slow
def test_a_store_remembers_its_settings(clips, tmp_path):
    config = ExtractionConfig(sampling=Sampling(spread=2), detector="short", align=True)
    extract_interviews(clips[:1], FaceStore(tmp_path, config), workers=1)

    assert FaceStore.open(tmp_path).config == config


def test_settings_from_before_their_format_was_noted_are_read_and_newer_ones_refused(tmp_path):
    FaceStore(tmp_path, SHORT).write_config()
    file = tmp_path / SHORT.digest / CONFIG_FILE
    settings = json.loads(file.read_text())

    file.write_text(json.dumps({name: value for name, value in settings.items() if name != "format"}))
    assert FaceStore.open(tmp_path).config == SHORT

    file.write_text(json.dumps({**settings, "format": 2, "mirror": True}))
    with pytest.raises(StoreError, match="format 2, newer than this version reads; update expressiveness"):
        FaceStore.open(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"sampling": 3}', '{"format": "x"}', "[" * 100_000, " " * 2**20 + "{}"], ids=range(7)
)
def test_settings_that_hold_something_else_are_named_with_what_to_do(tmp_path, content):
    FaceStore(tmp_path, SHORT).write_config()
    (tmp_path / SHORT.digest / CONFIG_FILE).write_text(content)

    with pytest.raises(StoreError, match=r"settings\.json is damaged .*; extract again with the settings it had"):
        FaceStore.open(tmp_path)


def test_opening_what_is_no_store_or_holds_several_settings_says_what_to_do(clips, tmp_path):
    with pytest.raises(StoreError, match="extract them first"):
        FaceStore.open(tmp_path)
    for config in (SHORT, ExtractionConfig(detector="full")):
        FaceStore(tmp_path, config).write_config()
    with pytest.raises(StoreError, match="faces of several settings"):
        FaceStore.open(tmp_path)


def test_of_several_settings_in_a_store_one_is_chosen(tmp_path):
    configs = [SHORT, ExtractionConfig(detector="full"), ExtractionConfig(Sampling(rate=2.0), "full", align=True)]
    for config in configs:
        FaceStore(tmp_path, config).write_config()

    assert FaceStore.open(tmp_path, sampling="rate:2").config == configs[2]
    assert FaceStore.open(tmp_path, sampling=Sampling(every=5), detector="full").config == configs[1]
    assert FaceStore.open(tmp_path, align=False, detector="short").config == configs[0]
    for config in configs:
        assert FaceStore.open(tmp_path, settings=config.digest[:6]).config == config
    with pytest.raises(StoreError) as error:
        FaceStore.open(tmp_path, detector="full")
    for config in configs[1:]:
        assert f"{config.digest} ({config})" in str(error.value)
    assert SHORT.digest not in str(error.value)
    assert "Choose one: --settings " in str(error.value)
    assert "delete" not in str(error.value)
    with pytest.raises(StoreError, match=f"holds no faces of such settings; there are .*{SHORT.digest}"):
        FaceStore.open(tmp_path, sampling="every:7")


def test_a_damaged_settings_file_does_not_keep_from_choosing_another(tmp_path):
    for config in (SHORT, ExtractionConfig(detector="full")):
        FaceStore(tmp_path, config).write_config()
    (tmp_path / SHORT.digest / CONFIG_FILE).write_text("{")

    assert FaceStore.open(tmp_path, settings=ExtractionConfig(detector="full").digest).config.detector == "full"


def test_paths_may_be_text(clips, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    faces = extract_faces(str(clips[0].video), SHORT)
    save_faces(faces, "a.npz")
    store = FaceStore("faces", SHORT)
    store.write_config()
    store.save(clips[0], faces)

    assert len(load_faces("a.npz")) == 3
    assert FaceStore.open("faces").load(clips[0]).frame_number.tolist() == [1, 6, 11]
    assert store == FaceStore(Path("faces"), SHORT)
    assert MovementStore("faces").path(clips[0]).parent.parent == store.root
    assert [frame.number for frame in read_frames(str(clips[1].video))] == [1, 6]


@pytest.mark.parametrize("odd", ["../../escape", "a/b", "*", "", "..", "x" * 300, "ünï", "a-b"])
def test_an_id_that_is_no_file_name_stays_inside_the_store_and_apart_from_others(clips, tmp_path, odd):
    store = FaceStore(tmp_path, SHORT)
    first = interview(1, video=clips[0].video)
    strange = replace(first, id=odd)

    path = store.path(strange)

    assert path.parent == store.folder
    assert len(path.name) < 120
    assert path != store.path(first)
