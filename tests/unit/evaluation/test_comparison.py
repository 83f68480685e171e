import numpy as np
import pytest

from expressiveness.evaluation import paired_figures


def people(count, videos):
    return np.repeat([f"p{number}" for number in range(count)], videos)


def test_both_models_are_drawn_the_same_people_so_that_a_hard_person_does_not_blur_the_difference():
    truth = np.tile([0, 1, 2, 1], 20)
    hard = people(20, 4) < "p15"  # these people are judged wrong by both
    before = np.where(hard, (truth + 1) % 3, truth)
    after = before.copy()
    after[3::4] = truth[3::4]  # one video of each person is right now

    accuracy, macro_f1 = paired_figures(truth, before, after, people(20, 4))

    assert (accuracy.name, macro_f1.name) == ("accuracy", "macro_f1")
    assert accuracy.after - accuracy.before == pytest.approx((hard[3::4]).sum() / len(truth))
    assert accuracy.interval[0] > 0


def test_two_models_that_say_the_same_do_not_differ():
    truth, said = np.tile([0, 1, 2], 4), np.tile([0, 1, 1], 4)

    assert [one.interval for one in paired_figures(truth, said, said, people(4, 3))] == [[0, 0], [0, 0]]


def test_of_a_single_person_there_is_no_interval():
    truth = np.array([0, 1, 2])

    [accuracy, _] = paired_figures(truth, truth, truth, people(1, 3))

    assert (accuracy.before, accuracy.interval) == (1, None)
