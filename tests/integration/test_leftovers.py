"""What deleted datasets have left on the disk: listed, and deleted when somebody asks, but for what is a user's."""

import json

import fiftyone as fo
import pytest

from expressiveness.cli import main
from expressiveness.models import TrainingConfig
from fiftyone_plugin.api import detect_faces, import_interviews, train_model
from fiftyone_plugin.dataset import keep_info, set_work_folder, work_folder, work_folders
from fiftyone_plugin.forgetting import leftovers, remove_leftovers

pytestmark = pytest.mark.usefixtures("without_leftovers")


@pytest.fixture
def gone(moving, dataset_name, tmp_path):
    """The work folder of a dataset that was deleted; it holds faces, movement, a model and a picture."""
    clone = moving.clone(f"{dataset_name}-gone", persistent=True)
    run = train_model(clone, TrainingConfig(model="movement"))
    folder = work_folder(clone)
    picture = folder / "frames" / "0001" / "000006.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a face")
    assert (folder / "models" / run / "model.json").is_file()
    clone.delete()
    return folder


def files(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    )


def test_they_are_listed_and_stay_until_somebody_asks(gone, moving, capsys):
    before = files(gone)

    assert main(["clean"]) == 0

    assert str(gone) in capsys.readouterr().out
    assert files(gone) == before
    assert work_folder(moving) not in leftovers()


def test_cleaning_deletes_what_we_wrote_and_nothing_of_a_users(gone, moving, tmp_path, capsys):
    mine = {
        "thesis.docx": gone / "thesis.docx",
        "notes.txt": gone / "frames" / "0001" / "notes.txt",
        "photo.jpg": gone / "frames" / "0001" / "photo.jpg",
        "mine.npz": next(gone.glob("faces/*/")) / "mine.npz",
    }
    for file in mine.values():
        file.write_text("mine")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "000001.jpg").write_text("mine")
    (gone / "frames" / "linked").symlink_to(outside, target_is_directory=True)
    kept = files(work_folder(moving))

    assert main(["clean", "--delete", "--json", str(tmp_path / "cleaned.json")]) == 0

    report = json.loads((tmp_path / "cleaned.json").read_text())
    assert all(file.read_text() == "mine" for file in (*mine.values(), outside / "000001.jpg"))
    assert set(files(gone)) == {*(str(file.relative_to(gone)) for file in mine.values()), "frames/linked"}
    assert {str(file) for file in mine.values()} <= set(report["left"])
    assert report["deleted"] > 60
    (tmp_path / "cleaned.json").unlink()
    assert files(work_folder(moving)) == [name for name in kept if name != "cleaned.json"]


def test_an_emptied_folder_is_gone(gone):
    remove_leftovers()

    assert not gone.exists()
    assert gone not in leftovers()


def test_a_folder_that_was_chosen_elsewhere_is_found_after_its_dataset_is_gone(
    sample_interviews, dataset_name, tmp_path
):
    import_interviews(sample_interviews, dataset_name, limit=2)
    dataset = fo.load_dataset(dataset_name)
    set_work_folder(dataset, tmp_path / "chosen")
    detect_faces(dataset)
    (tmp_path / "chosen" / "diary.txt").write_text("mine")
    place = work_folders() / str(dataset._doc.id)
    dataset.delete()
    assert tmp_path / "chosen" in leftovers()

    _, left = remove_leftovers()

    assert tmp_path / "chosen" / "diary.txt" in left
    assert files(tmp_path / "chosen") == ["diary.txt"]
    (tmp_path / "chosen" / "diary.txt").unlink()
    remove_leftovers()
    assert not (tmp_path / "chosen").exists()
    assert not place.exists()


def test_a_folder_that_another_dataset_was_given_is_none_of_a_deleted_one(moving, dataset_name, tmp_path):
    earlier = fo.Dataset(f"{dataset_name}-earlier")
    set_work_folder(earlier, tmp_path)
    earlier.delete()
    keep_info(moving, note="it works in the same folder")

    assert tmp_path not in leftovers()
