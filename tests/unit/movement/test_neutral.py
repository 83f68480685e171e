import logging

import numpy as np
import pytest

from expressiveness.data import NamedNeutrals, Stretch
from expressiveness.movement import BLENDSHAPES, MovementStore, Neutrals, expression_of, movement_of, neutral_of
from tests.interviews import interview
from tests.movements import acted, movement, stored_interviews


def smiling(*values):
    rows = np.zeros((len(values), len(BLENDSHAPES)))
    rows[:, BLENDSHAPES.index("mouthSmileLeft")] = values
    return movement(rows)


def test_a_face_is_at_rest_where_most_of_its_frames_are_alike():
    found = neutral_of([smiling(*[0.2] * 30, *np.linspace(0.2, 0.9, 20))])

    assert found.mode.max() == pytest.approx(0.2, abs=0.02)
    assert (found.low <= found.median).all()


def test_deviations_from_rest_are_the_same_for_a_face_that_lies_elsewhere_at_rest():
    course = np.concatenate([np.zeros(20), np.full(10, 0.5)])
    one, other = smiling(*course), smiling(*(course + 0.3))

    first, second = (
        neutral_of([one]).deviations(expression_of(one)),
        neutral_of([other]).deviations(expression_of(other)),
    )

    assert first.shape == (30, 206)
    assert first[:, 41:] == pytest.approx(second[:, 41:], abs=1e-6)


def test_a_neutral_of_one_clip_alone_says_so():
    one, other = acted(0.5, seed=0), acted(0.5, seed=1)

    assert neutral_of([one]).deviations(expression_of(one))[0, -1] == 1
    assert neutral_of([one, other]).deviations(expression_of(one))[0, -1] == 0


@pytest.mark.slow
def test_a_participants_neutral_is_learned_from_all_their_clips_that_show_enough_of_a_face(tmp_path):
    interviews, store = stored_interviews(tmp_path, people=2, clips=3)
    movements = MovementStore(store.root)
    movements.save(interviews[0], movement_of([], [(1, 0.0)]))

    known = Neutrals(interviews, movements)

    assert known.of(interviews[0].participant).clips == 2
    assert known.of(interviews[1].participant).clips == 3
    assert known.of("nobody") is None


@pytest.fixture
def stored(tmp_path):
    """Two clips of a person who smiles but for the second second of the first clip."""
    interviews, store = stored_interviews(tmp_path, people=1, clips=2)
    movements = MovementStore(store.root)
    movements.save(interviews[0], smiling(*[0.6] * 10, *[0.1] * 10, *[0.6] * 10))
    movements.save(interviews[1], smiling(*[0.6] * 30))
    return interviews, movements


def test_where_a_user_names_a_stretch_the_neutral_is_that_of_its_frames_alone(stored):
    interviews, movements = stored
    named = NamedNeutrals((Stretch(interviews[0], 1.2, 1.7),))

    found, usual = (Neutrals(interviews, movements, named=one).of("0") for one in (named, None))

    assert (found.mode.max(), found.median.max(), found.clips) == (pytest.approx(0.1, abs=0.01),) * 2 + (1,)
    assert usual.mode.max() == pytest.approx(0.6, abs=0.01)
    assert found.deviations(expression_of(movements.load(interviews[1])))[0, -1] == 0, "nothing about it is in doubt"


def test_stretches_that_overlap_count_each_frame_once_and_may_be_of_several_clips(stored):
    interviews, movements = stored
    parts = [Stretch(interviews[0], 1.2, 1.7), Stretch(interviews[0], 1.0, 1.4), Stretch(interviews[1], 0.0, 0.2)]
    whole = [Stretch(interviews[0], 1.0, 1.7), Stretch(interviews[1], 0.0, 0.2)]

    one, other = (Neutrals(interviews, movements, named=NamedNeutrals(tuple(s))).of("0") for s in (parts, whole))

    assert (one.median == other.median).all()
    assert one.clips == other.clips == 2


def test_a_stretch_without_a_face_is_named_once_and_the_usual_neutral_is_used(stored, caplog):
    interviews, movements = stored
    named = NamedNeutrals((Stretch(interviews[0], 60.0, 90.0, line=2),))

    with caplog.at_level(logging.WARNING):
        found, again = (Neutrals(interviews, movements, named=named).of("0") for _ in range(2))

    assert (found.mode == Neutrals(interviews, movements).of("0").mode).all()
    assert (again.mode == found.mode).all()
    assert caplog.messages == [f"neutral: line 2 (id {interviews[0].id}): no face is seen in the stretch"]


def test_a_stretch_of_a_clip_that_cannot_be_read_is_named_and_the_others_are_used(stored, tmp_path):
    interviews, movements = stored
    lost = interview(9, video=tmp_path / "lost.mp4", person="0")
    named = NamedNeutrals((Stretch(lost, line=2), Stretch(interviews[0], 1.2, 1.7, line=3)))

    assert Neutrals(interviews, movements, named=named).of("0").clips == 1
    assert list(named.passed_over) == [2]
