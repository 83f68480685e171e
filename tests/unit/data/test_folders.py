"""Folders of interviews: which reader reads them, how a score becomes a category, and what a notebook sees."""

from pathlib import Path

import pytest

from expressiveness import read_interviews
from expressiveness.data import (
    READERS,
    CategoryRule,
    Interview,
    InterviewFolder,
    Thresholds,
    inspect_folder,
    split_by_participant,
    take_evenly,
)
from expressiveness.errors import ConfigError, InterviewError
from tests.examples import example_of
from tests.interviews import interview, row, write_metadata


def folder_of(*interviews, **more):
    return InterviewFolder(Path("study"), tuple(interviews), **more)


def rated(number, **scores):
    return Interview(f"{number:02}", Path(f"{number}.mp4"), str(number), scores)


def test_a_recruitview_folder_brings_its_rule(tmp_path):
    found = read_interviews(write_metadata(tmp_path, row(1)))

    assert found.reader == "recruitview"
    assert found.rule == CategoryRule("facial_expression", Thresholds(-0.3, 0.3))
    assert found.rule_for("openness", high=0.5) == CategoryRule("openness", Thresholds(-0.3, 0.5))


def test_of_one_score_the_categories_are_thirds(tmp_path):
    found = folder_of(*(rated(number, warmth=number) for number in range(9)))

    assert found.rule.target == "warmth"
    assert [found.rule.category(one.scores) for one in found] == [
        *["Reserved Expression"] * 3,
        *["Balanced Expression"] * 3,
        *["Expressive"] * 3,
    ]


def test_of_several_scores_somebody_chooses():
    found = folder_of(rated(1, warmth=1, age=30), rated(2, warmth=2, age=31), rated(3, warmth=3, age=32))

    with pytest.raises(InterviewError, match=r"several scores; choose .* warmth, age"):
        _ = found.rule
    with pytest.raises(InterviewError, match="no score 'wramth'"):
        found.rule_for("wramth")
    assert found.rule_for("age").target == "age"


def test_ratings_of_which_a_third_and_more_are_the_same_have_those_in_the_middle():
    found = folder_of(*(rated(number, stars=stars) for number, stars in enumerate((1, 4, 4, 4, 4, 5))))

    assert [found.rule.category(one.scores) for one in found] == [
        "Reserved Expression",
        *["Balanced Expression"] * 4,
        "Expressive",
    ]


def test_a_folder_is_iterable_and_its_interviews_are_found_by_place_and_id():
    found = folder_of(interview(1), interview(2))

    assert len(found) == 2
    assert [one.id for one in found] == ["0001", "0002"]
    assert found[-1] is found["0002"]
    assert found[1:] == (found["0002"],)
    assert take_evenly(found, 1) == [found[0]]
    with pytest.raises(InterviewError, match="no interview '0003'"):
        found["0003"]


def test_a_folder_is_shown_in_a_line():
    assert repr(folder_of(rated(1, warmth=1), rated(2, warmth=2))) == (
        "<2 interviews of 2 participants in study, scores: warmth>"
    )


def test_a_folder_is_a_table_for_pandas(tmp_path):
    table = read_interviews(write_metadata(tmp_path, row(1, facial_expression=0.5), row(2, user_no="9"))).to_pandas()

    assert list(table.index) == ["0001", "0002"]
    assert table.loc["0001", "facial_expression"] == 0.5
    assert table.loc["0002", ["participant", "duration"]].tolist() == ["9", "short"]


def test_no_two_interviews_have_one_id_whoever_read_them():
    with pytest.raises(InterviewError, match="the id 0001 is there twice"):
        folder_of(interview(1), interview(1))


def test_a_target_that_is_no_score_is_answered_with_those_that_are():
    people = [rated(number, warmth=number) for number in range(5)]

    with pytest.raises(InterviewError, match="no score 'facial_expression'; choose from warmth"):
        split_by_participant(people)


def test_no_score_is_without_a_value_whoever_read_it():
    with pytest.raises(InterviewError, match="warmth is nan"):
        rated(1, warmth=float("nan"))


@pytest.fixture
def diary(tmp_path):
    """A folder that only the reader of docs/architecture.md knows."""
    exec(example_of("A reader"), {})
    (tmp_path / "diary.txt").write_text("day1.webm|Ada|4.5\nday2.webm|Ada|2\nday3.webm|Bob|1\n")
    yield tmp_path
    del READERS._things["diary"]


def test_a_reader_from_elsewhere_is_all_that_a_data_set_needs(diary):
    found = read_interviews(diary)
    inspection = inspect_folder(diary)

    assert found.reader == "diary"
    assert found["day1"].scores == {"warmth": 4.5}
    assert found.rule == CategoryRule("warmth", Thresholds(2, 4))
    assert inspection.clips_per_participant == {"Ada": 2, "Bob": 1}
    assert {column.name for column in inspection.columns} == {"id", "participant", "video", "warmth"}


def test_a_reader_is_chosen_by_name(tmp_path):
    (write_metadata(tmp_path, row(1)) / "study.csv").write_text("video,person,rating\na.mp4,1,1\n")

    assert read_interviews(tmp_path).reader == "recruitview", "the first that recognises the folder"
    assert read_interviews(tmp_path, "csv").scores == ("rating",)
    with pytest.raises(ConfigError, match="did you mean 'csv'"):
        read_interviews(tmp_path, "cvs")
    with pytest.raises(InterviewError, match="no folder that the reader recruitview can read"):
        read_interviews(tmp_path / "study.csv", "recruitview")
    with pytest.raises(ConfigError, match="columns cannot be chosen"):
        read_interviews(tmp_path, "recruitview", columns="id=a")
