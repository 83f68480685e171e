"""Which decisions of people count for what."""

import numpy as np
import pytest

from expressiveness.data import EXPRESSIVE, RESERVED, Curation, Decisions, FaceDecision, InterviewDecision
from expressiveness.errors import InterviewError

CURATION = Curation(
    faces=(FaceDecision("1", 6, RESERVED), FaceDecision("2", 1, EXPRESSIVE, excluded=True)),
    interviews=(InterviewDecision("1", EXPRESSIVE), InterviewDecision("3", excluded=True)),
)


def test_decisions_about_some_interviews_are_picked_out():
    about = CURATION.about({"1", "3"})

    assert [face.interview for face in about.faces] == ["1"]
    assert [interview.interview for interview in about.interviews] == ["1", "3"]


def test_a_frame_is_labelled_where_its_own_face_got_a_category_and_was_not_excluded():
    decisions = Decisions(CURATION)

    assert decisions.labelled("1", np.array([1, 6, 11], np.int32)).tolist() == [False, True, False]
    assert decisions.labelled("2", np.array([1], np.int32)).tolist() == [False]


def test_for_another_score_only_what_was_left_out_counts():
    assert CURATION.exclusions() == Curation(
        faces=(FaceDecision("2", 1, excluded=True),), interviews=(InterviewDecision("3", excluded=True),)
    )


def test_a_category_that_does_not_exist_is_refused():
    with pytest.raises(InterviewError, match=r"interview 1, frame 6: category 'Smiling'; choose from"):
        FaceDecision("1", 6, "Smiling")


def test_a_file_that_holds_no_decisions_is_named(tmp_path):
    (tmp_path / "decisions.json").write_text("{}")

    with pytest.raises(InterviewError, match=r"decisions.json holds no decisions"):
        Curation.load(tmp_path / "decisions.json")
