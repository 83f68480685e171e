"""What data says beside a benchmark: a ceiling, an own mean, and pairs in an intended order."""

from dataclasses import replace

import numpy as np
import pytest

from expressiveness.data import Interview
from expressiveness.evaluation.data_figures import intended_orders, intended_pairs, own_mean, rating_ceiling
from tests.interviews import interview


def rated(number, *, person="1", **attributes):
    return replace(interview(number, person=person), attributes={k: str(v) for k, v in attributes.items()})


def asked(number, level, *, person="1", pair="smile"):
    return rated(number, person=person, intended=level, pair=pair)


def test_ratings_with_known_noise_have_the_ceiling_that_their_noise_allows():
    random = np.random.default_rng(0)
    truth = random.normal(size=20_000)
    score = truth + random.normal(scale=0.5, size=20_000)

    ceiling = rating_ceiling([rated(number, standard_error=0.5) for number in range(20_000)], score)

    assert ceiling["reliability"] == pytest.approx(1 / 1.25, abs=0.01)
    assert ceiling["ceiling"] == pytest.approx(np.corrcoef(truth, score)[0, 1], abs=0.01)


def test_a_ceiling_is_stated_only_where_the_error_of_every_score_is_known():
    known = [rated(1, standard_error=0.1), rated(2, standard_error=0.1)]

    assert rating_ceiling(known, np.array([0.0, 1.0])) is not None
    assert rating_ceiling([*known, rated(3)], np.array([0.0, 1.0, 2.0])) is None
    assert rating_ceiling([*known, rated(3, standard_error="small")], np.array([0.0, 1.0, 2.0])) is None
    assert rating_ceiling(known, np.array([1.0, 1.0])) is None
    assert rating_ceiling([], np.array([])) is None


def test_ratings_that_are_all_noise_have_no_ceiling():
    ceiling = rating_ceiling([rated(1, standard_error=3), rated(2, standard_error=3)], np.array([0.0, 1.0]))

    assert ceiling["reliability"] < 0
    assert ceiling["ceiling"] is None


def test_the_own_mean_tells_all_where_people_always_score_alike_and_the_reverse_where_theirs_cover_the_range():
    people = np.repeat(["a", "b", "c", "d"], 3)

    assert own_mean(people, np.repeat([0.0, 1, 2, 3], 3))["spearman"] == pytest.approx(1)
    assert own_mean(people, np.tile([0.0, 1, 2], 4))["spearman"] == pytest.approx(-1)


def test_who_has_one_clip_has_no_own_mean():
    assert own_mean(np.array(["a", "b", "b"]), np.array([0.0, 1, 2]))["clips"] == 2
    assert own_mean(np.array(["a", "b"]), np.array([0.0, 1])) == {"clips": 0, "spearman": None}


def test_pairs_are_of_one_person_and_one_kind_and_the_widest_step_comes_first():
    interviews = [
        asked(1, "2 MD"),
        asked(2, "1 LO"),
        asked(3, "3 HI"),
        asked(4, "3 HI", person="2"),
        asked(5, "3 HI", pair="frown"),
        rated(6, intended="1 LO"),
        rated(7, pair="smile"),
        asked(8, "very"),
        asked(9, "3 HI"),
    ]

    pairs = {name: rows.tolist() for name, rows in intended_pairs(interviews).items()}

    assert list(pairs) == ["HI above LO", "HI above MD", "MD above LO"]
    assert sorted(pairs["HI above LO"]) == [[2, 1], [8, 1]]
    assert sorted(pairs["HI above MD"]) == [[2, 0], [8, 0]]
    assert pairs["MD above LO"] == [[0, 1]]


def test_the_share_of_pairs_in_order_counts_ties_half_and_leaves_out_what_was_not_judged():
    interviews = [asked(2 * n + strong, strong, person=str(n)) for n in range(4) for strong in (0, 1)]
    scores = np.array([0.0, 1, 1, 0, 1, 1, np.nan, 1])  # right, wrong, a tie, not judged

    [order] = intended_orders(interviews, {"ours": scores}, draws=20, seed=0)

    assert (order["name"], order["pairs"]) == ("1 above 0", 4)
    assert (order["shares"]["ours"]["share"], order["shares"]["ours"]["pairs"]) == (0.5, 3)
    low, high = order["shares"]["ours"]["share_ci"]
    assert low < 0.5 < high


def test_what_judges_no_pair_has_no_share():
    interviews = [asked(1, "1"), asked(2, "2")]

    [order] = intended_orders(interviews, {"ours": np.array([np.nan, 1.0])}, draws=5, seed=0)

    assert order["shares"]["ours"] == {"pairs": 0, "share": None, "share_ci": None}


@pytest.mark.parametrize("text", ["", "much", "nan", "inf", "-0.1"])
def test_a_standard_error_that_is_none_is_not_known(text):
    assert rated(1, standard_error=text).standard_error is None


def test_an_interview_of_which_nothing_is_known_says_so():
    bare = Interview("1", "1.mp4", "1", {"warmth": 1.0})

    assert (bare.standard_error, bare.intended) == (None, None)
