"""One person is one participant, however a table spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.data import Interview, participant_name, read_interviews, split_by_participant
from tests.interviews import row, write_metadata

NFC, NFD = "Zo\u00e9", "Zoe\u0301"
SAME = {
    "115": [
        "115 ",
        " 115",
        "\t115\n",
        "115.0",
        "115.00",
        "115,0",
        " 115.0 ",
        "\uff11\uff11\uff15",
        "\u200b115",
        "115\xa0",
    ],
    "007": ["007.0", "007 "],
    NFC: [NFD, f"{NFD} ", "Zo\u00e9\ufeff"],
    "Ada Lovelace": ["Ada  Lovelace", "Ada\xa0Lovelace", "Ada\u202fLovelace", "Ada Love\u00adlace"],
}


@pytest.mark.parametrize(("name", "spelling"), [(name, one) for name, ways in SAME.items() for one in [name, *ways]])
def test_blanks_zeros_behind_the_point_and_unicode_forms_make_no_other_person(name, spelling):
    assert participant_name(spelling) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [("P7", "p7"), ("07", "7"), ("1.5", "15"), ("1.000", "1"), ("1,000", "1"), ("1.10", "1.1"), ("A", "B")],
)
def test_what_may_be_two_people_stays_two(one, other):
    assert participant_name(one) != participant_name(other)


@given(st.text())
def test_a_name_is_its_own_name(text):
    assert participant_name(participant_name(text)) == participant_name(text)


def test_every_interview_has_the_name_whoever_makes_it():
    made = Interview("1", "1.mp4", "115.0 ", {})

    assert (made.participant, made.participant_as_written) == ("115", "115.0 ")
    assert made == Interview("1", "1.mp4", "115", {})


def metadata(folder):
    ways = ["{}", "{} ", " {}", "{}.0"]
    rows = [row(n, user_no=ways[n % 4].format(n // 4), facial_expression=n % 5 - 2.0) for n in range(32)]
    return write_metadata(folder, *rows)


def table(folder):
    ways = ["{}", '"{} "', "{}.0", "\u200b{}"]
    rows = [f"{n}.mp4,{ways[n % 4].format(n // 4)},{n % 5 - 2}\n" for n in range(32)]
    (folder / "ratings.csv").write_text("video,person,facial_expression\n" + "".join(rows))
    return folder


@pytest.mark.parametrize("layout", [metadata, table])
def test_nobody_is_in_training_and_test_under_two_spellings(tmp_path, layout):
    found = read_interviews(layout(tmp_path), strict=True)
    split = split_by_participant(found.interviews)

    number_of = {one.id: position // 4 for position, one in enumerate(found)}
    assert {one.participant for one in found} == {str(number) for number in range(8)}
    assert {number_of[id] for id in split.train}.isdisjoint(number_of[id] for id in split.test)


@pytest.mark.parametrize("blank", ["", " ", "\u200b", "\xa0\t"])
def test_a_participant_that_nobody_can_see_is_a_bad_row(tmp_path, blank):
    write_metadata(tmp_path / "a", row(1, user_no=blank), row(2))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ratings.csv").write_text(f"video,person,rating\n1.mp4,{blank},1\n2.mp4,Ada,2\n3.mp4,Bob,3\n")

    for layout in ("a", "b"):
        [bad] = read_interviews(tmp_path / layout).bad_rows
        assert "is blank; say who speaks" in bad.reason
