import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.data import Split, participant_folds, read_split, split_by_participant
from expressiveness.errors import TrainingError
from tests.interviews import interview


def interviews_of(people):
    """An interview for each entry, which names its participant; the score is the participant's place."""
    return [interview(number, person=str(person), score=float(person)) for number, person in enumerate(people)]


@given(
    st.lists(st.integers(0, 30), min_size=3, max_size=120).filter(lambda people: len(set(people)) >= 3),
    st.integers(0, 9),
)
def test_nobody_is_in_two_sets_and_no_interview_is_lost(people, seed):
    interviews = interviews_of(people)
    person = {i.id: i.participant for i in interviews}

    split = split_by_participant(interviews, seed=seed)

    sets = [{person[id] for id in ids} for ids in (split.train, split.validation, split.test)]
    assert all(sets)
    assert sum(map(len, sets)) == len(set(people))
    assert sorted([*split.train, *split.validation, *split.test]) == sorted(person)


@given(st.integers(2, 40), st.integers(2, 8), st.integers(0, 9))
def test_every_participant_is_in_exactly_one_fold(count, folds, seed):
    if folds > count:
        with pytest.raises(TrainingError):
            participant_folds(interviews_of(range(count)), folds=folds, seed=seed)
        return

    dealt = participant_folds(interviews_of(range(count)), folds=folds, seed=seed)

    assert sorted(person for fold in dealt for person in fold) == sorted(map(str, range(count)))
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 5


def test_folds_span_the_scores_alike():
    interviews = interviews_of(range(100))

    means = [np.mean([int(person) for person in fold]) for fold in participant_folds(interviews, folds=5, seed=3)]

    assert max(means) - min(means) < 10, "unstratified folds of 20 would differ by 15 and more"


def test_the_same_seed_gives_the_same_split_whatever_the_order_of_the_people():
    interviews = interviews_of(range(20))

    assert split_by_participant(interviews, seed=1) == split_by_participant(interviews, seed=1)
    assert set(split_by_participant(interviews[::-1], seed=1).test) == set(
        split_by_participant(interviews, seed=1).test
    )
    assert split_by_participant(interviews, seed=1) != split_by_participant(interviews, seed=2)


def test_the_sets_have_the_shares_asked_for():
    split = split_by_participant(interviews_of(range(100)), test_share=0.25, validation_share=0.25)

    assert (len(split.train), len(split.validation), len(split.test)) == (50, 25, 25)


def test_a_split_knows_the_set_of_an_interview():
    split = split_by_participant(interviews_of(range(9)))

    assert split.set_of(split.test[0]) == "test"
    assert split.set_of(split.train[0]) == "train"
    assert split.set_of("elsewhere") is None


def test_two_people_cannot_be_parted_and_the_error_says_what_would_help():
    with pytest.raises(TrainingError, match=r"2 participants .* add interviews of other people"):
        split_by_participant(interviews_of([1, 1, 2]))


def test_a_prescribed_split_is_taken_and_keeps_people_whole(tmp_path):
    file = tmp_path / "split.csv"
    interviews = [interview(number, person=str(number // 2)) for number in range(8)]
    rows = ["0000,Train", "0001,train", "0002,dev", "0003,validation", "0004,test", "9999,test"]
    file.write_text("\n".join(["id,set", *rows]))

    assert read_split(file, interviews) == Split(("0000", "0001"), ("0002", "0003"), ("0004",))

    file.write_text("\n".join(["id,set", *rows, "0005,train"]))
    with pytest.raises(TrainingError, match="the participant of 0005 is in test and in train"):
        read_split(file, interviews)
    file.write_text("id,set\n0000,train\n0002,val\n")
    with pytest.raises(TrainingError, match="puts no interview into test"):
        read_split(file, interviews)
    for wrong in ("id,set\n0000,trian\n", "id\n0000\n"):
        file.write_text(wrong)
        with pytest.raises(TrainingError, match="is no column or no set"):
            read_split(file, interviews)
