"""Forgetting without FiftyOne: in a face store, and in a model's record."""

import json
from dataclasses import replace

import pytest

from expressiveness._io import atomic_folder, check_output_folder
from expressiveness.cli import main
from expressiveness.data import Split
from expressiveness.errors import StoreError
from expressiveness.faces import ExtractionConfig, FaceStore
from expressiveness.models import RECORD, load_model
from expressiveness.movement import MovementStore
from expressiveness.privacy import forget_in_model, forget_in_store, forget_pictures, tables_of
from tests.face_tables import grey_faces
from tests.interviews import interview
from tests.movements import acted
from tests.random_model import random_model

SETTINGS = (ExtractionConfig(), ExtractionConfig(confidence=0.6))


@pytest.fixture
def store(tmp_path):
    """Faces of three interviews at two settings, and their movement; the id of the third begins like the first's."""
    for number, id in enumerate(("0001", "0002", "0001-again")):
        video = tmp_path / f"{number}.mp4"
        video.write_bytes(bytes([number]))
        one = replace(interview(video=video), id=id)
        for config in SETTINGS:
            FaceStore(tmp_path / "faces", config).save(one, grey_faces(100))
        MovementStore(tmp_path / "faces").save(one, acted(0.5))
    return tmp_path / "faces"


def test_every_table_of_the_interview_goes_and_no_other(store):
    assert forget_in_store(store, "0001") == 3

    left = sorted(file.name.rsplit("-", 1)[0] for file in store.rglob("*.npz"))
    assert [name for name in left if name == "0001"] == []
    assert len(left) == 6


def test_what_could_mean_several_files_means_none(store):
    assert forget_in_store(store, "*") == forget_in_store(store, "..") == forget_in_store(store, "000?") == 0


def test_a_model_forgets_the_id_and_says_that_it_learned_from_it(tmp_path):
    model = replace(
        random_model(),
        split=Split(train=("0001", "0002"), validation=("0003",), test=("0004",)),
        data={"passed_over": {"0001": "vid_0001.mp4: no such file"}},
    )
    record = model.save(tmp_path / "model") / RECORD
    judged = {"video": {"n": 1, "without_face": ["0004", "0001"]}, "passed_over": {"0004": "dark", "0001": "dark"}}
    record.write_text(json.dumps({**json.loads(record.read_text()), "evaluation": judged}))

    assert forget_in_model(tmp_path / "model", "0001")
    assert not forget_in_model(tmp_path / "model", "0004")

    forgetful = load_model(tmp_path / "model")
    assert forgetful.split == Split(train=("0002",), validation=("0003",), test=())
    assert forgetful.evaluation == {"video": {"n": 1, "without_face": []}, "passed_over": {}}
    for id in ("0001", "0004"):
        assert id not in (tmp_path / "model" / RECORD).read_text()


def test_the_command_asks_where_and_names_a_store_that_is_not_there(tmp_path, capsys):
    assert main(["forget", "0001"]) == 2
    assert "--faces STORE" in capsys.readouterr().err

    with pytest.raises(StoreError, match="no face store"):
        forget_in_store(tmp_path / "nowhere", "0001")
    assert not (tmp_path / "nowhere").exists()


def test_pictures_go_and_what_somebody_put_among_them_stays(tmp_path):
    folder = tmp_path / "frames" / "0001"
    folder.mkdir(parents=True)
    for name in ("000002.jpg", "000310.jpg", "portrait.jpg", "000002.png", "12.jpg"):
        (folder / name).write_bytes(b"")
    (folder / "000004.jpg").mkdir()

    deleted, others = forget_pictures(folder)

    assert deleted == 2
    assert [file.name for file in others] == ["000002.png", "000004.jpg", "12.jpg", "portrait.jpg"]


def test_only_tables_of_the_named_videos_go_if_names_are_given(store):
    [first, *rest] = sorted(table.name for table in tables_of(store, "0001"))

    assert forget_in_store(store, "0001", named=["0001-0123456789abcdef.npz"]) == 0
    assert forget_in_store(store, "0001", named=[first]) == len([first, *rest])  # one video, three kinds of tables


def test_a_model_with_a_manifest_is_still_as_we_wrote_it_after_it_forgot(tmp_path):
    with atomic_folder(tmp_path / "model", kind="model") as folder:
        replace(random_model(), split=Split(train=("0001",), validation=(), test=())).save(folder / "inner")
        for file in (folder / "inner").iterdir():
            file.replace(folder / file.name)
        (folder / "inner").rmdir()
        for lock in folder.glob(".*.lock"):
            lock.unlink()

    assert forget_in_model(tmp_path / "model", "0001")

    check_output_folder(tmp_path / "model", kind="model")
