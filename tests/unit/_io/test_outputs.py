"""Results replace what we wrote, and nothing else: whatever a user keeps where they go stays, byte for byte."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness._io import (
    MANIFEST,
    Manifest,
    atomic_folder,
    check_output_file,
    check_output_folder,
    growing_folder,
    output_file,
    outputs,
    rewrite,
)
from expressiveness.errors import BusyError, OutputError
from tests.disks import full_disk
from tests.planted import contents, write_tree

KIND = "model"


def write(folder, *names, kind=KIND, text="ours", meanwhile=lambda: None):
    """Replace a folder by one that holds files of these names, and folders where a name ends with /."""
    with atomic_folder(folder, kind=kind) as new:
        for name in names:
            path = new / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_text(text)
        meanwhile()


def names(folder):
    """What a folder holds, but for lists and locks."""
    return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST and not path.name.endswith(".lock"))


# Folders that are replaced as a whole


def test_a_folder_of_ours_is_replaced_with_its_folders_empty_ones_too(tmp_path):
    write(tmp_path / "out", "a", "sub/b", "empty/")
    write(tmp_path / "out", "c")

    assert names(tmp_path / "out") == ["c"]
    assert names(tmp_path) == ["out"]
    check_output_folder(tmp_path / "out", kind=KIND)


@pytest.mark.parametrize("name", ["thesis.docx", "sub/x", ".hidden", "sub/new", ".x.1.unfinished", ".lock", "folder/"])
def test_what_we_did_not_write_is_named_and_nothing_changes(tmp_path, name):
    out = tmp_path / "out"
    write(out, "a", "sub/b")
    (out / name if name.endswith("/") else (out / name).parent).mkdir(parents=True, exist_ok=True)
    if not name.endswith("/"):
        (out / name).write_text("mine")
    before = contents(tmp_path)

    with pytest.raises(OutputError, match=rf"out holds files .*\({re.escape(name.rstrip('/'))}\)"):
        write(out, "a")

    assert contents(tmp_path) == before


@pytest.mark.parametrize("change", [lambda file: file.write_text("mine"), lambda file: file.write_text("MINE!")])
def test_a_file_of_ours_that_was_changed_is_the_users(tmp_path, change):
    write(tmp_path / "out", "a")
    change(tmp_path / "out" / "a")

    with pytest.raises(OutputError, match=r"\(a\)"):
        check_output_folder(tmp_path / "out", kind=KIND)


def test_a_change_that_hides_behind_the_same_size_and_time_is_found_before_anything_goes(tmp_path):
    file = tmp_path / "out" / "a"
    write(tmp_path / "out", "a", text="ours")
    times = file.stat()
    file.write_text("mine")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    with pytest.raises(OutputError, match=r"\(a\).* The new model is in .*out-2"):
        write(tmp_path / "out", "b")

    assert file.read_text() == "mine"
    assert names(tmp_path / "out-2") == ["b"]


def test_a_folder_without_a_list_is_the_users_even_if_it_looks_like_ours(tmp_path):
    write(tmp_path / "out", "model.json", "README.md")
    (tmp_path / "out" / MANIFEST).unlink()

    with pytest.raises(OutputError, match=r"README\.md, model\.json"):
        write(tmp_path / "out", "model.json")


@pytest.mark.parametrize("content", [b"{}", b"\xff", b'{"kind": 1, "format": 1}', b"[" * 100_000, b'{"kind": "model"}'])
def test_a_list_that_is_none_of_ours_is_the_users_too(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content)

    with pytest.raises(OutputError, match=MANIFEST):
        check_output_folder(tmp_path, kind=KIND)


def test_a_list_claims_no_file_whose_content_it_does_not_know(tmp_path):
    write(tmp_path / "out", "a")
    with (tmp_path / "out" / MANIFEST).open("a") as file:
        file.write('\n{"name": "thesis.docx", "bytes": -1, "modified_ns": 0, "sha256": ""}\nhalf a li')
    (tmp_path / "out" / "thesis.docx").write_text("years")

    with pytest.raises(OutputError, match=r"\(thesis\.docx\)"):
        check_output_folder(tmp_path / "out", kind=KIND)


def test_a_folder_of_another_kind_is_left(tmp_path):
    write(tmp_path / "out", "a", kind="keras export")

    with pytest.raises(OutputError, match="holds a keras export; choose another folder for the model"):
        write(tmp_path / "out", "a")


def test_a_copied_and_a_moved_folder_are_ours(tmp_path):
    write(tmp_path / "out", "a", "sub/b", "empty/")
    shutil.copytree(tmp_path / "out", tmp_path / "copy", copy_function=shutil.copyfile)
    (tmp_path / "out").rename(tmp_path / "moved")

    for name in ("copy", "moved"):
        write(tmp_path / name, "c")
        assert names(tmp_path / name) == ["c"]


def test_files_that_appear_during_the_work_stay_and_the_result_is_beside_them(tmp_path):
    write(tmp_path / "out", "a")

    with pytest.raises(OutputError, match=r"thesis\.docx.* The new model is in .*out-2"):
        write(tmp_path / "out", "b", meanwhile=lambda: (tmp_path / "out" / "thesis.docx").write_text("years"))

    assert names(tmp_path / "out") == ["a", "thesis.docx"]
    assert names(tmp_path / "out-2") == ["b"]


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "link").symlink_to("far")
    for name in ("a", "b"):
        write(tmp_path / "link", name)  # first it leads nowhere

    assert names(tmp_path) == ["far", "link"]
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "far") == ["b"]


def test_a_link_inside_a_folder_of_ours_is_the_users(tmp_path):
    write(tmp_path / "out", "a")
    (tmp_path / "precious").write_text("years")
    (tmp_path / "out" / "a").unlink()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "precious")

    with pytest.raises(OutputError, match=r"\(a\)"):
        write(tmp_path / "out", "a")


def test_links_that_go_round_and_names_that_cannot_be_are_one_sentence(tmp_path):
    (tmp_path / "round").symlink_to("round")

    for folder in (tmp_path / "round", tmp_path / "a\0b", tmp_path / ("x" * 300), tmp_path / "file" / "below"):
        (tmp_path / "file").write_text("")
        with pytest.raises(OutputError):
            check_output_folder(folder, kind=KIND)
        with pytest.raises(OutputError):
            check_output_file(folder)


def test_a_file_in_place_of_a_folder_and_the_folder_one_is_in_are_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")

    with pytest.raises(OutputError, match="file is a file; choose a folder"):
        check_output_folder(tmp_path / "file", kind=KIND)
    for folder in (Path(), Path(".."), tmp_path / "here"):
        with pytest.raises(OutputError, match="is the folder you are in; name a new one inside it"):
            check_output_folder(folder, kind=KIND)


def test_where_a_disk_is_mounted_a_new_folder_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path)  # to mount one takes rights

    with pytest.raises(OutputError, match="is a mount point; name a new folder inside it"):
        check_output_folder(tmp_path, kind=KIND)


@pytest.mark.parametrize("check", [lambda path: check_output_folder(path, kind=KIND), check_output_file])
def test_a_file_system_on_which_nothing_can_be_made_is_one_sentence(check):
    with pytest.raises(OutputError, match=r"cannot write /proc/self/out \(.*\); free some space, or choose"):
        check(Path("/proc/self/out"))


def test_a_full_disk_leaves_the_earlier_folder_and_nothing_else(tmp_path):
    write(tmp_path / "out", "a")

    with (
        pytest.raises(OutputError, match=r"cannot write .*out \(File too large\); free some space"),
        full_disk(1000),
        atomic_folder(tmp_path / "out", kind=KIND) as new,
    ):
        (new / "b").write_bytes(bytes(2000))

    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["a"]


@pytest.mark.parametrize("name", [".out.previous", ".out.unfinished", ".out.lock"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_hidden_neighbours_that_are_not_ours_are_named_before_the_work(tmp_path, name, is_folder):
    if is_folder:
        (tmp_path / name).mkdir()
    (tmp_path / name / "x" if is_folder else tmp_path / name).write_text("mine")
    before = contents(tmp_path)

    with pytest.raises(OutputError, match=f"{name} is in the way"):
        write(tmp_path / "out", "a")

    assert contents(tmp_path) == before


def stopped(monkeypatch, at):
    """Have the process end, as far as files tell, at the n-th renaming; nothing is cleaned up."""
    calls = iter(range(100))
    rename = Path.replace

    def replace(self, target):
        if next(calls) == at:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)


@pytest.mark.parametrize(("at", "expected"), [(0, "old"), (1, "old")])
def test_a_run_that_is_killed_between_two_renamings_leaves_the_earlier_folder_to_the_next(
    tmp_path, monkeypatch, at, expected
):
    write(tmp_path / "out", "old")
    with monkeypatch.context() as patch:
        stopped(patch, at)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / "out", "new")
    assert any((tmp_path / folder / "old").is_file() for folder in ("out", ".out.previous"))

    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "out", kind=KIND):
        raise ZeroDivisionError  # the next run fails, too, so what is there is what it found

    assert names(tmp_path / "out") == [expected]
    assert names(tmp_path) == ["out"]


def test_what_somebody_put_into_a_folder_that_waits_for_its_deletion_gets_a_visible_name(tmp_path, caplog):
    write(tmp_path / "out", "new")
    write(tmp_path / ".out.previous", "old", "sub/old")
    (tmp_path / ".out.previous" / "sub" / "thesis.docx").write_text("years")
    (tmp_path / "..out.previous.lock").unlink()

    write(tmp_path / "out", "newer")

    assert names(tmp_path) == ["out", "out-2"]
    assert [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "out-2").rglob("*.docx")] == [
        "out-2/sub/thesis.docx"
    ]
    assert "out-2" in caplog.text


KILLED = """
import sys
from pathlib import Path
from tests.unit._io.test_outputs import write
for turn in range(10**6):
    write(Path(sys.argv[1]), "turn", *(f"sub/{n}" for n in range(20)), "empty/", text=str(turn))
    if turn == 0:
        print("ready", flush=True)
"""


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_a_whole_folder_and_nothing_in_the_way(tmp_path):
    for moment in range(12):
        with subprocess.Popen([sys.executable, "-c", KILLED, tmp_path / "out"], stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05 + 0.011 * moment)
            process.send_signal(signal.SIGKILL)
        with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "out", kind=KIND):
            raise ZeroDivisionError
        assert names(tmp_path) == ["out"]
        files = {name: text for name, text in contents(tmp_path / "out").items() if text and name != MANIFEST}
        assert len(files) == 21
        assert len(set(files.values())) == 1


def test_two_runs_write_one_folder_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "SECONDS_TO_REPLACE", 0.1)

    with atomic_folder(tmp_path / "out", kind=KIND), pytest.raises(BusyError, match="writing a model"):
        write(tmp_path / "out", "a")


texts = st.text("ab", min_size=1, max_size=2)
trees = st.dictionaries(st.sampled_from(["a", "b", "sub/a", "sub/b", "sub/c/d"]), texts, max_size=4)


@given(trees, trees, trees)
def test_a_folder_is_replaced_exactly_if_all_that_it_holds_is_as_we_wrote_it(ours, planted, new):
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        with atomic_folder(out, kind=KIND) as folder:
            write_tree(folder, ours)
        write_tree(out, planted)
        before = contents(out)
        try:
            with atomic_folder(out, kind=KIND) as folder:
                write_tree(folder, new)
        except OutputError:
            assert {**ours, **planted} != ours
            assert contents(out) == before
        else:
            assert {**ours, **planted} == ours
            assert {name: text.decode() for name, text in contents(out).items() if text and name != MANIFEST} == new


# Folders that grow


def grow(folder, *names, kind="sample set", text="ours", meanwhile=lambda: None):
    with growing_folder(folder, kind=kind) as growing:
        for name in names:
            with growing.writing(name) as unfinished:
                unfinished.write_text(text)
                meanwhile()


def test_a_folder_grows_over_several_runs_and_a_file_of_ours_is_written_anew(tmp_path):
    grow(tmp_path / "out", "videos/a", "rows", text="first")
    grow(tmp_path / "out", "videos/b", "rows", text="second")

    files = {name: text for name, text in contents(tmp_path / "out").items() if text and name != MANIFEST}
    assert files == {"videos/a": b"first", "videos/b": b"second", "rows": b"second"}


@pytest.mark.parametrize("name", ["metadata.jsonl", "videos/a", "videos", ".hidden"])
def test_a_folder_that_holds_what_we_did_not_write_grows_no_more(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")

    with pytest.raises(OutputError, match=name), growing_folder(tmp_path, kind="sample set"):
        pass

    assert contents(tmp_path) == {**({"videos": None} if "/" in name else {}), name: b"mine"}


def test_a_file_that_appears_while_a_folder_grows_is_left(tmp_path):
    with pytest.raises(OutputError, match="rows was not written by this program"):
        grow(tmp_path / "out", "rows", meanwhile=lambda: (tmp_path / "out" / "rows").write_text("mine"))

    assert {name: text for name, text in contents(tmp_path / "out").items() if name != MANIFEST} == {"rows": b"mine"}


def test_what_a_killed_run_left_half_written_goes_and_blocks_nobody(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from expressiveness._io import growing_folder\n"
        "with growing_folder(Path(sys.argv[1]), kind='sample set') as growing:\n"
        "    with growing.writing('done') as file: file.write_text('done')\n"
        "    with growing.writing('videos/half') as file: file.write_text('half'); os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "out"], check=False).returncode == 9
    assert list((tmp_path / "out" / "videos").iterdir())

    grow(tmp_path / "out", "new")

    assert names(tmp_path / "out") == ["done", "new", "videos"]
    assert list((tmp_path / "out" / "videos").iterdir()) == []


def test_a_growing_folder_is_cleared_of_what_we_wrote_and_nothing_else(tmp_path):
    grow(tmp_path / "out", "rows", "videos/a")
    (tmp_path / "out" / "empty").mkdir()

    with growing_folder(tmp_path / "out", kind="sample set") as growing:
        (tmp_path / "out" / "thesis.docx").write_text("years")
        growing.clear()

    assert names(tmp_path / "out") == ["empty", "thesis.docx"]


def test_only_one_run_at_a_time_grows_a_folder_which_may_be_the_one_we_are_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with growing_folder(Path(), kind="sample set"), pytest.raises(BusyError, match="writing a sample set"):
        grow(tmp_path, "a")
    grow(Path(), "a")


# Files


def write_file(file, text="ours", *, overwrite=False, meanwhile=lambda: None):
    with output_file(file, overwrite=overwrite) as unfinished:
        unfinished.write_text(text)
        meanwhile()


def test_a_file_is_written_once_and_again_only_if_the_user_says_so(tmp_path):
    for text, overwrite in (("first", False), ("second", True)):
        write_file(tmp_path / "new" / "out", text, overwrite=overwrite)

    with pytest.raises(OutputError, match=r"out exists; .*--overwrite"):
        write_file(tmp_path / "new" / "out")
    assert contents(tmp_path / "new") == {"out": b"second"}


def test_a_file_that_appears_during_the_work_stays_and_the_result_is_beside_it(tmp_path):
    with pytest.raises(OutputError, match=r"the result is in .*out-2\.json"):
        write_file(tmp_path / "out.json", meanwhile=lambda: (tmp_path / "out.json").write_text("mine"))

    assert contents(tmp_path) == {"out.json": b"mine", "out-2.json": b"ours"}


def test_a_failed_file_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match="File too large"), full_disk(10):
        write_file(tmp_path / "out", "longer than that")

    assert contents(tmp_path) == {}


def test_a_link_to_a_file_stays_and_the_file_is_written(tmp_path):
    (tmp_path / "link").symlink_to("far")

    for text in ("first", "second"):
        write_file(tmp_path / "link", text, overwrite=True)

    assert contents(tmp_path) == {"link": "far", "far": b"second"}


def test_what_is_no_file_is_refused_even_if_the_user_says_that_it_may_go(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    for name, sentence in (("folder", "is a folder; name a file"), ("pipe", "is not a regular file")):
        with pytest.raises(OutputError, match=sentence):
            check_output_file(tmp_path / name, overwrite=True)


def test_a_file_of_ours_that_we_change_stays_ours_and_one_of_the_users_stays_theirs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(Path("out"), "a", "b")
    (tmp_path / "out" / "b").write_text("mine")

    for name in ("a", "b"):
        rewrite(Path("out"), name, b"anew")

    assert {name: Manifest.read(tmp_path / "out").is_ours(tmp_path / "out" / name) for name in ("a", "b")} == {
        "a": True,
        "b": False,
    }
    (tmp_path / "plain").write_text("x")
    rewrite(tmp_path, "plain", b"anew")
    assert names(tmp_path) == ["out", "plain"]
