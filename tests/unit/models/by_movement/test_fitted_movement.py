import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from expressiveness.intensity import frame_intensity
from expressiveness.models import FittedMovement, features_of, fit_movement, held_out_models
from expressiveness.models.by_movement.fitted_movement import EXPRESSIONS, held_out_levels
from expressiveness.movement import BLENDSHAPES
from expressiveness.movement.movement_table import LANDMARKS
from tests.movements import acted, drawn, movement

pytestmark = pytest.mark.slow  # everything here trains

AMPLITUDES = np.random.default_rng(0).permutation(np.linspace(0.05, 1, 40))
SCORES = 3 * AMPLITUDES - 1.5
PEOPLE = [str(number % 10) for number in range(40)]


def features():
    return np.array([features_of(acted(amplitude, seed=number)) for number, amplitude in enumerate(AMPLITUDES)])


def fitted(scores=SCORES):
    return fit_movement(features(), scores, np.digitize(scores, [-0.3, 0.3]), PEOPLE)


def test_people_who_were_not_seen_are_ranked_by_how_much_they_move():
    assert spearmanr(held_out_levels(features(), SCORES, PEOPLE), AMPLITUDES).statistic > 0.95


def test_an_outlying_score_pulls_no_more_than_any_other_that_is_highest():
    outlying = SCORES.copy()
    outlying[SCORES.argmax()] = 1000

    assert fitted(outlying).levels(features()) == pytest.approx(fitted().levels(features()))


def test_weights_and_slopes_are_never_negative():
    upside_down = fitted(-SCORES)

    assert min(upside_down.weights) > 0
    assert min(upside_down.slopes) >= 0


def test_every_blendshape_that_counts_is_part_of_one_expression():
    assert len(EXPRESSIONS) == 26
    assert "mouthSmile" in EXPRESSIONS
    assert not any(name.startswith(("eyeLook", "eyeBlink")) for name in EXPRESSIONS)


def test_what_a_face_looks_like_at_rest_is_no_feature_but_for_its_intensity():
    still = np.random.default_rng(1).random((LANDMARKS, 3)) * 100
    one = movement(np.full((20, len(BLENDSHAPES)), 0.1))
    other = movement(np.full((20, len(BLENDSHAPES)), 0.7), landmarks=[still] * 20, rotation=np.full((20, 3), 30.0))

    assert features_of(one)[:-1] == pytest.approx(features_of(other)[:-1], abs=1e-9)
    assert np.isfinite(fitted().levels(features_of(one)[np.newaxis])).all()


def test_a_frame_further_from_rest_is_more_expressive_than_its_video_and_a_calm_one_less():
    values = np.zeros((30, len(BLENDSHAPES)))
    values[10:15, BLENDSHAPES.index("mouthSmileLeft")] = 0.8
    model, clip = fitted(), movement(values, rotation=drawn()[:, :3])

    video = model.levels(features_of(clip)[np.newaxis])[0]
    frames = model.frame_levels(frame_intensity().log_intensity(clip), video)

    assert frames[10:15].min() > video > frames[:8].max()
    assert frames.mean() == pytest.approx(video)


def test_few_people_are_judged_by_a_measure_that_is_not_learned():
    rows = [row for row in range(40) if PEOPLE[row] in ("0", "1")]
    people, scores = [PEOPLE[row] for row in rows], SCORES[rows]

    model = fit_movement(features()[rows], scores, np.digitize(scores, [-0.3, 0.3]), people)

    assert model.unlearned
    assert set(model.weights) == {1.0}
    assert spearmanr(model.levels(features()), AMPLITUDES).statistic > 0.95
    assert not fitted().unlearned


def test_a_model_of_before_there_were_intensities_is_read_and_judges_videos_as_it_did():
    model = replace(fitted(), slopes=(*fitted().slopes[:3], 0.0))
    values = asdict(model)
    old = {**values, "units": values["units"][:3], "slopes": values["slopes"][:3]}
    del old["pull"], old["people"]

    assert FittedMovement.from_dict(old).levels(features()) == pytest.approx(model.levels(features()))


def test_held_out_models_have_not_seen_the_people_that_they_judge():
    categories = np.digitize(SCORES, [-0.3, 0.3])
    judged = [rows for _, rows in held_out_models(features(), SCORES, categories, PEOPLE)]

    assert sorted(np.concatenate(judged)) == list(range(40))
    people = [{PEOPLE[row] for row in rows} for rows in judged]
    assert sum(map(len, people)) == len(set(PEOPLE))


def test_a_model_read_back_from_json_says_the_same():
    model = fitted()

    read = FittedMovement.from_dict(json.loads(json.dumps(asdict(model))))

    assert read == model


def test_a_model_with_a_number_missing_is_refused():
    values = asdict(fitted())
    values["weights"] = values["weights"][:-1]

    with pytest.raises(ValueError, match="25 numbers, not 26"):
        FittedMovement.from_dict(values)
