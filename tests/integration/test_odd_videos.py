"""Videos that are not what the App likes best, in the dataset: HEVC, and a variable frame rate."""

import av
import fiftyone as fo
import fiftyone.operators as foo
import numpy as np
import pytest

from expressiveness.errors import InterviewError
from expressiveness.faces import ExtractionConfig
from expressiveness.video import Sampling, make_playable
from fiftyone_plugin.api import detect_faces, import_interviews, set_work_folder
from fiftyone_plugin.steps.importer import Interviews
from tests.interviews import portrait, row, write_metadata
from tests.media import write_irregular_video, write_video
from tests.watching import watching

EVERY = ExtractionConfig(sampling=Sampling(every=1), detector="short")
TENTHS = (0, 1, 2, 7, 8, 20)
EMPTY = np.full((256, 256, 3), 90, np.uint8)


@pytest.fixture
def folder(tmp_path):
    """A video in HEVC, and one of variable frame rate whose fourth frame shows nobody."""
    videos = tmp_path / "set" / "videos"
    videos.mkdir(parents=True)
    write_video(videos / "vid_0001.mp4", [portrait()] * 6, codec="libx265")
    pictures = [portrait()] * 3 + [EMPTY] + [portrait()] * 2
    write_irregular_video(videos / "vid_0002.mp4", pictures, TENTHS)
    return write_metadata(tmp_path / "set", row(1), row(2))


def frames_with_faces(name, work):
    dataset = fo.load_dataset(name)
    set_work_folder(dataset, work)
    assert detect_faces(dataset, EVERY, workers=1).failures == []
    dataset.reload()
    return dict(zip(*dataset.exists("frames.faces").values(["interview_id", "frames.frame_number"]), strict=True))


def test_a_video_that_browsers_do_not_play_is_analysed_and_a_copy_offered(folder, dataset_name, tmp_path):
    operator = foo.get_operator("@expressiveness/interviews/import_interviews")
    imported = operator(folder, dataset_name=dataset_name).result

    assert imported["unplayable"] == {"0001": "hevc"}
    assert "1 video in hevc: all works on them but watching" in imported["message"]
    assert f"expressiveness reencode {folder} --out COPY" in imported["message"]
    before = frames_with_faces(dataset_name, tmp_path / "work")["0001"]

    make_playable(folder, tmp_path / "copy", workers=1)
    assert import_interviews(tmp_path / "copy", dataset_name, replace_rows=True).unplayable == {}
    assert frames_with_faces(dataset_name, tmp_path / "work")["0001"] == before


def test_at_a_variable_frame_rate_the_labels_are_on_the_frames_that_are_counted(folder, dataset_name, tmp_path):
    import_interviews(folder, dataset_name)

    assert frames_with_faces(dataset_name, tmp_path / "work")["0002"] == [1, 2, 3, 5, 6]
    assert fo.load_dataset(dataset_name).values("metadata.total_frame_count") == [6, 6]


def test_a_video_of_variable_frame_rate_is_named_and_in_its_copy_the_app_counts_as_the_labels_do(
    folder, dataset_name, tmp_path
):
    operator = foo.get_operator("@expressiveness/interviews/import_interviews")
    imported = operator(folder, dataset_name=dataset_name).result
    make_playable(folder, tmp_path / "copy", workers=1)
    again = import_interviews(tmp_path / "copy", dataset_name, replace_rows=True)

    assert list(imported["uneven"]) == ["0002"]
    assert "1 video whose frames come unevenly or only after the sound: figures are right" in imported["message"]
    assert f"draws labels some {imported['uneven']['0002']:.1f} s early or late" in imported["message"]
    assert (again.unplayable, again.uneven) == ({}, {})
    # What the App counts as a frame is its time by a constant rate: the fourth picture is the one of tenths 7 alone.
    with_faces = frames_with_faces(dataset_name, tmp_path / "work")["0002"]
    assert with_faces == [tenth + 1 for tenth in range(TENTHS[-1] + 1) if tenth != 7]


def test_videos_outside_the_folder_are_imported_only_where_that_is_allowed(dataset_name, tmp_path):
    write_video(tmp_path / "far.mp4", [portrait()] * 3)
    write_video(tmp_path / "set.mp4", [portrait()] * 3)
    folder = write_metadata(
        tmp_path / "set", row(1, file_name="../far.mp4"), row(2, file_name=str(tmp_path / "set.mp4"))
    )
    operator = foo.get_operator("@expressiveness/interviews/import_interviews")

    with pytest.raises(InterviewError, match=r"none of the interviews.*leads out of the folder; move it in, or give"):
        import_interviews(folder, dataset_name)
    assert operator(folder, dataset_name=dataset_name, allow_outside=True).result["added"] == 2
    by_type = fo.Dataset.from_dir(dataset_dir=str(folder), dataset_type=Interviews, allow_outside=True)
    assert by_type.values("filepath") == [str(tmp_path / "far.mp4"), str(tmp_path / "set.mp4")]


def test_the_import_decodes_nothing_in_its_own_process_and_a_playlist_costs_its_row(
    dataset_name, tmp_path, monkeypatch
):
    videos = tmp_path / "set" / "videos"
    videos.mkdir(parents=True)
    write_video(tmp_path / "outside.ts", [portrait()] * 3)
    (videos / "vid_0001.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\n{tmp_path}/outside.ts\n#EXT-X-ENDLIST\n")
    write_video(videos / "vid_0002.mp4", [portrait()] * 3)
    write_video(videos / "vid_0003.mp4", [np.tile(portrait(), (2, 2, 1))] * 3)
    folder = write_metadata(tmp_path / "set", row(1, file_name="videos/vid_0001.m3u8"), row(2), row(3))
    monkeypatch.setattr(av, "open", None)  # of this process; workers are others

    with watching(tmp_path / "outside.ts") as watch:
        report = import_interviews(folder, dataset_name, max_pixels=100_000)
        by_type = fo.Dataset.from_dir(dataset_dir=str(folder), dataset_type=Interviews)
        assert not watch.touched()

    assert report.added == 1
    first, second = report.failures
    assert first.reason.startswith("vid_0001.m3u8: is a playlist (hls), not a video")
    assert second.reason.startswith("vid_0003.mp4: its pictures have 512 x 512 pixels, more than the 0.1 megapixels")
    assert by_type.values("interview_id") == ["0002", "0003"]


@pytest.mark.parametrize("ending", [".3gp", ".mts", ".ts", ".m2ts", ".MTS", ".vob"])
def test_a_video_is_imported_whatever_its_name_ends_in(dataset_name, tmp_path, ending):
    videos = tmp_path / "set" / "videos"
    videos.mkdir(parents=True)
    for name in ("vid_0001.mp4", f"vid_0002{ending}"):
        write_video(tmp_path / "made.mp4", [portrait()] * 3).rename(videos / name)
    folder = write_metadata(tmp_path / "set", row(1), row(2, file_name=f"videos/vid_0002{ending}"))

    report = import_interviews(folder, dataset_name)

    assert (report.added, report.failures) == (2, [])
    assert fo.load_dataset(dataset_name).media_type == "video"
    assert make_playable(folder, tmp_path / "copy", workers=1).reencoded == 1


@pytest.mark.parametrize("ending", ["", ".unknown", ".jpg"])
def test_a_name_by_which_the_app_knows_no_video_costs_that_video_and_not_its_copy(dataset_name, tmp_path, ending):
    videos = tmp_path / "set" / "videos"
    videos.mkdir(parents=True)
    for name in ("vid_0001.mp4", f"vid_0002{ending}"):
        write_video(tmp_path / "made.mp4", [portrait()] * 3).rename(videos / name)
    folder = write_metadata(tmp_path / "set", row(1), row(2, file_name=f"videos/vid_0002{ending}"))

    report = import_interviews(folder, dataset_name)
    make_playable(folder, tmp_path / "copy", workers=1)

    assert report.added == 1
    [failure] = report.failures
    assert "the App knows videos by the ending of their names, and not this one's" in failure.reason
    assert import_interviews(tmp_path / "copy", dataset_name, replace_rows=True).added == 1


def test_a_link_to_a_file_without_an_ending_is_imported_by_its_own_name(dataset_name, tmp_path):
    """As a download cache keeps files: the name is a link to a blob that is named by its digest."""
    videos, blob = tmp_path / "set" / "videos", tmp_path / "blobs" / ("0" * 64)
    videos.mkdir(parents=True)
    blob.parent.mkdir()
    write_video(tmp_path / "made.mp4", [portrait()] * 3).rename(blob)
    (videos / "vid_0001.mp4").symlink_to(blob)

    report = import_interviews(write_metadata(tmp_path / "set", row(1)), dataset_name, allow_outside=True)

    assert (report.added, report.unplayable) == (1, {})
    assert fo.load_dataset(dataset_name).first().filepath == str(videos / "vid_0001.mp4")
