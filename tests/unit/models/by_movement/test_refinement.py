import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from expressiveness.models import Calibration, FittedMovement
from expressiveness.models.by_movement.refinement import (
    LEAST_FRAMES,
    LEAST_PEOPLE,
    MOST_SHARE,
    PRIOR_FRAMES,
    LabelledFrames,
    refined,
)

UNREFINED = FittedMovement(
    (1.0,) * 26, (1.0,) * 4, (0.25,) * 4, 0.0, Calibration(3.0, (-0.5, 0.5), (-1.0, 1.0), (-1.0, 1.0)), pull=0.5
)
TRUE_PULL, TRUE_CUTS = 1.5, (-0.2, 0.9)


def labelled(frames=600, people=12, *, pull=TRUE_PULL, cuts=TRUE_CUTS, seed=0):
    """Frames that people labelled by a pull and cuts that are not those of the model."""
    random = np.random.default_rng(seed)
    person = np.arange(frames) % people
    level, deviation = random.normal(size=people)[person], random.normal(0, 0.5, frames)
    category = np.digitize(level + pull * deviation + random.logistic(0, 0.1, frames), cuts)
    return LabelledFrames(level, deviation, category, tuple(map(str, person)))


def right(model, frames):
    levels = frames.level + model.pull * frames.deviation
    return (model.frame_calibration.probabilities(levels).argmax(axis=1) == frames.category).mean()


def test_labels_move_the_pull_and_the_cuts_towards_what_they_say():
    model, others = refined(UNREFINED, labelled()), labelled(seed=1)

    assert model.pull == pytest.approx((0.5 + TRUE_PULL) / 2, abs=0.1)
    assert model.frame_calibration.cuts == pytest.approx(((-0.5 - 0.2) / 2, (0.5 + 0.9) / 2), abs=0.1)
    assert right(model, others) > right(UNREFINED, others) + 0.05
    assert model.refined_on == (600, 12)


def test_videos_are_judged_as_before_and_their_frames_keep_their_order():
    model, intensity = refined(UNREFINED, labelled()), np.random.default_rng(0).normal(size=50)

    assert replace(model, pull=0.5, of_frames=None, refined_on=None) == UNREFINED
    orders = [np.argsort(one.frame_levels(intensity, 0.3)).tolist() for one in (UNREFINED, model)]
    assert orders[0] == orders[1]


def test_the_more_labels_the_more_they_count_up_to_a_half():
    few, many = (refined(UNREFINED, labelled(count)) for count in (60, 2000))

    assert UNREFINED.pull < few.pull < many.pull
    shares = [(one.pull - UNREFINED.pull) / (TRUE_PULL - UNREFINED.pull) for one in (few, many)]
    assert shares == pytest.approx([60 / (60 + PRIOR_FRAMES), MOST_SHARE], abs=0.1)


@pytest.mark.parametrize(("frames", "people"), [(LEAST_FRAMES - 1, 12), (600, LEAST_PEOPLE - 1), (0, 12)])
def test_with_too_few_frames_or_people_nothing_changes(frames, people):
    assert refined(UNREFINED, labelled(frames, people)) is UNREFINED


def test_labels_that_do_not_carry_over_to_other_people_change_nothing():
    frames = labelled()
    chance = np.random.default_rng(0).integers(0, 3, 12)  # one category for each person
    by_chance = replace(frames, category=chance[[int(name) for name in frames.people]])
    sure = replace(UNREFINED, calibration=replace(UNREFINED.calibration, steepness=0.1, doubt=1.0))

    assert refined(sure, by_chance) is sure


def test_labels_of_the_models_mistakes_alone_change_nothing():
    frames = labelled()
    levels = frames.level + UNREFINED.pull * frames.deviation
    said = UNREFINED.frame_calibration.probabilities(levels).argmax(axis=1)

    assert refined(UNREFINED, frames.select(np.flatnonzero(said != frames.category))) is UNREFINED


def test_the_same_labels_refine_alike_and_are_read_back_from_json():
    model = refined(UNREFINED, labelled())

    assert refined(UNREFINED, labelled()) == model
    assert FittedMovement.from_dict(json.loads(json.dumps(asdict(model)))) == model
