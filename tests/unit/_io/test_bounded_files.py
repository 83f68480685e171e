"""Whatever lies in the place of a file from a stranger, no other file is read, nothing waits, and memory is bounded."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest

from expressiveness._io import MANIFEST, NotPlainError, check_output_folder, is_whole, open_bounded, place, read_bounded
from expressiveness.data import METADATA, Curation, FaceDecision, inspect_folder, read_interviews
from expressiveness.errors import ExpressivenessError, ModelError, OutputError
from expressiveness.faces import CONFIG_FILE, FaceStore, load_faces, save_faces
from expressiveness.models import RECORD, WEIGHTS, load_model, read_record
from expressiveness.reports import read_groups
from expressiveness.video import make_playable
from tests.face_tables import grey_faces
from tests.interviews import row, write_metadata
from tests.random_model import random_model
from tests.watching import watching


@contextmanager
def within(seconds: int):
    """Fail instead of waiting for ever."""

    def too_late(*_):
        raise AssertionError(f"was not done within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, too_late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A good file of every kind, in the folder that it is read from."""
    root = tmp_path_factory.mktemp("good")
    random_model().save(root / "model")
    store = FaceStore(root / "store")
    store.write_config()
    save_faces(grey_faces(3), root / "store" / "a.npz")
    Curation((FaceDecision("0001", 1, excluded=True),)).save(root / "decisions.json")
    (root / "groups.csv").write_text("user_no,group\n1,a\n")
    write_metadata(root / "interviews", row(1))
    (root / "ours").mkdir()
    (root / "ours" / MANIFEST).write_text('{"kind": "model", "format": 1}\n')
    return root


READERS: dict[str, tuple[Callable[[Path], str], Callable[[Path], object]]] = {
    "model's record": (lambda root: f"model/{RECORD}", lambda root: read_record(root / "model")),
    "weights": (lambda root: f"model/{WEIGHTS}", lambda root: load_model(root / "model")),
    "settings": (
        lambda root: next((root / "store").glob(f"*/{CONFIG_FILE}")).relative_to(root).as_posix(),
        lambda root: FaceStore.open(root / "store"),
    ),
    "table": (lambda root: "store/a.npz", lambda root: load_faces(root / "store" / "a.npz")),
    "decisions": (lambda root: "decisions.json", lambda root: Curation.load(root / "decisions.json")),
    "groups": (lambda root: "groups.csv", lambda root: read_groups(root / "groups.csv")),
    "metadata": (lambda root: f"interviews/{METADATA}", lambda root: read_interviews(root / "interviews")),
    "metadata, inspected": (lambda root: f"interviews/{METADATA}", lambda root: inspect_folder(root / "interviews")),
    "metadata, copied": (
        lambda root: f"interviews/{METADATA}",
        lambda root: make_playable(root / "interviews", root / "copy", workers=1),
    ),
    "manifest": (lambda root: f"ours/{MANIFEST}", lambda root: check_output_folder(root / "ours", kind="model")),
}


@pytest.fixture(params=READERS)
def reading(request, good, tmp_path):
    """A copy of the good files; the one that is read; and what reads it."""
    root = tmp_path / "files"
    shutil.copytree(good, root)
    name, read = READERS[request.param]
    return root / name(root), lambda: read(root)


def test_a_link_to_a_good_file_outside_is_not_followed(reading, tmp_path):
    file, read = reading
    outside = tmp_path / "outside"
    shutil.move(file, outside)
    file.symlink_to(outside)

    with watching(outside) as watch:
        with within(60), pytest.raises(ExpressivenessError, match=r"link|leads out"):
            read()
        assert not watch.touched()


@pytest.mark.parametrize("endless", ["/dev/zero", "/dev/stdin", "/dev/tty"])
def test_a_link_to_a_device_ends_in_a_sentence(reading, endless):
    file, read = reading
    file.unlink()
    file.symlink_to(endless)

    with within(60), pytest.raises(ExpressivenessError, match=file.name):
        read()


def test_a_pipe_that_nobody_writes_to_ends_in_a_sentence(reading):
    file, read = reading
    file.unlink()
    os.mkfifo(file)

    with within(60), pytest.raises(ExpressivenessError, match=file.name):
        read()


def test_a_folder_or_a_link_to_itself_ends_in_a_sentence(reading):
    file, read = reading
    file.unlink()
    file.symlink_to(file)
    with within(60), pytest.raises(ExpressivenessError):
        read()
    file.unlink()
    file.mkdir()
    with within(60), pytest.raises(ExpressivenessError):
        read()


def test_a_hole_of_a_terabyte_ends_in_a_sentence(reading):
    file, read = reading
    with file.open("ab") as content:
        content.truncate(2**40)

    with within(60), pytest.raises(ExpressivenessError, match=file.name):
        read()


def test_tables_are_not_looked_for_in_pipes(tmp_path):
    os.mkfifo(tmp_path / "a.npz")

    with within(10):
        assert not is_whole(tmp_path / "a.npz")


def test_metadata_may_be_a_link_where_files_outside_are_allowed(good, tmp_path):
    """Downloads from a hub are folders of links."""
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / METADATA).symlink_to(good / "interviews" / METADATA)

    assert len(read_interviews(folder, allow_outside=True).interviews) == 1


def test_metadata_may_be_a_link_inside_its_folder(good, tmp_path):
    folder = tmp_path / "links"
    shutil.copytree(good / "interviews", folder)
    (folder / METADATA).rename(folder / "first.jsonl")
    (folder / METADATA).symlink_to("first.jsonl")

    assert len(read_interviews(folder).interviews) == 1


def test_what_is_read_is_bounded_wherever_it_lies(tmp_path):
    (tmp_path / "a").write_bytes(bytes(101))
    elsewhere = place("memory://bounded/a")
    elsewhere.parent.mkdir(parents=True, exist_ok=True)
    elsewhere.write_bytes(bytes(101))

    for file in (tmp_path / "a", elsewhere):
        assert read_bounded(file, most=101) == bytes(101)
        with pytest.raises(NotPlainError, match="it is larger than 100 bytes, the limit for such a file"):
            read_bounded(file, most=100)


def test_a_file_that_is_refused_is_closed(tmp_path):
    (tmp_path / "a").write_bytes(bytes(2))
    os.mkfifo(tmp_path / "b")
    before = len(list(Path("/proc/self/fd").iterdir()))

    for name in "ab":
        with pytest.raises(NotPlainError):
            open_bounded(tmp_path / name, most=1)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def secret_array(folder: Path) -> Path:
    """A file outside, which holds what would fit."""
    with h5py.File(folder / "secret.h5", "w") as file:
        file["array"] = np.full(32, 0.5, np.float32)
    (folder / "secret.bin").write_bytes(np.full(32, 0.5, np.float32).tobytes())
    return folder


PLACE = "layers/batch_normalization/vars/0"


def by_external_link(file, outside, at):
    file[at] = h5py.ExternalLink(str(outside / "secret.h5"), "array")


def by_external_group(file, outside, at):
    group = at.rpartition("/")[0] or "group"
    if group in file:
        del file[group]
    file[group] = h5py.ExternalLink(str(outside / "secret.h5"), "/")


def by_soft_link(file, outside, at):
    file["elsewhere"] = h5py.ExternalLink(str(outside / "secret.h5"), "array")
    file[at] = h5py.SoftLink("/elsewhere")


def by_external_storage(file, outside, at):
    file.create_dataset(at, (32,), "f4", external=[(str(outside / "secret.bin"), 0, 128)])


def by_virtual_dataset(file, outside, at):
    layout = h5py.VirtualLayout((32,), "f4")
    layout[:] = h5py.VirtualSource(str(outside / "secret.h5"), "array", (32,))
    file.create_virtual_dataset(at, layout)


def by_compression(file, outside, at):
    file.create_dataset(at, (32,), "f4", chunks=(32,), compression="gzip")


def by_claim(file, outside, at):
    file.create_dataset(at, (10**12,), "f4", chunks=(1024,))


def by_text(file, outside, at):
    file.create_dataset(at, data=["text"] * 32)


@pytest.mark.parametrize("spelling", ["absolute", "relative"])
@pytest.mark.parametrize("at", [PLACE, "layers/extra/vars/0", "extra"])
@pytest.mark.parametrize(
    "plant",
    [
        by_external_link,
        by_external_group,
        by_soft_link,
        by_external_storage,
        by_virtual_dataset,
        by_compression,
        by_claim,
        by_text,
    ],
)
def test_weights_have_no_other_file_read(good, tmp_path, plant, at, spelling):
    shutil.copytree(good / "model", tmp_path / "model")
    outside = secret_array(tmp_path)
    named = outside if spelling == "absolute" else Path("..")
    with h5py.File(tmp_path / "model" / WEIGHTS, "r+") as file:
        if at in file:
            del file[at]
        plant(file, named, at)

    with watching(outside / "secret.h5", outside / "secret.bin") as watch:
        with pytest.raises(ModelError, match="does not hold the weights"):
            load_model(tmp_path / "model")
        assert not watch.touched()


def test_the_watch_sees_what_hdf5_follows_where_nothing_is_forbidden(tmp_path):
    outside = secret_array(tmp_path)
    for plant in (by_external_link, by_external_storage, by_virtual_dataset):
        with h5py.File(tmp_path / "a.h5", "w") as file:
            plant(file, outside, "a")

        with watching(outside / "secret.h5", outside / "secret.bin") as watch, h5py.File(tmp_path / "a.h5") as file:
            assert (file["a"][:] == 0.5).all()
            assert watch.touched(), plant


def test_a_group_that_holds_itself_is_gone_through_once(good, tmp_path):
    shutil.copytree(good / "model", tmp_path / "model")
    with h5py.File(tmp_path / "model" / WEIGHTS, "r+") as file:
        file["layers/again"] = file["layers"]

    with within(60):
        load_model(tmp_path / "model")


def test_a_manifest_that_is_a_link_makes_no_folder_ours(tmp_path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "manifest").write_text(json.dumps({"kind": "model", "format": 1}) + "\n")
    (tmp_path / "ours" / MANIFEST).symlink_to(tmp_path / "manifest")

    with pytest.raises(OutputError, match=MANIFEST):
        check_output_folder(tmp_path / "ours", kind="model")
