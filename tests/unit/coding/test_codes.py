"""Several coders' codes stand side by side, with everything that they have changed."""

import json

import pytest
from pydantic import ValidationError

from expressiveness.coding import Code, Codings
from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED
from expressiveness.errors import InterviewError
from tests.codings import code, frame, stretch, video


def test_a_later_code_by_the_same_coder_counts_and_the_earlier_one_is_kept():
    codings = Codings.of(
        [frame("ada", 1, EXPRESSIVE, minute=2), frame("ada", 1, RESERVED, minute=1), video("ada", BALANCED)]
    )

    current = codings.current()

    assert len(codings) == 3
    assert sorted((one.unit, one.category) for one in current.codes()) == [("frame", EXPRESSIVE), ("video", BALANCED)]


def test_nobody_replaces_what_another_coder_said():
    codings = Codings.of([frame("ada", 1, EXPRESSIVE), frame("ben", 1, RESERVED, minute=5)])

    assert {one.coder: one.category for one in codings.current().codes()} == {"ada": EXPRESSIVE, "ben": RESERVED}


def test_a_code_without_a_value_takes_back_what_was_said():
    codings = Codings.of([frame("ada", 1, EXPRESSIVE), frame("ada", 1, None, minute=1)])

    assert not len(codings.current())


def test_two_stretches_are_two_things_unless_their_ends_are_the_same():
    codings = Codings.of([stretch("ada", 0, 2), stretch("ada", 2, 4), stretch("ada", 2, 4, RESERVED, minute=1)])

    assert [(one.start, one.category) for one in codings.current().codes()] == [(0, EXPRESSIVE), (2, RESERVED)]


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_what_is_written_is_read_again(tmp_path, ending):
    codings = Codings.of(
        [
            frame("ada", 7, EXPRESSIVE, start=0.28, seen="shown"),
            stretch("Ben, jr.", 0.5, 2.25),
            code("cleo", "video", level=-0.25, role="resolved"),
            code("cleo", "video", excluded=True, minute=1),
        ]
    )

    codings.write(tmp_path / f"all.{ending}")

    assert Codings.read(tmp_path / f"all.{ending}").codes() == codings.codes()


def test_saving_into_a_folder_adds_to_each_coders_file_and_loses_nothing(tmp_path):
    first, second = Codings.of([frame("ada", 1, EXPRESSIVE), frame("ben", 1, RESERVED)]), Codings.of([frame("ada", 2)])

    first.save(tmp_path)
    files = (first + second).save(tmp_path)

    assert [file.name for file in files] == ["ada.csv", "ben.csv"]
    assert len(Codings.read(tmp_path)) == 3, "a code that is there already is not added again"
    assert Codings.read(tmp_path).coders == ("ada", "ben")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"category": "Lively"}, "category 'Lively' is none of"),
        ({"frame_number": None}, "a frame has a frame_number"),
        ({"unit": "stretch", "frame_number": None, "start": 3, "end": 2}, "a later end"),
        ({"at": "2026-05-01T10:00:00"}, "at"),
        ({"coder": "=cmd()"}, "coder"),
        ({"coder": ""}, "coder"),
        ({"level": "nan"}, "level"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_a_wrong_code_is_named_with_its_line(tmp_path, wrong, said):
    right = {"coder": "ada", "interview": "0001", "unit": "frame", "frame_number": 1, "at": "2026-05-01T10:00:00Z"}
    (tmp_path / "ada.json").write_text(json.dumps([right, {**right, **wrong}]))

    with pytest.raises(InterviewError, match=r"ada\.json, code 2: .*") as raised:
        Codings.read(tmp_path / "ada.json")

    assert said in str(raised.value)


def test_the_line_of_a_csv_is_the_one_that_an_editor_shows(tmp_path):
    (tmp_path / "ada.csv").write_text("coder,interview,unit,at,frame_number\nada,0001,frame,2026-05-01T10:00Z,0\n")

    with pytest.raises(InterviewError, match=r"ada\.csv, line 2: frame_number"):
        Codings.read(tmp_path / "ada.csv")


def test_a_folder_without_codes_says_where_they_belong(tmp_path):
    (tmp_path / "interviews.csv").write_text("id,video,participant,score\n")

    with pytest.raises(InterviewError, match="holds no codes; export them from the App into its folder coding"):
        Codings.read(tmp_path)


def test_a_code_is_checked_where_it_is_made():
    with pytest.raises(ValidationError, match="a frame has a frame_number"):
        Code(coder="ada", interview="0001", unit="frame", at="2026-05-01T10:00:00Z")
