from dataclasses import replace

import numpy as np
import pytest

from expressiveness.data import CATEGORIES, Curation, InterviewDecision
from expressiveness.errors import TrainingError
from expressiveness.evaluation import suspicious_labels
from expressiveness.evaluation.label_quality import label_quality
from tests.movements import stored_interviews

pytestmark = pytest.mark.slow  # everything here trains

TARGET = "facial_expression"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return stored_interviews(tmp_path_factory.mktemp("stored"), people=10, clips=4)


@pytest.fixture(scope="module")
def flipped(stored):
    """The interviews with four labels turned into their opposite, and the ids of those."""
    interviews, _ = stored
    wrong = [one.id for one in interviews if abs(one.scores[TARGET]) > 1][:4]
    return [replace(one, scores={TARGET: -one.scores[TARGET]}) if one.id in wrong else one for one in interviews], wrong


def test_labels_that_were_turned_into_their_opposite_are_the_most_suspicious(stored, flipped):
    interviews, wrong = flipped

    suspects = suspicious_labels(interviews, stored[1])

    assert {one.interview for one in suspects[:4]} == set(wrong)
    assert len(suspects) == len(interviews)
    assert [one.quality for one in suspects] == sorted(one.quality for one in suspects)
    assert all(one.frame_number is None and one.category != one.suggested for one in suspects[:4])


def test_a_label_that_was_corrected_is_not_suspicious_any_more(stored, flipped):
    interviews, wrong = flipped
    truth = {one.id: one.scores[TARGET] for one in stored[0]}
    corrected = tuple(InterviewDecision(id, CATEGORIES[2 * int(truth[id] > 0)]) for id in wrong)

    suspects = suspicious_labels(interviews, stored[1], curation=Curation(interviews=corrected))

    assert not {one.interview for one in suspects[:4]} & set(wrong)


def test_frames_of_wrongly_labelled_videos_are_suspicious(stored, flipped):
    interviews, wrong = flipped

    suspects = suspicious_labels(interviews, stored[1], unit="frame")

    assert len(suspects) == 6 * len(interviews)
    assert np.mean([one.interview in wrong for one in suspects[:12]]) > 4 * len(wrong) / len(interviews)
    assert {one.frame_number for one in suspects} == {1, 6, 11, 16, 21, 26}


def test_the_less_probable_a_label_the_lower_its_quality():
    quality = label_quality(np.array([0, 1, 2]), np.array([[0.8, 0.1, 0.1], [0.3, 0.5, 0.2], [1, 0, 0]], np.float32))

    assert quality == pytest.approx([0.8, 0.5, 0], abs=1e-6)
    assert len(label_quality(np.zeros(0, int), np.zeros((0, 3)))) == 0


def test_too_few_people_are_refused(stored):
    interviews, store = stored

    with pytest.raises(TrainingError, match="1 people"):
        suspicious_labels([one for one in interviews if one.participant == "1"], store)
