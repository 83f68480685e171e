"""Videos and faces on object storage: a real S3 API on loopback."""

import re
import shlex
import sys

import pytest

from expressiveness._io import place
from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.errors import PlaceError
from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.movement import MovementStore, extract_movements
from expressiveness.privacy import forget_in_store
from tests.conftest import REPOSITORY
from tests.interviews import row, write_metadata, write_portrait_video

GUIDE = (REPOSITORY / "docs" / "guides" / "cluster.md").read_text()
BUCKET = "s3://bucket"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two clips of a portrait, and a third that is no video."""
    folder = tmp_path_factory.mktemp("set")
    write_metadata(folder, *map(row, range(1, 4)))
    for number in (1, 2):
        write_portrait_video(folder / row(number)["file_name"], frames=10 + number)
    (folder / row(3)["file_name"]).write_text("no video")
    return folder


@pytest.fixture(scope="module")
def bucket(s3, folder):
    """A copy of the folder in a bucket, which commands find by the environment, as a user's do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", s3)
        patch.setenv("AWS_ACCESS_KEY_ID", "any")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "any")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        interviews = place(f"{BUCKET}/interviews")
        interviews.parent.mkdir()
        interviews.fs.put(f"{folder}/", f"{interviews.path}/", recursive=True)
        yield interviews


def stored(root):
    return {path.name: path.read_bytes() for path in root.glob("*/*.*")}


@pytest.mark.slow
def test_the_guides_command_stores_in_a_bucket_what_the_disk_would_hold(bucket, folder, tmp_path, capsys):
    extract_interviews(read_interviews(folder).interviews, FaceStore(tmp_path), workers=1)
    [command] = re.findall(r"^expressiveness (.* s3://.*)", GUIDE, re.MULTILINE)

    first, second = (main(shlex.split(command)) for _ in range(2))

    out, errors = capsys.readouterr()
    assert (first, second) == (1, 1)
    assert "2 videos done, 0 stored already, 1 failed" in out
    assert "0 videos done, 2 stored already, 1 failed" in out
    assert "0003: vid_0003.mp4: not a video that can be read" in errors
    assert stored(place(f"{BUCKET}/faces")) == stored(tmp_path)


@pytest.mark.slow
def test_movement_is_kept_beside_the_faces_and_an_interview_can_be_forgotten(bucket):
    root = place(f"{BUCKET}/others")
    [first, second, _] = read_interviews(bucket).interviews
    extract_interviews([first, second], FaceStore(root), workers=1)
    extract_movements([first, second], MovementStore(root), workers=1)

    assert forget_in_store(root, first.id) == 2

    assert not FaceStore(root).has(first)
    assert MovementStore(root).has(second)
    assert len(FaceStore.open(root).load(second)) == 3
    assert len(MovementStore(root).load(second)) == 12


@pytest.mark.slow
def test_a_table_that_was_cut_short_is_made_again(bucket):
    store = FaceStore(place(f"{BUCKET}/faces"))
    interviews = read_interviews(bucket).interviews[:1]
    extract_interviews(interviews, store, workers=1)
    [table] = store.folder.glob("0001-*.npz")
    whole = table.read_bytes()
    table.write_bytes(whole[:-100])

    report = extract_interviews(interviews, store, workers=1)

    assert (report.succeeded, report.skipped) == (1, 0)
    assert table.read_bytes() == whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            f"{BUCKET}/nowhere",
            rf"no folder {BUCKET}/nowhere; give the one that holds the table of interviews and their videos",
        ),
        ("nosuch://bucket", r"nosuch://bucket cannot be read as a URL \(.*nosuch.*\); check it"),
        ("github://bucket", r"github://bucket.* cannot be reached \(.*\); check its address and your credentials"),
    ],
)
def test_what_cannot_be_reached_is_one_sentence(bucket, capsys, address, sentence):
    assert main(["extract", address, "--out", f"{BUCKET}/faces"]) == 1

    assert re.fullmatch(f"expressiveness: {sentence}\n", capsys.readouterr().err)


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "upath", None)

    with pytest.raises(PlaceError, match=r"s3://bucket is not on this machine; run: pip install .*\[remote\]"):
        place(BUCKET)
