import numpy as np
import pytest

from expressiveness.movement import BLENDSHAPES, MovementStore, Neutrals, expression_of, movement_of, neutral_of
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
