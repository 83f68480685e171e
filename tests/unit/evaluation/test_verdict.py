"""A verdict calls a model better only where people who were drawn anew would say so, too."""

import numpy as np
import pytest

from expressiveness.evaluation import VideoResults, verdict

RESERVED, BALANCED, EXPRESSIVE = range(3)


def results(category, predicted, people, *, predicted_score=None):
    category, predicted = np.array(category), np.array(predicted)
    score = np.zeros(len(category)) if predicted_score is None else np.array(predicted_score, float)
    return VideoResults(np.array(people).astype(str), category - 1.0, category, score, predicted)


def made_up(people, *, right, seed=0, clips=3):
    """Videos of people, four in ten of them Reserved, and a model that is right on a share of them."""
    random = np.random.default_rng(seed)
    category = random.choice(3, size=people * clips, p=[0.4, 0.3, 0.3])
    wrong = (category + random.integers(1, 3, len(category))) % 3
    return results(
        category, np.where(random.random(len(category)) < right, category, wrong), list(range(people)) * clips
    )


def test_one_answer_for_all_is_no_better_than_chance_however_often_it_is_right():
    assert verdict(results([0, 0, 0, 1], [0] * 4, range(4))) == "Always answers Reserved; no better than chance."


def test_one_answer_whose_scores_rank_the_videos_is_told_from_one_that_knows_nothing():
    truth = np.arange(30) % 3

    ranked = verdict(results(truth, [BALANCED] * 30, range(30), predicted_score=truth))
    of_three_people = verdict(results(truth, [BALANCED] * 30, np.arange(30) % 3, predicted_score=truth))

    assert ranked == (
        "Always answers Balanced; no better than chance, though its scores do rank the videos (Spearman's rho 1.00)."
    )
    assert of_three_people == "Always answers Balanced; no better than chance."


def test_a_model_that_is_right_for_most_people_is_better_than_chance():
    said = verdict(made_up(20, right=0.8))

    assert said == (
        "Better than chance: 63 % of 60 videos of 20 people right, where always answering Reserved gets 42 %."
    )


def test_a_model_that_a_few_people_speak_for_is_not_shown_to_be_better():
    said = verdict(made_up(8, right=0.5))

    assert said.startswith("Not shown to be better than always answering Reserved (")
    assert said.endswith(" %, 8 people).")


def test_five_people_are_too_few_however_right_the_model_is():
    said = verdict(made_up(5, right=1.0, clips=6))

    assert said.startswith("100 % of 30 videos of 5 people right, where always answering ")
    assert said.endswith("; that is too few people to tell.")


def test_a_model_that_errs_more_than_one_answer_for_all_is_called_worse():
    category, people = [EXPRESSIVE] * 36 + [RESERVED] * 12, list(range(12)) * 4

    said = verdict(results(category, [RESERVED, BALANCED] * 24, people))

    assert said == "Worse than always answering Expressive: 12 % of 48 videos of 12 people right, where that gets 75 %."


def test_clips_of_people_who_are_always_alike_do_not_count_as_more_people():
    category = np.tile([0, 0, 0, 1, 1, 2, 2, 1], 30)  # of eight people, who do the same in 30 clips each
    predicted = np.tile([0, 0, 1, 1, 1, 0, 2, 2], 30)

    assert verdict(results(category, predicted, list(range(8)) * 30)).startswith("Not shown to be better")


def test_people_who_were_trained_on_say_nothing_about_others():
    judged = made_up(20, right=1.0)
    everybody = set(judged.participant)

    assert (
        verdict(judged, trained_on=everybody)
        == "These people were in the training set, so this says nothing about others."
    )
    assert verdict(judged, trained_on={"3", "somebody else"}).startswith(
        "Some of these people were in the training set, "
    )
    assert verdict(judged, trained_on={"somebody else"}).startswith("Better than chance")


def test_one_answer_is_one_answer_for_people_who_were_trained_on_as_well():
    judged = results([0, 0, 1, 2], [1, 1, 1, 1], range(4))

    assert verdict(judged, trained_on=set("0123")) == "Always answers Balanced; no better than chance."


def test_videos_of_one_category_compare_nothing():
    assert verdict(results([2, 2], [2, 2], range(2))) == "All 2 videos are Expressive: there is nothing to compare."


@pytest.mark.slow
def test_guessing_is_hardly_ever_called_better_than_chance():
    said = [verdict(made_up(12, right=0.4, seed=seed), draws=100) for seed in range(200)]

    assert sum(one.startswith("Better") for one in said) <= 10, "5 % of 200"
