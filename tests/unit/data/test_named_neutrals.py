import numpy as np
import pytest

from expressiveness.data import NEUTRAL_FILE, NamedNeutrals, read_interviews
from expressiveness.errors import InterviewError
from tests.interviews import interview

INTERVIEWS = [interview(number, person=person) for number, person in enumerate(("7", "7", "8"), start=1)]
ONE, TWO, OTHER = (one.id for one in INTERVIEWS)


@pytest.fixture
def named(tmp_path):
    def read(*rows, header="id,participant,start,end"):
        (tmp_path / NEUTRAL_FILE).write_text("\n".join([header, *rows]) + "\n")
        return NamedNeutrals.beside(tmp_path, INTERVIEWS)

    return read


def test_a_row_names_a_stretch_of_a_clip_or_the_whole_of_it(named):
    found = named(f"{ONE},,1.5,3", f"{TWO},,,").of("7")

    assert [(one.interview.id, one.start, one.end) for one in found] == [(ONE, 1.5, 3.0), (TWO, 0.0, np.inf)]
    assert found[0].covers(np.array([1.0, 1.5, 3.0, 3.1])).tolist() == [False, True, True, False]


def test_a_row_that_names_a_participant_is_about_each_of_their_clips(named):
    found = named(",7.0,0,2").of("7")

    assert [one.interview.id for one in found] == [ONE, TWO]
    assert named(",7.0,0,2").of("8") == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9999,,0,2", "line 2 (id 9999): there is no interview 9999"),
        (f"{ONE},8,0,2", f"line 2 (id {ONE}): there is no interview {ONE} of 8"),
        (",9,0,2", "line 2: there is no interview of 9"),
        (",,0,2", "line 2: it names neither an interview nor a participant"),
        (f"{ONE},,3,1", f"line 2 (id {ONE}): it ends at 1 s, and begins at 3 s"),
        (f"{ONE},,2,2", f"line 2 (id {ONE}): it ends at 2 s, and begins at 2 s"),
        (f"{ONE},,soon,2", f"line 2 (id {ONE}): start 'soon' is no number of seconds"),
        (f"{ONE},,-1,2", f"line 2 (id {ONE}): start '-1' is no number of seconds"),
        (f"{ONE},2", "line 2: 2 cells, and the first row has 4; quote its texts"),
    ],
)
def test_a_row_that_cannot_be_is_named_in_a_sentence_and_passed_over(named, row, reason):
    found = named(row, f"{OTHER},,0,2")

    assert [str(bad) for bad in found.bad_rows] == [reason]
    assert [one.interview.id for one in found.stretches] == [OTHER]


def test_without_the_file_nothing_is_named_and_one_that_is_asked_for_must_be_there(tmp_path):
    assert NamedNeutrals.beside(tmp_path, INTERVIEWS) is None
    with pytest.raises(InterviewError, match="no file"):
        NamedNeutrals.read(tmp_path / "mine.csv", INTERVIEWS)


def test_a_file_without_the_columns_is_refused(named):
    with pytest.raises(InterviewError, match="give it id or participant, start and end"):
        named("0001,2", header="id,from")


def test_the_file_is_no_table_of_interviews(tmp_path):
    (tmp_path / "one.mp4").write_bytes(b"1")
    (tmp_path / "study.csv").write_text("id,video,participant,score\n0001,one.mp4,7,0.5\n")
    (tmp_path / NEUTRAL_FILE).write_text("id,start,end\n0001,,\n")

    assert read_interviews(tmp_path).table == "study.csv"
