import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from expressiveness.intensity import Example, frame_intensity, learn_intensity, reasons_of
from expressiveness.intensity.boosted_trees import BoostedTrees
from expressiveness.intensity.plain_nets import PlainNet
from expressiveness.intensity.regions import REGIONS, region_shares
from expressiveness.intensity.speech import speaking
from expressiveness.movement import BLENDSHAPES, EXPRESSIVE_COLUMNS, neutral_of
from tests.movements import acted, movement

BROWS = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
SMILE = ("mouthSmileLeft", "mouthSmileRight")


def moved(names, course):
    """A face at rest but for some blendshapes, which follow a course of shape (n,)."""
    values = np.zeros((len(course), len(BLENDSHAPES)))
    for name in names:
        values[:, BLENDSHAPES.index(name)] = course
    return movement(values)


def test_frames_are_ranked_by_how_far_a_smile_goes():
    course = np.tile(np.concatenate([np.zeros(15), np.linspace(0, 0.9, 10), np.linspace(0.9, 0, 10)]), 2)

    said = frame_intensity().log_intensity(moved(SMILE, course))

    assert spearmanr(said, course).statistic > 0.8


def test_a_smile_that_is_held_through_a_clip_shows_where_the_person_is_known_by_other_clips():
    calm, held = moved(SMILE, np.zeros(40)), moved(SMILE, np.full(40, 0.8))
    model = frame_intensity()

    alone, known = model.log_intensity(held), model.log_intensity(held, neutral_of([calm, calm, held]))

    assert known.mean() > alone.mean()
    assert known.mean() > model.log_intensity(calm).mean()


def test_nothing_beyond_what_was_learned_from_is_said():
    model = frame_intensity()

    wild = model.log_intensity(movement(np.random.default_rng(0).random((40, len(BLENDSHAPES))) * 5))

    assert model.lowest <= wild.min() <= wild.max() <= model.highest


def test_no_frame_has_no_intensity():
    assert frame_intensity().log_intensity(movement(np.zeros((0, len(BLENDSHAPES))))).shape == (0,)


def test_it_says_what_it_was_learned_from_and_by_which_command():
    model = frame_intensity()

    assert model.provenance["command"].startswith("python -m tools.learn_intensity")
    assert model.provenance["people"] >= 100
    assert "rendered" in json.dumps(model.provenance)


def test_every_blendshape_of_expression_is_in_one_region():
    prefixes = [prefix for region in REGIONS.values() for prefix in region]
    names = [name for name, counts in zip(BLENDSHAPES, EXPRESSIVE_COLUMNS, strict=True) if counts]

    assert all(sum(name.startswith(prefix) for prefix in prefixes) == 1 for name in names)


@pytest.mark.parametrize(("names", "region"), [(BROWS, "brows"), (SMILE, "lips")])
def test_the_region_that_moves_has_the_largest_share(names, region):
    course = np.tile(np.concatenate([np.zeros(20), np.full(10, 0.8)]), 2)

    found = region_shares(frame_intensity(), moved(names, course))

    shares = found.shares()
    assert max(shares, key=shares.get) == region
    assert sum(shares.values()) == pytest.approx(1)
    assert (found.upper_face.sum() > 0.5 * found.intensity.sum()) == (region == "brows")


def test_syllables_are_speech_and_neither_a_still_mouth_nor_one_that_stays_open_is():
    seconds = np.arange(60) / 10
    syllables = 0.15 + 0.1 * np.sin(2 * np.pi * 3 * seconds)

    assert speaking(moved(["jawOpen"], syllables)).all()
    assert not speaking(moved(["jawOpen"], np.zeros(60))).any()
    assert not speaking(moved(["jawOpen"], np.full(60, 0.5))).any()
    assert not speaking(moved(BROWS, syllables)).any()


def test_reasons_name_the_region_and_the_seconds_in_which_something_happens():
    course = np.zeros(80)
    course[20:30] = 0.9

    found = reasons_of(moved(BROWS, course))

    assert found.most_of_all == "brows"
    assert found.upper_face > 0.9
    assert found.speaking == 0
    (first, last), *others = found.telling
    assert first < 2.5 < last
    assert all(last <= start or end <= first for start, end in others)
    assert "Where it shows: brows" in found.sentences()[0]
    assert json.loads(json.dumps(found.as_dict()))["regions"].keys() == REGIONS.keys()


@pytest.fixture(scope="module")
def grown():
    from sklearn.ensemble import GradientBoostingRegressor

    rows = np.random.default_rng(0).normal(size=(300, 4))
    wanted = rows[:, 0] * (rows[:, 1] > 0)
    return GradientBoostingRegressor(n_estimators=20, max_depth=4, random_state=0).fit(rows, wanted)


@given(seed=st.integers(0, 10_000))
def test_trees_as_plain_numbers_say_what_scikit_learn_says(grown, seed):
    rows = np.random.default_rng(seed).normal(size=(20, 4))

    assert BoostedTrees.grown(grown)(rows) == pytest.approx(grown.predict(rows), abs=1e-5)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # it need not converge
def test_a_net_as_plain_numbers_says_what_scikit_learn_says():
    from sklearn.neural_network import MLPRegressor

    rows = np.random.default_rng(0).normal(3, 2, size=(400, 5))
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    net = MLPRegressor(hidden_layer_sizes=(8, 4), max_iter=50, random_state=0).fit((rows - mean) / scale, rows[:, 0])

    plain = PlainNet.fitted(net, mean, scale)

    assert plain(rows) == pytest.approx(net.predict((rows - mean) / scale), abs=1e-4)
    far, further = (plain((mean + distance * scale)[np.newaxis])[0] for distance in (4, 1000))
    assert further == pytest.approx(far, abs=1e-4), "nothing is known beyond"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer", "ignore:Got `batch_size`")  # on so little
def test_what_was_learned_is_the_same_after_it_was_written_and_read():
    examples = []
    for number, amplitude in enumerate(np.linspace(0.1, 1, 8)):
        shown = acted(amplitude, seed=number)
        energy = np.linalg.norm(shown.blendshapes, axis=1).astype(float)
        examples.append(Example(str(number), shown, (neutral_of([shown]),), energy))
    model = learn_intensity(examples, {"command": "a test"})
    file = BytesIO()

    model.save(file)

    file.seek(0)
    read = type(model).load(file)
    unseen = acted(0.6, seed=99)
    assert read.log_intensity(unseen) == pytest.approx(model.log_intensity(unseen))
    assert (read.spread, read.reliability, read.provenance) == (model.spread, model.reliability, model.provenance)
    assert model.provenance == {"command": "a test", "clips": 8, "people": 8}
