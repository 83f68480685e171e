import pytest

from expressiveness.wording import counted, decimal, interval


@pytest.mark.parametrize(("number", "words"), [(0, "0 clips"), (1, "1 clip"), (2011, "2,011 clips")])
def test_a_number_goes_with_what_it_counts(number, words):
    assert counted(number, "clip") == words


@pytest.mark.parametrize(("value", "words"), [(None, ""), (-1e-17, "0.00"), (-0.5, "−0.50"), (0.126, "0.13")])
def test_a_figure_has_two_decimals_and_a_zero_no_sign(value, words):
    assert decimal(value) == words


def test_an_interval_says_both_ends():
    assert interval((-0.1, 0.25)) == "−0.10 to 0.25"
    assert interval(None) == ""
