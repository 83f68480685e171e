"""A family of models from elsewhere does all that ours do, and nothing of ours knows it."""

import numpy as np
import pytest

from expressiveness.data import Split
from expressiveness.errors import ConfigError, ModelError
from expressiveness.evaluation import BenchmarkConfig, benchmark, evaluate
from expressiveness.faces import FaceStore
from expressiveness.models import MODELS, TrainingConfig, load_model, predict_interviews, train
from tests.face_tables import lively_faces
from tests.interviews import interview
from tests.third_party_model import CropVariance

pytestmark = pytest.mark.slow


@pytest.fixture
def variance(monkeypatch):
    """The family under the name by which a script would have added it."""
    monkeypatch.setitem(MODELS._things, "variance", CropVariance)
    return "variance"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """8 people with an interview of each category: faces whose crops vary more the more expressive they are."""
    folder = tmp_path_factory.mktemp("third")
    store, random, interviews = FaceStore(folder / "faces"), np.random.default_rng(0), []
    store.write_config()
    for number in range(24):
        video = folder / f"{number}.mp4"
        video.write_bytes(bytes([number]))
        strength, score = ((4, -1.0), (20, 0.0), (60, 1.0))[number % 3]
        interviews.append(interview(number, video=video, person=str(number // 3), score=score + number / 100))
        store.save(interviews[-1], lively_faces(strength, random))
    return interviews, store


def test_it_trains_is_judged_saved_and_loaded_by_its_name(variance, stored, tmp_path):
    interviews, store = stored
    model = train(interviews, store, TrainingConfig(model=variance, options={"power": 2.0}))
    held_out = [one for one in interviews if one.id in model.split.test]

    evaluation = evaluate(model, held_out, store)
    again = load_model(model.with_evaluation(evaluation).save(tmp_path / "model"))

    assert evaluation.video["accuracy"] == 1
    assert evaluation.wrong.empty
    assert again.config.options.power == 2.0
    for one, other in zip(*(predict_interviews(m, held_out, store) for m in (model, again)), strict=True):
        assert np.array_equal(one.value.probabilities, other.value.probabilities)
    assert "how much the pixels of a face vary" in (tmp_path / "model" / "README.md").read_text()


def test_it_has_a_row_in_the_benchmark(variance, tmp_path):
    from tests.movements import stored_interviews

    results = benchmark(*stored_interviews(tmp_path), BenchmarkConfig(rows=("majority", variance), draws=20, folds=4))

    assert [row["key"] for row in results.rows] == ["majority", "variance"]
    assert results.rows[1]["n"] == 32


def test_what_it_cannot_do_is_said_with_who_can(variance, stored):
    interviews, store = stored
    model = train(interviews, store, TrainingConfig(model=variance))

    with pytest.raises(ModelError, match=r"variance cannot do this \(embeddings\).*notebook_cnn"):
        model.able_to("embeddings")


def test_a_name_that_no_family_has_and_an_option_that_it_does_not_have_are_named(variance):
    with pytest.raises(ConfigError, match="did you mean 'variance'"):
        TrainingConfig(model="varianc")
    with pytest.raises(ConfigError, match="has no option 'epochs'; it has power"):
        TrainingConfig(model=variance, options={"epochs": 3})


def test_a_split_is_used_again_by_another_family(variance, stored):
    interviews, store = stored
    ids = [one.id for one in interviews]
    split = Split(train=tuple(ids[:12]), validation=tuple(ids[12:15]), test=tuple(ids[15:]))

    assert train(interviews, store, TrainingConfig(model=variance), split=split).split == split
