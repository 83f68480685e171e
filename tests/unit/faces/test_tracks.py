"""Whose face is whose over a video, by place alone."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.errors import ConfigError
from expressiveness.faces import ExtractionConfig, FaceDetector, Tracker, extract_faces, people_of
from expressiveness.movement import read_movement
from expressiveness.movement.faces_and_movement import read_faces_and_movement
from expressiveness.movement.landmarks import landmarker_of_process
from expressiveness.video import Sampling
from tests.interviews import portrait
from tests.media import write_video

LEFT, RIGHT = (0.1, 0.3, 0.2, 0.3), (0.6, 0.3, 0.2, 0.3)


def people(*frames, rate=6.0):
    """Who the faces of some frames are, as lists of boxes."""
    number = np.concatenate([np.full(len(boxes), place + 1) for place, boxes in enumerate(frames)]).astype(np.int32)
    boxes = np.array([box for boxes in frames for box in boxes])
    return people_of(number, (number - 1) / rate, boxes).tolist()


def larger(box, by):
    return (*box[:2], box[2] * by, box[3] * by)


def test_the_one_whose_face_fills_the_most_of_the_picture_over_time_is_interviewed():
    frames = [[larger(LEFT, 1.1 if n % 2 else 0.8), RIGHT] for n in range(9)]

    assert people(*frames) == [1, 0] * 9, (
        "the left face is the larger one on every other frame, the right one on average"
    )


def test_a_face_on_more_frames_outweighs_a_larger_one_on_few():
    assert people(*[[LEFT]] * 8, [LEFT, larger(RIGHT, 1.5)], [LEFT]) == [0] * 9 + [1, 0]


def test_whoever_is_alone_while_the_other_is_missed_stays_who_they_are():
    assert people([LEFT, larger(RIGHT, 1.3)], [LEFT], [LEFT, larger(RIGHT, 1.3)]) == [1, 0, 1, 1, 0]


def test_a_face_that_moves_slowly_through_the_picture_is_one_persons():
    assert people(*[[(0.05 * n, 0.3, 0.2, 0.3)] for n in range(15)]) == [0] * 15


def test_two_who_are_never_there_at_once_are_taken_for_one_who_was_filmed_anew():
    assert people(*[[LEFT]] * 5, *[[RIGHT]] * 4) == [0] * 9


def test_who_comes_between_two_sights_of_another_is_somebody_else():
    assert people(*[[LEFT]] * 5, [larger(RIGHT, 0.5)], *[[LEFT]] * 5) == [0] * 5 + [1] + [0] * 5


def test_where_frames_are_far_apart_a_person_may_have_moved_farther():
    assert people([LEFT], [RIGHT], [LEFT], rate=0.1) == [0, 0, 0]


@given(st.lists(st.lists(st.tuples(*[st.floats(0.01, 1)] * 4), max_size=4), max_size=8))
def test_a_frame_never_shows_a_person_twice_and_people_are_numbered_by_prominence(frames):
    found = people(*frames) if any(frames) else []

    areas = {}
    rows = iter(found)
    for boxes in frames:
        on_frame = [next(rows) for _ in boxes]
        assert len(set(on_frame)) == len(on_frame)
        for person, box in zip(on_frame, boxes, strict=True):
            areas[person] = areas.get(person, 0) + box[2] * box[3]
    assert sorted(areas) == list(range(len(areas)))
    ranked = [areas[person] for person in range(len(areas))]
    assert all(one >= other - 1e-9 for one, other in pairwise(ranked))


def test_a_tracker_knows_a_face_again_where_it_was():
    tracker = Tracker()

    assert tracker.follow(0.0, [LEFT, RIGHT]) == [0, 1]
    assert tracker.follow(0.2, []) == []
    assert tracker.follow(0.4, [RIGHT]) == [1]
    assert tracker.follow(0.6, [larger(RIGHT, 3), LEFT]) == [2, 0], "nobody grows threefold at once"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Two faces side by side; which of the two is the larger one changes from frame to frame."""
    pictures = []
    for number in range(24):
        left, right = (0.82, 0.78) if number % 2 else (0.78, 0.82)
        picture = np.full((256, 512, 3), 90, np.uint8)
        for x, scale in ((0, left), (256, right)):
            side = int(256 * scale)
            picture[20 : 20 + side, x + 20 : x + 20 + side] = cv2.resize(portrait(), (side, side))
        pictures.append(picture)
    return write_video(tmp_path_factory.mktemp("gallery") / "gallery.mp4", pictures, 10)


CONFIG = ExtractionConfig(sampling=Sampling(every=1), detector="full")


def sides(table):
    return {"left" if x + width / 2 < 0.5 else "right" for x, _, width, _ in table.primary().box.tolist()}


def test_the_primary_face_stays_one_person_and_the_video_is_named_as_one_of_several(gallery):
    faces = extract_faces(gallery, CONFIG)

    assert faces.people == 2
    assert len(sides(faces)) == 1
    assert len(faces.primary()) == 24
    assert set(faces.face_index.tolist()) == {0, 1}


def test_another_person_can_be_taken_and_back(gallery):
    faces = extract_faces(gallery, CONFIG)
    other = faces.with_interviewee(1)

    assert sides(other) != sides(faces)
    assert np.array_equal(other.with_interviewee(1).face_index, faces.face_index)
    assert faces.with_interviewee(0).face_index.tolist() == faces.face_index.tolist()
    with pytest.raises(ConfigError, match="there is no person 5"):
        faces.with_interviewee(5)


def test_movement_is_of_the_person_whose_faces_are_taken(gallery):
    with FaceDetector("full") as detector:
        faces, movement = read_faces_and_movement(
            gallery, CONFIG, detector=detector, landmarker=landmarker_of_process()
        )
    other = read_movement(gallery, faces=faces.with_interviewee(1), landmarker=landmarker_of_process())

    def side(read):
        return "left" if np.median(read.landmarks[..., 0]) < 256 else "right"

    assert len(movement) == len(other) == 24
    assert {side(movement)} == sides(faces)
    assert side(other) != side(movement)
