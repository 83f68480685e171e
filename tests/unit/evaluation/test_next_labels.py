"""Which frames to label next."""

import numpy as np

from expressiveness.evaluation import label_next


def chosen(information, people, *, budget, videos=None, seconds=None):
    information = np.array(information, dtype=float)
    apart = 10.0 * np.arange(len(information)) if seconds is None else np.array(seconds)
    return label_next(information, people, videos or people, apart, budget=budget).tolist()


def test_the_most_informative_frame_comes_first_and_no_more_than_asked_for():
    assert chosen([0.1, 0.9, 0.5], ["ada"] * 3, budget=2) == [1, 2]


def test_everybody_is_asked_about_in_turn_as_long_as_they_have_frames():
    assert chosen([0.9, 0.8, 0.7, 0.1], ["ada", "ada", "ada", "ben"], budget=4) == [0, 3, 1, 2]


def test_a_neighbour_of_a_chosen_frame_counts_less():
    information, seconds = [0.9, 0.8, 0.5], [1.0, 1.1, 5.0]

    assert chosen(information, ["ada"] * 3, budget=2, seconds=seconds) == [0, 2]
    assert chosen(information, ["ada"] * 3, budget=2, videos=["one", "two", "one"], seconds=seconds) == [0, 1]


def test_without_frames_nothing_is_chosen():
    assert chosen([], [], budget=5) == []
