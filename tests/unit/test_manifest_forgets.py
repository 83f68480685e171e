"""A manifest forgets a file's name, and says the same of all others."""

from expressiveness._io import MANIFEST, Manifest, atomic_folder, check_output_folder, growing_folder


def grown(folder, *names):
    with growing_folder(folder, kind="copy") as growing:
        for name in names:
            with growing.writing(name) as file:
                file.write_text(name)
    return folder


def test_every_line_about_the_file_goes_and_no_other(tmp_path):
    folder = grown(tmp_path / "copy", "videos/forget-me.mp4", "videos/0001.mp4", "videos/forget-me.mp4")

    assert Manifest.read(folder).forget(["videos/forget-me.mp4"]) == 4  # announced and written, twice

    assert "forget-me" not in (folder / MANIFEST).read_text()
    (folder / "videos" / "forget-me.mp4").unlink()
    check_output_folder(folder, kind="copy")  # the others are still known as ours


def test_a_name_that_it_does_not_have_changes_nothing(tmp_path):
    grown(tmp_path / "copy", "0001.mp4")
    before = (tmp_path / "copy" / MANIFEST).stat().st_mtime_ns

    assert Manifest.read(tmp_path / "copy").forget(["0002.mp4"]) == 0
    assert (tmp_path / "copy" / MANIFEST).stat().st_mtime_ns == before


def test_removing_keeps_what_was_changed_or_added(tmp_path):
    with atomic_folder(tmp_path / "model", kind="model") as folder:
        for name in ("model.json", "README.md"):
            (folder / name).write_text(name)
    (tmp_path / "model" / "README.md").write_text("my own words")
    (tmp_path / "model" / "thesis.docx").write_text("mine")

    Manifest.read(tmp_path / "model").remove_ours()

    left = {file.name for file in (tmp_path / "model").iterdir()}
    assert {"README.md", "thesis.docx"} <= left
    assert "model.json" not in left
