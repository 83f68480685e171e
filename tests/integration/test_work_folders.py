"""Where a dataset's files lie: by its id, whatever it is called; and what it may be called."""

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionError

from expressiveness.errors import BusyError, InterviewError
from expressiveness.models import TrainingConfig
from fiftyone_plugin.api import detect_faces, predict, train_model
from fiftyone_plugin.dataset import (
    check_dataset_name,
    keep_info,
    load_run,
    model_folder,
    work_folder,
    work_folders,
    working_on,
)
from fiftyone_plugin.steps import import_interviews
from fiftyone_plugin.steps.importer import Interviews

HOSTILE = [
    "/etc/expressiveness",
    "../outside",
    "..",
    "a/b",
    "a\\b",
    "C:\\faces",
    "nul\0byte",
    "two\nlines",
    "turned\u202earound",
    " blank",
    "blank ",
    "",
    "!!!",
    "x" * 101,
]

pytestmark = pytest.mark.usefixtures("without_leftovers")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_before_anything_is_read_or_written(name, tmp_path):
    with pytest.raises(InterviewError, match="dataset"):
        import_interviews(tmp_path / "no such folder", name)

    assert not work_folders().exists() or name not in {path.name for path in work_folders().rglob("*")}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["study-1", "Interviews of May, 2nd take", "Gespräche", "面接 2", "v1.2"])
def test_a_name_as_people_give_them_is_taken(name):
    assert check_dataset_name(name) == name


def test_the_form_and_the_sdk_refuse_it_in_a_sentence(sample_interviews):
    operator = foo.get_operator("@expressiveness/interviews/import_interviews")

    with pytest.raises(ExecutionError, match=r"a dataset cannot be called '\.\./\.\./outside': / and"):
        operator(str(sample_interviews), dataset_name="../../outside")
    assert "../../outside" not in fo.list_datasets()


def test_the_importer_refuses_it(sample_interviews):
    name = "/abs/path"
    try:
        with pytest.raises(InterviewError, match="cannot be called"):
            fo.Dataset.from_dir(dataset_dir=str(sample_interviews), dataset_type=Interviews, name=name)
    finally:
        if fo.dataset_exists(name):
            fo.delete_dataset(name)


def test_a_name_that_looks_like_another_one_is_refused_in_a_sentence(sample_interviews, dataset_name):
    fo.Dataset(dataset_name)

    with pytest.raises(InterviewError, match="choose another name"):
        import_interviews(sample_interviews, dataset_name.upper(), limit=2)


def test_a_dataset_with_a_hostile_name_of_somebody_elses_making_writes_where_all_do(moving, tmp_path):
    keep_info(moving, work_folder=None)
    moving.name = f"../../{moving.name}"
    try:
        assert work_folder(moving).parent == work_folders()
        assert work_folder(moving).name == str(moving._doc.id)
    finally:
        moving.name = moving.name.removeprefix("../../")


def test_a_renamed_dataset_keeps_its_folder(moving):
    keep_info(moving, work_folder=None)
    before = work_folder(moving)
    name = moving.name
    moving.name = f"{name}-renamed"
    try:
        assert work_folder(moving) == before
        with working_on(moving, "training"):
            moving.name = f"{name}-again"
            with pytest.raises(BusyError, match=f"the dataset {name}-again is in use"):
                detect_faces(moving)
    finally:
        moving.name = name


def test_a_clone_neither_shares_nor_loses_faces_and_models(moving, dataset_name):
    run = train_model(moving, TrainingConfig(model="movement"))
    clone = moving.clone(f"{dataset_name}-clone", persistent=True)
    try:
        assert work_folder(clone) not in (work_folder(moving), *work_folder(moving).parents)
        assert model_folder(clone, run) == work_folder(clone) / "models" / run
        tables = {path.name for path in (work_folder(moving) / "faces").rglob("*.npz")}
        assert {path.name for path in (work_folder(clone) / "faces").rglob("*.npz")} == tables

        for path in [path for path in work_folder(moving).rglob("*") if path.suffix in (".npz", ".json")]:
            path.unlink()  # as when the first dataset and its files are deleted

        assert load_run(clone, run).split.test
        assert detect_faces(clone).skipped == len(clone)
        assert predict(clone, run).videos == len(clone)
        again = clone.clone(f"{dataset_name}-again")
        assert {path.name for path in (work_folder(again) / "faces").rglob("*.npz")} == tables
    finally:
        for copy in (f"{dataset_name}-clone", f"{dataset_name}-again"):
            if fo.dataset_exists(copy):
                fo.delete_dataset(copy)


def test_a_clone_of_a_clone_that_was_never_used_has_the_faces_too(moving, dataset_name):
    first = moving.clone(f"{dataset_name}-1")
    keep_info(first, note="kept before its folder was needed")
    second = first.clone(f"{dataset_name}-2")
    try:
        assert list((work_folder(second) / "faces").rglob("*.npz"))
        assert work_folder(second) != work_folder(first)
    finally:
        first.delete()
        second.delete()
