"""Videos that show several people: one stays the person interviewed, and a reviewer says who it is."""

import cv2
import fiftyone as fo
import fiftyone.operators as foo
import numpy as np
import pytest

from expressiveness.errors import ConfigError
from expressiveness.faces import ExtractionConfig
from expressiveness.movement import MovementStore, extract_movements
from expressiveness.video import Sampling
from fiftyone_plugin.api import detect_faces, import_interviews, interviews_of, set_work_folder
from fiftyone_plugin.curation import curate
from fiftyone_plugin.dataset import newest_faces
from fiftyone_plugin.steps import choose_interviewee, people_in
from tests.interviews import portrait, row, write_metadata
from tests.media import write_video

pytestmark = pytest.mark.slow

CONFIG = ExtractionConfig(sampling=Sampling(every=2), detector="full")


@pytest.fixture
def dataset(tmp_path, dataset_name):
    """One video of two people, the left one a little larger, and one of a single person."""
    videos = tmp_path / "set" / "videos"
    videos.mkdir(parents=True)
    picture = np.full((256, 512, 3), 90, np.uint8)
    picture[:, :256] = portrait()
    picture[20:236, 276:492] = cv2.resize(portrait(), (216, 216))
    write_video(videos / "vid_0001.mp4", [picture] * 24, 10)
    write_video(videos / "vid_0002.mp4", [portrait()] * 6)
    import_interviews(write_metadata(tmp_path / "set", row(1), row(2)), dataset_name)
    dataset = fo.load_dataset(dataset_name)
    set_work_folder(dataset, tmp_path / "work")
    return dataset


def of_two(dataset):
    return dataset.match(fo.ViewField("interview_id") == "0001")


def primary_middles(dataset):
    dataset.reload()
    faces = of_two(dataset).values("frames.faces.detections", unwind=True)
    return [face.bounding_box[0] + face.bounding_box[2] / 2 for face in faces if face.index == 0]


def test_a_video_of_several_people_is_named_and_shows_one_of_them(dataset):
    operator = foo.get_operator("@expressiveness/interviews/detect_faces")

    found = operator(dataset, detector="full", every=2).result

    assert found["several_people"] == {"0001": 2}
    assert "1 video with several people (0001): taken is the one whose face fills the most" in found["message"]
    middles = primary_middles(dataset)
    assert len(middles) == 12
    assert max(middles) < 0.5
    assert [str(one) for one in people_in(of_two(dataset))] == [
        "on the left, on 100% of the frames, taken now",
        "on the right, on 100% of the frames",
    ]


def test_a_reviewer_says_who_is_interviewed_in_faces_movement_and_labels_and_takes_it_back(dataset):
    detect_faces(dataset, CONFIG)
    store = newest_faces(dataset)
    interview = next(one for one in interviews_of(dataset) if one.id == "0001")
    movements = MovementStore.beside(store)
    extract_movements([interview], movements)
    before, moved = store.load(interview), movements.load(interview)
    curate(of_two(dataset), "exclude", by="AB", level="faces")

    operator = foo.get_operator("@expressiveness/interviews/choose_interviewee")
    said = operator(of_two(dataset), person="1").result

    assert said["message"] == (
        "Taken for the person interviewed: on the right, on 100% of the frames, taken now. Predict this video again."
    )
    assert min(primary_middles(dataset)) > 0.5
    assert (store.load(interview).primary().box[:, 0] > 0.5).all()
    assert np.median(movements.load(interview).landmarks[..., 0]) > np.median(moved.landmarks[..., 0]) + 100
    faces = of_two(dataset).values("frames.faces.detections", unwind=True)
    excluded = {face.index for face in faces if "exclude" in (face.tags or [])}
    assert excluded == {1}, "a decision stays with the person it was made about"

    choose_interviewee(of_two(dataset), 1)
    assert np.array_equal(store.load(interview).face_index, before.face_index)
    assert max(primary_middles(dataset)) < 0.5


def test_one_video_at_a_time_and_only_people_who_are_there(dataset):
    detect_faces(dataset, CONFIG)

    with pytest.raises(ConfigError, match="2 videos; choose the person interviewed in one at a time"):
        choose_interviewee(dataset, 1)
    with pytest.raises(ConfigError, match="there is no person 7 in this video"):
        choose_interviewee(of_two(dataset), 7)
