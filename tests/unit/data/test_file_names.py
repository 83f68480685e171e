"""A video is found by a name that looks like its own, and never outside the folder."""

import unicodedata

import pytest

from expressiveness.data import read_interviews
from tests.interviews import row, write_metadata

ON_DISK = "Zo\u00e9 Mu\u0308ller/Gespra\u0308ch 1.mp4"
"""Of both forms, as a folder that came from here and there."""

WRITTEN = {
    "NFC": unicodedata.normalize("NFC", ON_DISK),
    "NFD": unicodedata.normalize("NFD", ON_DISK),
    "as it is": ON_DISK,
    "with a backslash": ON_DISK.replace("/", "\\"),
    "NFD with a backslash": unicodedata.normalize("NFD", ON_DISK).replace("/", "\\"),
    "with a blank of another width": ON_DISK.replace(" 1", "\u202f1"),
    "with a blank at its end": f"{ON_DISK} ",
    "from here": f"./{ON_DISK}",
    "from here with backslashes": ".\\" + ON_DISK.replace("/", "\\"),
}


@pytest.fixture
def folder(tmp_path):
    """A folder with a video."""
    video = tmp_path / "set" / ON_DISK
    video.parent.mkdir(parents=True)
    video.touch()
    return tmp_path / "set"


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("layout", ["metadata", "table"])
def test_a_video_is_found_however_its_name_is_written(folder, layout, name):
    if layout == "metadata":
        write_metadata(folder, row(1, file_name=WRITTEN[name]))
    else:
        (folder / "ratings.csv").write_text(f"video,person,rating\n{WRITTEN[name]},1,1\nb.mp4,2,2\nc.mp4,3,3\n")

    found = read_interviews(folder)[0]

    assert found.video == folder / ON_DISK
    assert layout == "metadata" or "\\" not in found.id


def test_two_names_of_one_video_are_one_interview(folder):
    write_metadata(folder, *(row(number, file_name=name) for number, name in enumerate(WRITTEN.values(), start=1)))

    found = read_interviews(folder)

    assert len(found) == 1
    assert all("line 1 has the same video" in bad.reason for bad in found.bad_rows)


def test_of_two_videos_that_look_the_same_each_is_found_by_its_own_name_and_none_is_guessed(tmp_path):
    names = [unicodedata.normalize(form, "Zo\u00e9.mp4") for form in ("NFC", "NFD")]
    for name in names:
        (tmp_path / name).touch()
    write_metadata(
        tmp_path, *(row(n, file_name=name) for n, name in enumerate([*names, "\u200bZo\u00e9.mp4"], start=1))
    )

    found = read_interviews(tmp_path)

    assert [one.video.name for one in found][:2] == names
    assert not found[2].video.exists()


def test_a_backslash_that_is_part_of_a_name_stays_one(tmp_path):
    (tmp_path / "a\\b.mp4").touch()
    write_metadata(tmp_path, row(1, file_name="a\\b.mp4"))

    assert read_interviews(tmp_path)[0].video == tmp_path / "a\\b.mp4"


def test_a_name_of_no_video_is_kept(folder):
    write_metadata(folder, row(1, file_name="none.mp4"), row(2, file_name="nowhere\\none.mp4"), row(3, file_name="."))

    assert [one.video for one in read_interviews(folder)] == [
        folder / "none.mp4",
        folder / "nowhere" / "none.mp4",
        folder,
    ]


@pytest.mark.parametrize(
    "name",
    [
        "..\\outside.mp4",
        "videos\\..\\..\\outside.mp4",
        "\\outside.mp4",
        "\\\\server\\share\\outside.mp4",
        "C:\\outside.mp4",
        "C:outside.mp4",
        "\u2025/outside.mp4",  # looks like two points
        "..\uff0foutside.mp4",  # a slash of full width
        "\uff0e\uff0e\\outside.mp4",
    ],
)
def test_no_spelling_leads_out_of_the_folder(folder, name):
    (folder.parent / "outside.mp4").touch()
    write_metadata(folder, row(1, file_name=name), row(2))

    for one in read_interviews(folder):
        assert one.video.is_relative_to(folder)
        assert one.id == "0002" or not one.video.exists()


def test_a_link_that_leads_out_is_refused_by_every_spelling(folder):
    (folder.parent / "else").mkdir()
    (folder.parent / "else" / "a.mp4").touch()
    (folder / "Zoe\u0301").symlink_to(folder.parent / "else")
    (folder / "b.mp4").symlink_to(folder.parent / "else" / "a.mp4")
    names = ["Zo\u00e9/a.mp4", "Zo\u00e9\\\u200ba.mp4", "Zoe\u0301/a.mp4", "\u200bb.mp4", "b.mp4"]
    write_metadata(folder, *(row(number, file_name=name) for number, name in enumerate(names, start=1)))

    found = read_interviews(folder)

    assert not found.interviews
    assert all("leads out of the folder" in bad.reason for bad in found.bad_rows)
    assert [one.video for one in read_interviews(folder, allow_outside=True)] == [folder.parent / "else" / "a.mp4"]
