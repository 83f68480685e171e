import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.data import CATEGORIES, COLORS, Thresholds
from expressiveness.errors import ConfigError


@pytest.mark.parametrize(
    ("score", "category"),
    [
        (-7.4, "Reserved Expression"),
        (-0.3000001, "Reserved Expression"),
        (-0.3, "Balanced Expression"),
        (0.0, "Balanced Expression"),
        (0.3, "Balanced Expression"),
        (0.3000001, "Expressive"),
        (9.2, "Expressive"),
    ],
)
def test_the_notebooks_thresholds_belong_to_the_balanced_category(score, category):
    assert Thresholds().category(score) == category


def test_the_order_of_the_categories_is_by_expressiveness_and_not_by_alphabet():
    assert CATEGORIES == ("Reserved Expression", "Balanced Expression", "Expressive")
    assert list(CATEGORIES) != sorted(CATEGORIES)
    assert tuple(COLORS) == CATEGORIES


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_a_higher_score_is_never_less_expressive(one, other):
    low, high = sorted((one, other))

    assert Thresholds().index(low) <= Thresholds().index(high)


@given(st.lists(st.floats(-5, 5, width=32), min_size=30, max_size=300, unique=True))
def test_tertiles_give_each_category_a_third(scores):
    thresholds = Thresholds.from_tertiles(scores)
    counts = [sum(thresholds.index(score) == index for score in scores) for index in range(3)]

    assert all(abs(count - len(scores) / 3) <= 1.5 for count in counts)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((1, 2, 5, 5, 5), "RRXXX"),  # two thirds and more at the top
        ((1, 2, 3, 4, 4), "RRBXX"),
        ((1, 1, 1, 4, 5), "RRRXX"),
        ((1, 1, 2, 3, 4), "RRBXX"),
        ((0, 0, 1, 1), "RRXX"),
        ((1, 3, 3, 3, 5), "RBBBX"),
    ],
)
def test_tertiles_of_ratings_that_pile_up_leave_the_ends_of_the_scale_to_reserved_and_expressive(scores, expected):
    thresholds = Thresholds.from_tertiles(scores)

    assert "".join("RBX"[thresholds.index(score)] for score in scores) == expected


@pytest.mark.parametrize(("low", "high"), [(0.3, -0.3), (0.1, 0.1), (float("nan"), 1.0), (0.0, float("inf"))])
def test_thresholds_out_of_order_are_refused(low, high):
    with pytest.raises(ConfigError, match=r"give two numbers, the lower one first|finite number"):
        Thresholds(low, high)


def test_a_score_at_a_tenth_from_a_threshold_is_near_it_also_where_fractions_are_not_exact():
    near = [-0.4, -0.2, 0.2, 0.3, 0.4]

    assert Thresholds().near([-0.41, *near, 0.0, 0.41]).tolist() == [False, *[True] * len(near), False, False]
