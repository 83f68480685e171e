"""What leaves FiftyOne can be read by the library, by FiftyOne, and by whoever reads folders of pictures."""

import json
from collections import Counter

import cv2
import fiftyone as fo
import numpy as np
import pytest

from expressiveness.data import BALANCED, CATEGORIES, EXPRESSIVE, read_interviews
from expressiveness.errors import OutputError, TrainingError
from expressiveness.faces import FaceStore
from fiftyone_plugin.api import interviews_of, work_folder
from fiftyone_plugin.curation import curate, curation_of
from fiftyone_plugin.steps import export_curated, export_for_tools, export_frames_as_coco, register_evaluations


def rows(folder):
    return [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]


def test_the_export_is_a_folder_of_interviews_that_can_be_imported(dataset, tmp_path):
    curate(dataset[:1], "exclude", by="ann", level="videos")
    curate(dataset[1:2], "category", category=EXPRESSIVE, by="ann", level="videos")

    report = export_curated(dataset, tmp_path / "out", faces=False, videos=True)

    found = read_interviews(tmp_path / "out", strict=True)
    assert (report.interviews, report.left_out) == (11, 1)
    assert [interview.scores for interview in found.interviews] == [i.scores for i in interviews_of(dataset[1:])]
    assert all(interview.video.is_file() for interview in found.interviews)
    assert found.ignored_keys == ("corrected_category",)
    assert [row["corrected_category"] for row in rows(tmp_path / "out")] == [EXPRESSIVE] + 10 * [None]


def test_without_the_videos_the_rows_name_them_as_the_imported_folder_does(dataset, sample_interviews, tmp_path):
    export_curated(dataset, tmp_path / "out", faces=False)

    names = [row["file_name"] for row in rows(tmp_path / "out")]
    assert names == [row["file_name"] for row in rows(sample_interviews)]


def test_faces_lie_in_the_folder_of_what_they_count_as(dataset, tmp_path):
    curate(dataset[:1], "exclude", by="ann")
    curate(dataset[1:2], "category", category=BALANCED, by="ann")

    report = export_curated(dataset, tmp_path / "out")

    [interview] = interviews_of(dataset[1:2])
    stored = FaceStore(work_folder(dataset) / "faces").load(interview).primary()
    pictures = sorted((tmp_path / "out" / "faces" / BALANCED).glob(f"{interview.id}_*.png"))
    assert report.excluded_faces == dataset[:1].count("frames.faces.detections")
    assert report.faces == {name: len(list((tmp_path / "out" / "faces" / name).iterdir())) for name in CATEGORIES}
    assert not list((tmp_path / "out" / "faces").rglob(f"{dataset.first()['interview_id']}_*"))
    assert [int(picture.stem.partition("_")[2]) for picture in pictures] == stored.frame_number.tolist()
    read = np.stack([cv2.imread(str(picture), cv2.IMREAD_UNCHANGED) for picture in pictures])
    assert np.array_equal(read, stored.crop)
    tree = fo.Dataset.from_dir(
        dataset_dir=str(tmp_path / "out" / "faces"), dataset_type=fo.types.ImageClassificationDirectoryTree
    )
    assert tree.count_values("ground_truth.label") == {name: count for name, count in report.faces.items() if count}


def test_exporting_again_replaces_the_earlier_export_and_nothing_else(dataset, tmp_path):
    export_curated(dataset, tmp_path / "out")
    curate(dataset[:6], "exclude", by="ann")
    export_curated(dataset, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")

    pictures = len(list((tmp_path / "out" / "faces").rglob("*.png")))
    assert pictures == dataset[6:].count("frames.faces.detections")
    with pytest.raises(OutputError, match=r"holds files .*\(notes\.txt\)"):
        export_curated(dataset, tmp_path / "out")


def test_the_folder_that_was_imported_is_never_written_to(dataset, sample_interviews):
    before = (sample_interviews / "metadata.jsonl").read_bytes()

    with pytest.raises(OutputError, match="holds a set of sample interviews; choose another folder"):
        export_curated(dataset, sample_interviews)
    assert (sample_interviews / "metadata.jsonl").read_bytes() == before


def test_an_export_that_was_imported_is_never_written_to(dataset, dataset_name, tmp_path):
    from fiftyone_plugin.api import import_interviews

    export_curated(dataset, tmp_path / "out", faces=False, videos=True)
    import_interviews(tmp_path / "out", f"{dataset_name}-again")
    again = fo.load_dataset(f"{dataset_name}-again")

    try:
        with pytest.raises(OutputError, match="holds videos of this dataset"):
            export_curated(again, tmp_path / "out", faces=False)
    finally:
        again.delete()


def test_faces_that_were_not_looked_for_cannot_be_exported(dataset, tmp_path):
    dataset[:2].clear_sample_field("frames_looked_at")

    with pytest.raises(TrainingError, match="Detect faces first: 2 videos have no faces yet"):
        export_curated(dataset, tmp_path / "out")
    assert len(curation_of(dataset)) == 0


def test_frames_leave_as_coco_and_come_back(dataset, dataset_name, tmp_path):
    frames = export_frames_as_coco(dataset[:2], "first", tmp_path / "coco")

    again = fo.Dataset.from_dir(
        dataset_dir=str(tmp_path / "coco"),
        dataset_type=fo.types.COCODetectionDataset,
        label_types="detections",
        label_field="face",
    )
    judged = [face for video in dataset[:2].values("frames.first.detections") for face in video if face]
    assert len(again) == frames == len(judged)
    assert again.count_values("face.detections.label") == dict(Counter(face.truth for [face] in judged))
    boxes = sorted(box for [box] in again.values("face.detections.bounding_box"))
    assert np.allclose(boxes, sorted(face.bounding_box for [face] in judged), atol=0.01)
    again.delete()


def test_fiftyones_own_panel_gets_evaluations_of_videos_and_scores(dataset):
    keys = register_evaluations(dataset, "first")
    assert register_evaluations(dataset, "first") == keys == ["first_videos", "first_scores"]

    videos, scores = map(dataset.load_evaluation_results, keys)
    judged = dataset.exists("first_video")
    right = [said == true for said, true in zip(*judged.values(["first_video.label", "category.label"]), strict=True)]
    assert videos.metrics()["accuracy"] == pytest.approx(np.mean(right))
    errors = np.subtract(*judged.values(["first_score", "facial_expression"]))
    assert scores.metrics()["mean_absolute_error"] == pytest.approx(np.abs(errors).mean())


@pytest.mark.parametrize("kind", [fo.types.FiftyOneDataset, fo.types.CVATVideoDataset])
def test_fiftyone_exports_its_own_formats_of_what_we_wrote(dataset, tmp_path, kind):
    field = {} if kind is fo.types.FiftyOneDataset else {"frame_labels_field": "first"}
    dataset[:1].export(export_dir=str(tmp_path / "out"), dataset_type=kind, export_media=False, **field)

    assert list((tmp_path / "out").rglob("*.*"))


def test_other_tools_get_predictions_and_decisions(dataset, tmp_path):
    import pandas as pd

    curate(dataset[:1], "category", category=EXPRESSIVE, by="ann", level="videos")

    report = export_for_tools(dataset[:3], tmp_path / "tables", "tables", run="first")
    export_for_tools(dataset[:3], tmp_path / "elan", "elan")

    frames = pd.read_csv(tmp_path / "tables/frames.csv", dtype={"interview": str})
    labels = [label for video in dataset[:3].values("frames.first.detections.label") for [label] in filter(None, video)]
    assert frames["category"].tolist() == labels
    assert pd.read_csv(tmp_path / "tables/decisions.csv")["coder"].tolist() == ["ann"]
    assert report.videos == len(list((tmp_path / "elan").glob("*.eaf"))) == 3
