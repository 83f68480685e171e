"""What cannot be right is said in a sentence that names it and what to do."""

import pytest

from expressiveness.data import CategoryRule, Thresholds, doubts_about, inspect_folder
from tests.interviews import interview, row, write_metadata

RULE = CategoryRule("facial_expression", Thresholds())


def of_people(*names):
    return [interview(number, person=name) for number, name in enumerate(names)]


def of_scores(*scores):
    return [interview(number, person=f"{number + 1}", score=score) for number, score in enumerate(scores)]


def test_spellings_that_were_joined_are_counted_and_named():
    [doubt] = doubts_about(of_people("115", "115 ", "115.0", "7", "7.0", "8"))

    assert doubt.startswith("2 participants are written in several ways, and each is taken for one person: ")
    assert "115 ('115', '115 ', '115.0'); 7 ('7', '7.0')" in doubt


def test_spellings_that_look_the_same_are_told_apart_by_their_characters():
    [doubt] = doubts_about(of_people("Zo\u00e9", "Zoe\u0301"))

    assert r"('Zo\xe9', 'Zoe\u0301')" in doubt


@pytest.mark.parametrize(
    "names", [("P7", "p7"), ("P7", "P-07"), ("07", "7"), ("Stra\u00dfe", "STRASSE"), ("Ada Lovelace", "ada_lovelace")]
)
def test_people_who_differ_in_capitals_zeros_or_marks_alone_stay_apart_and_are_named(names):
    [doubt] = doubts_about(of_people(*names, "12"))

    assert doubt.startswith(f"'{names[0]}' and '{names[1]}' are taken for different people")
    assert "spellings of one name" in doubt


def test_people_of_different_names_are_no_doubt():
    assert doubts_about(of_people("1", "2", "1-12", "11-2", "Ada", "Bob", "?", "!")) == ()


def test_of_many_doubtful_names_a_few_are_shown():
    [doubt] = doubts_about(of_people(*(name for letter in "abcdefgh" for name in (letter, letter.upper()))))

    assert doubt.count(" and ") == 5, "three pairs, the others' number, and the sentence's own"
    assert "; and 5 more" in doubt


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (
            (1, 4, 7),
            "All 3 interviews are Expressive: facial_expression goes from 1 to 7, and the ",
        ),
        ((-90, -50, -40), "All 3 interviews are Reserved: "),
        ((0.1, 0.2, 0.0), "All 3 interviews are Balanced: "),
        ((0, 0.5, 1), "No interview is Reserved: "),
        ((-1, -0.2, 0), "No interview is Expressive: "),
        ((-1, 1, 1), "No interview is Balanced: "),
    ],
)
def test_a_category_that_no_interview_has_is_said_with_the_scale_and_what_to_do(scores, said):
    [doubt] = doubts_about(of_scores(*scores), RULE)

    assert doubt.startswith(said)
    assert doubt.endswith("give --low and --high, or train with --tertiles")


def test_scores_that_are_all_the_same_need_another_target():
    [doubt] = doubts_about(of_scores(2, 2, 2), RULE)

    assert doubt == "All 3 interviews are Expressive, as facial_expression is 2 in each; choose another target"


def test_scores_in_every_category_and_fewer_interviews_than_categories_are_no_doubt():
    assert doubts_about(of_scores(-1, 0, 1), RULE) == ()
    assert doubts_about(of_scores(5, 6), RULE) == ()


def test_inspection_says_them_in_its_summary_and_record(tmp_path):
    rows = [row(n, user_no=f"{n % 2}{'.0' * (n > 2)}", facial_expression=float(n)) for n in range(1, 7)]

    found = inspect_folder(write_metadata(tmp_path, *rows))

    assert "2 participants are written in several ways" in found.summary()
    assert "All 6 interviews are Expressive" in found.summary()
    assert found.as_dict()["doubts"] == list(found.doubts)
    assert len(inspect_folder(tmp_path, low=2, high=4).doubts) == 1
