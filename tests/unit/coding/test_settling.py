"""Disagreements come worst first, and what is settled is what is trained on and judged by."""

import numpy as np
import pytest

from expressiveness.coding import (
    Codings,
    by_consensus,
    by_majority,
    curation_of,
    disagreements,
    human_truth,
    rate,
    settle,
    soft_labels,
)
from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED, Decisions
from expressiveness.errors import ConfigError
from expressiveness.evaluation import frame_figures
from expressiveness.wording import about_frames
from tests.codings import code, frame, frames_of, stretch, video
from tests.interviews import interview
from tests.made_up_runs import predictions

THREE = frames_of({"ada": {"0001": "RRBE"}, "ben": {"0001": "REBB"}, "cleo": {"0001": "REB."}})


def test_disagreements_are_worst_first_and_can_be_shown_without_who_said_what():
    ratings = rate(THREE, "frame")

    table = disagreements(ratings)

    assert table["frame_number"].tolist() == [2, 4]
    assert table["apart"].tolist() == [2, 1]
    assert table.loc[0, ["ada", "ben", "cleo"]].tolist() == [RESERVED, EXPRESSIVE, EXPRESSIVE]
    assert table.loc[1, "cleo"] == ""
    assert not {"ada", "ben", "cleo"} & set(disagreements(ratings, show=False).columns)


def test_what_all_agree_on_counts_and_what_they_do_not_is_open():
    settled = settle(THREE, "frame")

    assert settled.value.tolist()[::2] == [0, 1]
    assert np.isnan(settled.value[1::2]).all()
    assert settled.whose == ("ada and ben and cleo", "", "ada and ben and cleo", "")


def test_a_majority_settles_what_is_not_divided_evenly():
    settled = settle(THREE + by_majority(rate(THREE, "frame")), "frame")

    assert settled.value[:3].tolist() == [0, 2, 1]
    assert settled.open == 1
    assert settled.whose[1] == "settled by majority"


def test_a_third_person_outranks_the_coders_and_a_later_one_the_majority():
    settled_by = [
        frame("dora", 4, RESERVED, role="resolved", minute=1),
        frame("dora", 2, BALANCED, role="resolved", minute=10**9),
    ]

    settled = settle(THREE + by_majority(rate(THREE, "frame")) + Codings.of(settled_by), "frame")

    assert settled.value.tolist() == [0, 1, 1, 0]
    assert settled.about_whose() == {"settled by majority": 2, "settled by dora": 2}


def test_training_reads_what_is_settled_with_whose_it_is():
    codings = frames_of({"ada": {"0001": "RBE"}, "ben": {"0001": "RBB"}}) + Codings.of(
        [code("ada", "frame", frame_number=9, excluded=True), video("ada", BALANCED, interview="0002")]
    )

    curation = curation_of(codings)

    faces = {one.frame_number: (one.category, one.excluded, one.decided_by) for one in curation.faces}
    assert faces == {
        1: (RESERVED, False, "ada and ben"),
        2: (BALANCED, False, "ada and ben"),
        9: (None, True, "ada"),
    }
    assert [(one.interview, one.category) for one in curation.interviews] == [("0002", BALANCED)]
    assert Decisions(curation).categories("0001", np.array([1, 3, 9], np.int32), 1).tolist() == [0, 1, -1]
    assert curation.whose() == {"ada and ben": 2, "ada": 2}


def test_a_stretch_is_trained_on_by_the_frames_in_it():
    codings = Codings.of([stretch("ada", 0.1, 0.3, RESERVED), frame("ada", 3, EXPRESSIVE)])
    frames = {"0001": (np.arange(1, 6), np.arange(5) * 0.1)}

    faces = {one.frame_number: one.category for one in curation_of(codings, frames=frames).faces}

    assert faces == {2: RESERVED, 3: EXPRESSIVE}


def test_coders_and_a_model_reach_a_consensus_that_trusts_the_better_coder():
    random = np.random.default_rng(0)
    truth = random.integers(3, size=300)

    def said(share):
        return "".join("RBE"[c if random.random() > share else random.integers(3)] for c in truth)

    ratings = rate(frames_of({"good": {"0001": said(0.1)}, "poor": {"0001": said(0.7)}}), "frame")
    probabilities = np.full((300, 3), 0.1)
    probabilities[np.arange(300), truth] = 0.8

    found = by_consensus(ratings, probabilities)

    quality = found.coders["annotator_quality"]
    assert quality["good"] > quality["poor"]
    consensus = [one.category for one in found.codings.codes()]
    assert (
        np.mean([(RESERVED, BALANCED, EXPRESSIVE).index(one) == c for one, c in zip(consensus, truth, strict=True)])
        > 0.95
    )
    assert found.quality.shape == (300,)


def test_soft_labels_are_shares_of_coders():
    assert soft_labels(rate(THREE, "frame"))[1] == pytest.approx([1 / 3, 0, 2 / 3])


def test_levels_have_no_majority_and_are_averaged():
    codings = Codings.of(
        code(coder, "frame", frame_number=1, level=level) for coder, level in (("ada", -1), ("ben", 0))
    )

    assert settle(codings, "frame", scale="level").value.tolist() == [-0.5]
    with pytest.raises(ConfigError, match="levels have no majority"):
        by_majority(rate(codings, "frame", scale="level"))


def test_what_people_coded_is_what_frames_are_judged_by_with_their_own_agreement_beside_it():
    lines = {f"{v:04}": ("RRBBEE", "RRBEEE") for v in range(1, 7)}
    codings = frames_of({name: {id: both[n] for id, both in lines.items()} for n, name in enumerate(["ada", "ben"])})
    judged = [
        (interview(v, person=str(v)), predictions(range(1, 7), [(c, 0.9) for c in (0, 0, 1, 1, 2, 2)]))
        for v in range(1, 7)
    ]

    truth = human_truth(codings, participants={id: id for id in lines})
    figures = frame_figures(judged, truth, draws=20)

    assert (figures["n"], figures["within"]) == (30, pytest.approx(1)), "the frame that they disagree about is left out"
    assert 0.9 < figures["coders"]["within"] < 1
    said = about_frames({"frames": figures})
    assert "ada and ben reach 0.9" in said
    assert "no model can be shown to do better. Frames: 30 by ada and ben, 6 open and left out." in said


def test_where_nobody_saw_a_change_there_is_nothing_to_judge_frames_by():
    assert human_truth(frames_of({"ada": {"0001": "RRR"}})) is None
