"""The whole main job, as the library's own functions do it, on synthetic faces, on real ones and on bad input."""

import json
import shutil
import subprocess
import sys

import fiftyone as fo
import pytest
from fiftyone import ViewField as F

from expressiveness.cli import main
from expressiveness.models import TrainingConfig
from fiftyone_plugin.api import detect_faces, import_interviews, predict, record_of, set_work_folder, train_model
from fiftyone_plugin.review import MISCLASSIFIED_FRAMES, save_review_views
from tests.interviews import row, write_metadata, write_portrait_video


def whole_way(folder, name, work_folder, config):
    """Import, detect, train, predict, review; return the dataset and the figures."""
    import_interviews(folder, name)
    dataset = fo.load_dataset(name)
    set_work_folder(dataset, work_folder)
    report = detect_faces(dataset)
    assert report.failures == []
    run = train_model(dataset, config)
    predict(dataset, run)
    save_review_views(dataset, run)
    return dataset, run, record_of(dataset, run)["evaluation"]


def assert_every_frame_knows_whether_it_was_right(dataset, run):
    frames = dataset.count(f"frames.{run}.detections")
    assert frames > 0
    right, wrong = (dataset.filter_labels(f"frames.{run}", F("correct") == value) for value in (True, False))
    assert right.count(f"frames.{run}.detections") + wrong.count(f"frames.{run}.detections") == frames
    assert right.match_labels(filter=F("label") != F("truth"), fields=f"frames.{run}").count() == 0
    misclassified = dataset.load_saved_view(MISCLASSIFIED_FRAMES)
    assert misclassified.count(f"frames.{run}.detections") == wrong.count(f"frames.{run}.detections")


@pytest.mark.slow
def test_from_a_folder_to_misclassified_frames(sample_interviews, dataset_name, tmp_path):
    dataset, run, figures = whole_way(
        sample_interviews, dataset_name, tmp_path, TrainingConfig(model="notebook_cnn", options={"epochs": 2})
    )

    assert len(dataset) == 12
    assert figures["participants"] >= 1
    assert set(dataset.distinct("category.label")) <= {"Reserved Expression", "Balanced Expression", "Expressive"}
    assert_every_frame_knows_whether_it_was_right(dataset, run)


@pytest.mark.slow
def test_from_rendered_heads_to_misclassified_frames(facekit, dataset_name, tmp_path):
    render = [sys.executable, facekit / "make_interviews.py", tmp_path / "set", "--participants", "5"]
    subprocess.run([*render, "--clips-per-participant", "2", "--seconds", "2"], check=True, capture_output=True)

    dataset, run, _ = whole_way(
        tmp_path / "set", dataset_name, tmp_path, TrainingConfig(model="notebook_cnn", options={"epochs": 1})
    )

    assert len(dataset) == 10
    assert_every_frame_knows_whether_it_was_right(dataset, run)


@pytest.mark.slow
def test_from_real_faces_to_misclassified_frames(real_videos, dataset_name, tmp_path):
    clips = ["WolfgangLanger_Pexels.mp4", "single_face.mp4", "face_noface.mov", "noface_face.mov", "no_face.mp4"]
    folder = tmp_path / "set"
    (folder / "videos").mkdir(parents=True)
    for clip in clips:
        shutil.copy(real_videos / clip, folder / "videos" / clip)
    scores = (1.2, 0.1, -0.2, -0.9, -1.5)
    write_metadata(
        folder,
        *(
            row(number, file_name=f"videos/{clip}", facial_expression=score)
            for number, (clip, score) in enumerate(zip(clips, scores, strict=True), start=1)
        ),
    )

    dataset, run, _ = whole_way(
        folder, dataset_name, tmp_path, TrainingConfig(model="notebook_cnn", options={"epochs": 1})
    )

    assert_every_frame_knows_whether_it_was_right(dataset, run)
    acted = dataset.match(F("filepath").ends_with("WolfgangLanger_Pexels.mp4")).first()
    assert acted.frames_looked_at == 95
    assert acted.frames_without_face == 0
    half = dataset.match(F("filepath").ends_with("/face_noface.mov")).first()
    assert 10 <= half.frames_without_face <= 24


def test_importing_again_updates_and_duplicates_nothing(dataset_name, tmp_path):
    write_portrait_video(tmp_path / "videos" / "vid_0001.mp4")
    write_portrait_video(tmp_path / "videos" / "vid_0002.mp4")
    write_metadata(tmp_path, row(1, facial_expression=0.9), row(2))
    first = import_interviews(tmp_path, dataset_name)
    ids = fo.load_dataset(dataset_name).values("id")

    write_metadata(tmp_path, row(1, facial_expression=-0.9), row(2))
    second = import_interviews(tmp_path, dataset_name)

    dataset = fo.load_dataset(dataset_name)
    assert (first.added, first.updated, second.added, second.updated) == (2, 0, 0, 2)
    assert dataset.values("id") == ids
    assert dataset.values("facial_expression") == [-0.9, 0.0]
    assert dataset.values("category.label") == ["Reserved Expression", "Balanced Expression"]
    assert dataset.persistent


def test_an_interview_becomes_a_sample_with_everything_the_row_says(dataset_name, tmp_path):
    write_portrait_video(tmp_path / "videos" / "vid_0082.mp4", frames=12, fps=10)
    write_metadata(tmp_path, row(82, user_no="90", facial_expression=0.31, question_id="76"))
    import_interviews(tmp_path, dataset_name)

    sample = fo.load_dataset(dataset_name).first()

    assert (sample.interview_id, sample.participant, sample.question_id) == ("0082", "90", "76")
    assert sample.category.label == "Expressive"
    assert sample.facial_expression == 0.31
    assert sample.openness == 0.0
    assert sample.transcript == "[00:00 - 00:03] Hello."
    metadata = sample.metadata
    assert (metadata.frame_width, metadata.frame_height, metadata.frame_rate) == (256, 256, 10)
    assert metadata.total_frame_count == 12
    assert not sample.has_field("gemini_summary")


def test_bad_rows_and_missing_videos_cost_only_themselves(dataset_name, tmp_path):
    write_portrait_video(tmp_path / "videos" / "vid_0001.mp4")
    (tmp_path / "videos" / "vid_0003.mp4").write_text("no video")
    write_metadata(tmp_path, row(1), row(2), row(3), b"{")

    report = import_interviews(tmp_path, dataset_name)

    assert report.added == 1
    reasons = {failure.id: failure.reason for failure in report.failures}
    assert set(reasons) == {"metadata.jsonl line 4", "0002", "0003"}
    assert "vid_0002.mp4: no such file" in reasons["0002"]
    assert "vid_0003.mp4: not a video" in reasons["0003"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demo_beats_the_majority_class_on_people_held_out(tmp_path, capsys):
    """The README states the figure; here stands a bound well below it."""
    try:
        assert main(["demo", "--dir", str(tmp_path / "demo"), "--no-app", "--json", str(tmp_path / "demo.json")]) == 0
    finally:
        if fo.dataset_exists("expressiveness-demo"):
            fo.delete_dataset("expressiveness-demo")

    result = json.loads((tmp_path / "demo.json").read_text())
    video = result["evaluation"]["video"]
    assert result["imported"]["failures"] == result["extracted"]["failures"] == []
    assert result["extracted"]["faces"] >= 0.95 * result["extracted"]["frames_sampled"]
    # On twelve videos one more or less is 0.08 of accuracy; the order of the videos is the steadier figure.
    assert video["accuracy"] > video["majority_accuracy"] + 0.15
    assert video["spearman"] > 0.7
    assert "Misclassified frames" in capsys.readouterr().out
