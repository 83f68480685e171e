"""What `inspect_folder` counts, against folders whose numbers are known."""

import json

import pytest

from expressiveness.data import BALANCED, CATEGORIES, EXPRESSIVE, RESERVED, inspect_folder, read_interviews
from expressiveness.data.inspection import Retake
from expressiveness.errors import InterviewError
from expressiveness.reports import inspection_figures
from tests.interviews import row, write_metadata


def folder(path, *rows, videos=True):
    write_metadata(path, *rows)
    (path / "videos").mkdir()
    for line in rows if videos else ():
        if isinstance(line, dict):
            (path / line["file_name"]).touch()
    return path


def scored(*scores):
    return [row(number, facial_expression=score) for number, score in enumerate(scores, start=1)]


def test_shape_columns_types_and_missing_values_are_the_files_own(tmp_path):
    rows = [row(1), row(2, question="  "), row(3, transcript=None), row(4, duration=5), b"not json"]

    found = inspect_folder(folder(tmp_path, *rows))

    columns = {column.name: column for column in found.columns}
    assert found.rows == 5
    assert list(columns)[:2] == ["id", "file_name"]
    assert len(columns) == 21
    assert columns["id"].missing == 1  # the line that is no JSON
    assert columns["question"].missing == 2
    assert columns["transcript"].missing == 2
    assert columns["duration"].types == ("number", "text")


def test_null_counts_as_missing_and_zero_does_not(tmp_path):
    null = json.dumps({**row(2), "question": None}).encode()

    columns = {column.name: column for column in inspect_folder(folder(tmp_path, row(1), null)).columns}

    assert columns["question"].missing == 1
    assert columns["openness"].missing == 0


def test_score_statistics_are_those_of_the_target(tmp_path):
    rows = [row(number, facial_expression=9.0, openness=float(number)) for number in range(1, 6)]

    found = inspect_folder(folder(tmp_path, *rows), target="openness")

    assert found.statistics == pytest.approx(
        {"count": 5, "mean": 3, "std": 2.5**0.5, "min": 1, "25%": 2, "50%": 3, "75%": 4, "max": 5}
    )


def test_categories_are_counted_at_the_given_thresholds_in_their_order(tmp_path):
    found = inspect_folder(folder(tmp_path, *scored(2, 2, -0.5, 0.5, -0.6)), low=-0.5, high=0.5)

    assert list(found.category_counts.items()) == [(RESERVED, 1), (BALANCED, 2), (EXPRESSIVE, 2)]
    assert found.as_dict()["categories"][RESERVED] == {"clips": 1, "share": 0.2}


def test_clips_within_a_tenth_of_a_threshold_are_counted_once(tmp_path):
    found = inspect_folder(folder(tmp_path, *scored(-0.41, -0.4, -0.2, -0.19, 0.0, 0.25, 0.4, 0.41)))

    assert found.near_threshold == 4


def test_people_questions_and_retakes(tmp_path):
    rows = [
        row(1, user_no="7", question_id="10"),
        row(2, user_no="7", question_id="1"),
        row(3, user_no="7", question_id="10"),
        row(4, user_no="07", question_id="10"),
    ]

    found = inspect_folder(folder(tmp_path, *rows))

    assert found.clips_per_participant == {"7": 3, "07": 1}
    assert found.retakes == (Retake("7", "10", ("0001", "0003")),)
    assert found.as_dict()["retakes"]["clips"] == 1
    assert {name: len(scores) for name, scores in found.scores_by_question.items()} == {
        "10. Introduce yourself": 3,
        "1. Introduce yourself": 1,
    }


def test_bad_rows_and_missing_videos_are_named(tmp_path):
    (folder(tmp_path, row(1), b"{", row(3)) / row(3)["file_name"]).unlink()

    found = inspect_folder(tmp_path)

    assert [bad.line for bad in found.bad_rows] == [2]
    assert found.missing_videos == ("0003",)
    assert len(found.clips) == 2, "a clip without its video still has its score"


def test_the_record_is_json_and_says_nothing_that_was_said(tmp_path):
    rows = [row(1, transcript="my name is Ada", gemini_summary="a lively face", extra="x"), row(2), b"[1]"]

    text = json.dumps(inspect_folder(folder(tmp_path, *rows)).as_dict(), allow_nan=False)

    assert "Ada" not in text
    assert "lively" not in text
    assert json.loads(text)["ignored_keys"] == ["extra"]


def test_a_single_clip_has_no_standard_deviation(tmp_path):
    found = inspect_folder(folder(tmp_path, row(1)))

    assert found.statistics["std"] is None
    assert json.dumps(found.as_dict(), allow_nan=False)


def test_a_folder_without_a_valid_row_is_inspected_all_the_same(tmp_path):
    found = inspect_folder(folder(tmp_path, b"{", b""))

    assert (found.rows, len(found.clips), len(found.bad_rows)) == (2, 0, 2)
    assert json.dumps(found.as_dict(), allow_nan=False)
    assert inspection_figures(found) == {}


def test_there_is_a_figure_for_each_question_of_the_notebook(tmp_path):
    figures = inspection_figures(inspect_folder(folder(tmp_path, *scored(-1, 0, 1))))

    assert list(figures) == ["score_histogram", "score_box", "categories", "clips_per_participant", "score_by_question"]
    assert [label.get_text() for label in figures["categories"].axes[0].get_xticklabels()] == list(CATEGORIES)


def test_an_unknown_target_is_answered_with_those_there_are(tmp_path):
    path = folder(tmp_path, row(1))

    with pytest.raises(InterviewError, match="choose from openness"):
        inspect_folder(path, target="warmth")
    with pytest.raises(InterviewError, match="did you mean 'facial_expression'"):
        inspect_folder(path, target="facial_expresion")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(InterviewError, match="no folder"):
        inspect_folder(tmp_path / "nowhere")


def test_a_folder_that_was_read_is_inspected_as_its_path_is(tmp_path):
    path = write_metadata(tmp_path, row(1), row(2), b"{")

    assert inspect_folder(read_interviews(path)).as_dict() == inspect_folder(path).as_dict()
