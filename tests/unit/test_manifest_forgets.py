"""A manifest forgets a file's name, and says the same of all others."""

from expressiveness.outputs import (
    MANIFEST,
    GrowingFolder,
    atomic_folder,
    check_output_folder,
    forget_in_manifest,
    remove_written,
)


def grown(folder, *names):
    growing = GrowingFolder(folder, kind="copy")
    for name in names:
        with growing.writing(name) as file:
            file.write_text(name)
    return folder


def test_every_line_about_the_file_goes_and_no_other(tmp_path):
    folder = grown(tmp_path / "copy", "videos/forget-me.mp4", "videos/0001.mp4", "videos/forget-me.mp4")

    assert forget_in_manifest(folder, ["videos/forget-me.mp4"]) == 2

    assert "forget-me" not in (folder / MANIFEST).read_text()
    (folder / "videos" / "forget-me.mp4").unlink()
    check_output_folder(folder, kind="copy")  # the others are still known as ours


def test_what_is_no_folder_of_ours_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    grown(tmp_path / "copy", "0001.mp4")
    before = (tmp_path / "copy" / MANIFEST).stat().st_mtime_ns

    assert forget_in_manifest(tmp_path, ["notes.txt"]) == 0
    assert forget_in_manifest(tmp_path / "copy", ["0002.mp4"]) == 0
    assert (tmp_path / "copy" / MANIFEST).stat().st_mtime_ns == before
    assert not remove_written(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_removing_keeps_what_was_changed_or_added(tmp_path):
    with atomic_folder(tmp_path / "model", kind="model") as folder:
        for name in ("model.json", "README.md"):
            (folder / name).write_text(name)
    (tmp_path / "model" / "README.md").write_text("my own words")
    (tmp_path / "model" / "thesis.docx").write_text("mine")

    assert remove_written(tmp_path / "model")

    left = {file.name for file in (tmp_path / "model").iterdir()}
    assert {"README.md", "thesis.docx"} <= left
    assert "model.json" not in left
