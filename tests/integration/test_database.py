"""What the plugin builds on: FiftyOne keeps videos and the labels of their frames in a real MongoDB."""

from pathlib import Path

import fiftyone as fo
from fiftyone.core.service import DatabaseService

from tests.media import write_grey_ramp
from tools.ensure_mongod import find_mongod, mongod_version


def test_a_video_and_the_labels_of_its_frames_are_read_back(dataset_name, tmp_path):
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=3)
    sample = fo.Sample(filepath=str(video), tags=["reviewed"])
    for number in (1, 2, 3):
        box = [0.1 * number, 0.2, 0.3, 0.4]
        face = fo.Detection(label="Reserved Expression", bounding_box=box, confidence=number / 4)
        sample.frames[number] = fo.Frame(faces=fo.Detections(detections=[face]))
    fo.Dataset(dataset_name).add_sample(sample)

    dataset = fo.load_dataset(dataset_name)
    dataset.reload()
    [labels] = dataset.values("frames.faces.detections.label")
    [confidences] = dataset.values("frames.faces.detections.confidence")

    assert dataset.media_type == "video"
    assert dataset.first().tags == ["reviewed"]
    assert labels == [["Reserved Expression"]] * 3
    assert confidences == [[0.25], [0.5], [0.75]]


def test_the_database_is_the_tests_own(mongodb):
    assert fo.config.database_uri == mongodb
    assert fo.config.database_name == "expressiveness-tests"
    assert Path(fo.config.plugins_dir, "expressiveness", "pyproject.toml").is_file()


def test_the_database_that_set_up_checks_is_the_one_that_fiftyone_starts():
    assert str(find_mongod()) == DatabaseService.find_mongod()
    assert int(mongod_version().split(".")[0]) >= 6
