"""A folder's videos, found without a table."""

from expressiveness.data import videos_in


def made(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_videos_of_every_kind_are_found_in_the_order_of_their_names(tmp_path):
    made(tmp_path, "b.MP4", "a.webm", "deep/er/c.mkv", "d.m2ts", "notes.txt", "metadata.jsonl", "mp4")

    assert [file.relative_to(tmp_path).as_posix() for file in videos_in(str(tmp_path))] == [
        "a.webm",
        "b.MP4",
        "d.m2ts",
        "deep/er/c.mkv",
    ]


def test_what_is_hidden_is_no_video(tmp_path):
    made(tmp_path, "._a.mp4", ".trash/b.mp4", "c.mp4")

    assert [file.name for file in videos_in(tmp_path)] == ["c.mp4"]


def test_links_that_lead_elsewhere_are_left_out_and_counted(tmp_path, caplog):
    made(tmp_path, "else/a.mp4", "set/b.mp4")
    (tmp_path / "set" / "a.mp4").symlink_to(tmp_path / "else" / "a.mp4")
    (tmp_path / "set" / "other").symlink_to(tmp_path / "else")
    (tmp_path / "set" / "c.mp4").symlink_to(tmp_path / "set" / "b.mp4")

    assert [file.name for file in videos_in(tmp_path / "set")] == ["b.mp4", "c.mp4"]
    assert "1 video in" in caplog.text


def test_a_file_and_a_folder_that_is_not_there_hold_none(tmp_path):
    made(tmp_path, "a.mp4")

    assert videos_in(tmp_path / "a.mp4") == videos_in(tmp_path / "nowhere") == []
