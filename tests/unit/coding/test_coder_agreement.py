"""How far coders agree about frames, stretches and videos, and what that cannot tell."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from expressiveness.coding import Codings, agreement, alpha, rate, seen_notes, with_model
from expressiveness.coding.coefficients import intraclass_correlations
from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED
from expressiveness.errors import InterviewError
from tests.codings import code, frame, frames_of, stretch, video

PEOPLE = {f"{v:04}": f"p{v // 2}" for v in range(40)}


@pytest.fixture
def two():
    """Forty videos of twenty people, coded by two who mostly agree."""
    random = np.random.default_rng(1)
    truth = {id: "".join(random.choice(list("RBE"), 30)) for id in PEOPLE}

    def wrong_on(line, share):
        return "".join(random.choice(list("RBE")) if random.random() < share else letter for letter in line)

    return frames_of({name: {id: wrong_on(line, 0.3) for id, line in truth.items()} for name in ("ada", "ben")})


def test_figures_of_frames_are_those_of_all_decisions_in_one_table(two):
    ratings = rate(two, "frame", participants=PEOPLE)

    found = agreement(ratings, draws=200)

    one, other = ratings.values.astype(int).T
    [pair] = found.pairs
    assert (found.n, found.people, pair.n) == (1200, 20, 1200)
    for name, weights in (("kappa", None), ("kappa_linear", "linear"), ("kappa_quadratic", "quadratic")):
        assert pair.figures[name].value == pytest.approx(cohen_kappa_score(one, other, weights=weights), abs=1e-9)
    table = np.bincount(3 * one + other, minlength=9).reshape(3, 3)
    assert np.array(pair.confusion).tolist() == table.tolist()
    assert found.figures["alpha_ordinal"].value == pytest.approx(alpha(table + table.T, "ordinal"), abs=1e-9)
    values = ratings.values
    sums = len(values), (values.sum(1) ** 2).sum(), values.sum(0), (values**2).sum()
    assert found.figures["icc_single"].value == pytest.approx(intraclass_correlations(*sums).single, abs=1e-9)
    assert found.notes == ()


def test_intervals_are_over_people_and_hold_the_value(two):
    figures = agreement(rate(two, "frame", participants=PEOPLE), draws=300).pairs[0].figures
    low, high = figures["kappa"].ci

    assert low < figures["kappa"].value < high
    same = frames_of({name: {id: "RBE" * 5 if p in "p1p3" else "EER" for id, p in PEOPLE.items()} for name in "ab"})
    assert agreement(rate(same, "frame", participants=PEOPLE), draws=50).pairs[0].figures["kappa"].ci == (1, 1)


def test_frames_that_only_one_coded_are_left_out_of_pairs_but_alpha_takes_every_two():
    codings = frames_of({"ada": {"0001": "RBE."}, "ben": {"0001": "RB.E"}, "cleo": {"0001": "R.EE"}})

    found = agreement(rate(codings, "frame"), draws=20)

    assert (found.n, found.coded_by_all, [pair.n for pair in found.pairs]) == (4, 1, [2, 2, 2])
    assert found.figures["alpha_nominal"].value == 1
    assert any("ICC is over the 1 that all 3 coders coded" in note for note in found.notes)


def test_a_tolerance_in_seconds_joins_frames_next_to_each_other_and_forgives_a_change_marked_late():
    apart = Codings.of(
        [frame("ada", 1, RESERVED, start=0.0), frame("ada", 50, EXPRESSIVE, start=2.0),
         frame("ben", 3, RESERVED, start=0.08), frame("ben", 60, EXPRESSIVE, start=2.4)]
    )  # fmt: skip
    late = frames_of({"ada": {"0001": "RRREEEEE", "0002": "EEEEEEEE"}, "ben": {"0001": "RRRRREEE", "0002": "RRRRRRRR"}})

    assert np.isfinite(rate(apart, "frame").values).sum(axis=1).tolist() == [1, 1, 1, 1]
    assert np.isfinite(rate(apart, "frame", tolerance=0.1).values).sum(axis=1).tolist() == [2, 1, 1]
    strict, forgiving = (
        agreement(rate(late, "frame", tolerance=seconds), draws=20).pairs[0].figures["agreement"].value
        for seconds in (0, 0.08)
    )
    assert strict == pytest.approx(6 / 16)
    assert forgiving == pytest.approx(8 / 16), "the other video's frames are no neighbours"


def test_a_tolerance_needs_times():
    with pytest.raises(InterviewError, match="some codes of frames have no time"):
        rate(Codings.of([frame("ada", 1), frame("ben", 2)]), "frame", tolerance=0.1)


def test_stretches_are_the_same_if_they_share_half_of_what_both_cover():
    codings = Codings.of(
        [
            *(stretch("ada", *ends) for ends in [(0, 10), (20, 30)]),
            stretch("ada", 0, 5, RESERVED, interview="0002"),
            *(stretch("ben", *ends, RESERVED) for ends in [(1, 11), (26, 40)]),
            stretch("ben", 0, 5, RESERVED, interview="0002"),
        ]
    )

    ratings = rate(codings, "stretch")
    found = agreement(ratings, draws=20)

    assert (len(ratings.values), found.n) == (4, 2)
    assert found.pairs[0].confusion == ((1, 0, 0), (0, 0, 0), (1, 0, 0)), "ada in rows: one Reserved, one Expressive"
    assert ratings.about["start"].tolist()[0] == 0.5
    assert agreement(rate(codings, "stretch", overlap=0.2), draws=20).n == 3


def test_levels_of_videos_have_alpha_and_icc():
    values = {"ada": [1.0, 2, 3, 5, 4], "ben": [1.5, 2, 3.5, 5, 4.5]}
    codings = Codings.of(
        code(coder, "video", interview=f"{v}", level=level)
        for coder, said in values.items()
        for v, level in enumerate(said)
    )

    figures = agreement(rate(codings, "video", scale="level"), draws=50).figures

    both = np.array(list(values.values())).T
    sums = len(both), (both.sum(1) ** 2).sum(), both.sum(0), (both**2).sum()
    assert figures["icc_single"].value == pytest.approx(intraclass_correlations(*sums).single, abs=1e-9)
    assert set(figures) == {"alpha_interval", "icc_single", "icc_mean"}


def test_a_model_is_one_more_coder():
    ratings = rate(frames_of({"ada": {"0001": "RBE"}, "ben": {"0001": "RBB"}}), "frame")

    found = agreement(with_model(ratings, "model", {("0001", 1): 0, ("0001", 2): 1, ("0001", 3): 2}), draws=20)

    equal = {pair.coders: pair.figures["agreement"].value for pair in found.pairs}
    assert equal == pytest.approx({("ada", "ben"): 2 / 3, ("ada", "model"): 1, ("ben", "model"): 2 / 3})


@pytest.mark.parametrize(
    ("codings", "note"),
    [
        (frames_of({"ada": {"0001": "RBE"}}), "there is only one coder"),
        (frames_of({"ada": {"0001": "R.."}, "ben": {"0001": ".BE"}}), "no frame was coded by two people"),
        (frames_of({"ada": {"0001": "RBE"}, "ben": {"0001": "RBE"}}), "3 frames are few"),
        (frames_of({"ada": {"0001": "RBE"}, "ben": {"0001": "RBE"}}), "the intervals rest on 1 video"),
        (frames_of({"ada": {"0001": "RBE"}, "ben": {"0001": "RBE"}}), "who is in each video is not known"),
        (
            frames_of({"ada": {"0001": "B" * 40 + "E"}, "ben": {"0001": "B" * 39 + "EE"}}),
            "96% of the codes are Balanced",
        ),
        (frames_of({"ada": {"0001": "BE" * 20}, "ben": {"0001": "BE" * 20}}), "nobody said Reserved"),
        (frames_of({"ada": {"0001": "B" * 40}, "ben": {"0001": "B" * 40}}), "an undefined figure has no variation"),
    ],
)
def test_few_or_uneven_data_are_said_in_words(codings, note):
    notes = agreement(rate(codings, "frame"), draws=20).notes

    assert any(note in one for one in notes), notes


def test_codes_given_with_a_prediction_in_sight_are_counted():
    codings = Codings.of([video("ada", BALANCED, seen="shown"), video("ben", EXPRESSIVE)])

    assert seen_notes(codings)[0].startswith("1 of 2 codes were given with a model's prediction in sight")
