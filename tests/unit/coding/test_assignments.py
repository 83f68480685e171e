"""Who codes what is spread evenly, overlaps as asked, and is the same for the same seed."""

from collections import Counter

import pytest

from expressiveness.coding import Assignments, Codings, assign, feedback
from expressiveness.data import BALANCED, EXPRESSIVE, CategoryRule, Thresholds
from expressiveness.errors import ConfigError, InterviewError
from tests.codings import video
from tests.interviews import interview

RULE = CategoryRule("facial_expression", Thresholds())
INTERVIEWS = [interview(n, person=str(n % 10), score=(-1.0, 0.0, 1.0)[n % 3]) for n in range(120)]


def test_an_overlap_is_coded_by_all_and_the_rest_by_one_each():
    rows = assign(INTERVIEWS, ["ada", "ben"], overlap=0.2, rule=RULE, seed=3).rows

    coders = Counter(row.interview for row in rows)
    assert Counter(coders.values()) == {2: 24, 1: 96}
    assert {row.interview for row in rows if row.why == "overlap"} == {id for id, count in coders.items() if count == 2}
    assert Counter(row.coder for row in rows) == {"ada": 72, "ben": 72}


def test_everybody_gets_of_each_category_and_participant_about_the_same():
    given = assign(INTERVIEWS, ["ada", "ben"], overlap=0.2, rule=RULE, seed=3)
    known = {one.id: one for one in INTERVIEWS}

    for part in (given.of("ada"), given.of("ben"), [row for row in given.of("ada") if row.why == "overlap"]):
        each = Counter(RULE.category(known[row.interview].scores) for row in part)
        assert all(abs(count - len(part) / 3) <= 0.1 * len(part) for count in each.values()), each
        people = Counter(known[row.interview].participant for row in part)
        assert len(people) >= 8


def test_the_order_is_random_but_fixed_and_each_coders_own():
    first, again, other = (assign(INTERVIEWS, ["ada", "ben"], overlap=1, seed=seed) for seed in (1, 1, 2))

    assert first == again != other
    orders = [[row.interview for row in first.of(coder)] for coder in ("ada", "ben")]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1] != sorted(orders[1])


def test_a_share_and_a_calibration_round():
    given = assign(INTERVIEWS, ["ada", "ben"], overlap=0.5, share=0.25, calibration=["0005", "0001"], seed=1)

    assert [row.interview for row in given.of("ben")][:2] == ["0005", "0001"]
    assert len({row.interview for row in given.rows if row.why != "calibration"}) == round(0.25 * 118)


def test_they_are_read_again_and_know_how_far_everybody_is(tmp_path):
    given = assign(INTERVIEWS, ["ada", "ben"], seed=1)
    given.write(tmp_path / "coding" / "assignments.csv")
    first = given.of("ada")[0].interview
    codings = Codings.of([video("ada", interview=first)])

    again = Assignments.read(tmp_path / "coding" / "assignments.csv")

    assert again == given
    assert again.progress(codings) == {"ada": (1, 72), "ben": (0, 72)}
    assert again.next_for("ada", codings) == given.of("ada")[1].interview


def test_after_calibration_a_coder_learns_what_is_known():
    codings = Codings.of([video("ada", BALANCED, interview="0001"), video("ada", EXPRESSIVE, interview="0002")])

    said = feedback(codings, "ada", {"0001": BALANCED, "0002": BALANCED, "0003": BALANCED})

    assert [str(one) for one in said] == ["0001: Balanced, as is known", "0002: Expressive; known is Balanced"]


def test_what_cannot_be_assigned_is_said(tmp_path):
    with pytest.raises(ConfigError, match="give two different names"):
        assign(INTERVIEWS, ["ada", "ada"])
    with pytest.raises(ConfigError, match="give parts of 1"):
        assign(INTERVIEWS, ["ada", "ben"], overlap=20)
    with pytest.raises(InterviewError, match="no interview 0999"):
        assign(INTERVIEWS, ["ada", "ben"], calibration=["0999"])
    (tmp_path / "wrong.csv").write_text("coder,order\nada,1\n")
    with pytest.raises(InterviewError, match=r"wrong\.csv holds no assignments"):
        Assignments.read(tmp_path / "wrong.csv")
