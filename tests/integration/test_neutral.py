"""The file `neutral.csv` beside the videos says when a face is at rest; the App's steps heed it."""

import json

import pytest

from expressiveness.errors import InterviewError
from expressiveness.models import TrainingConfig
from fiftyone_plugin.api import predict, train_model
from fiftyone_plugin.dataset import keep_info

FILE = "neutral.csv"


@pytest.fixture
def study(moving, tmp_path):
    """A dataset that was imported from `tmp_path`, with a run that has predicted."""
    keep_info(moving, folder=str(tmp_path))
    train_model(moving, TrainingConfig(model="movement"), run="movement_1")
    predict(moving, "movement_1")
    return moving


def said_by_person(dataset):
    """What the run said of the frames of each participant, for comparison."""
    people, frames = dataset.values(["participant", "frames.movement_1.detections.offset"])
    return {
        person: json.dumps([said for who, said in zip(people, frames, strict=True) if who == person])
        for person in people
    }


def test_a_neutral_that_the_user_names_counts_for_that_person_alone(study, tmp_path):
    before = said_by_person(study)
    (tmp_path / FILE).write_text(f"id,start,end\n{study.first().interview_id},0,1.5\n")

    predict(study, "movement_1")

    after = said_by_person(study)
    assert [who for who in before if before[who] != after[who]] == [study.first().participant]


def test_a_file_without_its_columns_is_one_sentence_and_changes_nothing(study, tmp_path):
    before = said_by_person(study)
    (tmp_path / FILE).write_text("who,when\nAda,3\n")

    with pytest.raises(InterviewError, match="give it id or participant, start and end"):
        predict(study, "movement_1")
    assert said_by_person(study) == before
