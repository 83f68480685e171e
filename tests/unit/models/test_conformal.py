"""Sets of categories hold the right one of new people's videos as often as was promised."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.data import BALANCED, CATEGORIES, RESERVED
from expressiveness.errors import ModelError, TrainingError
from expressiveness.evaluation import evaluate
from expressiveness.faces import FaceStore
from expressiveness.models import Calibration, ConformalSets, load_model
from tests.interviews import interview
from tests.made_up_runs import predictions
from tests.random_model import random_model
from tests.unit.faces.test_face_table import table

probabilities = st.lists(st.floats(0.001, 1), min_size=3, max_size=3).map(lambda row: np.array([row]) / sum(row))


def made_up_people(count, random):
    """Videos of people who differ in how expressive they are, and whom a model misjudges each in his own way.

    Returns:
        What an overconfident model says of each video, the true categories, and whose videos they are.
    """
    owner = np.repeat(np.arange(count), random.integers(1, 7, count))
    level = random.normal(0, 0.7, count)[owner] + random.normal(0, 1, len(owner))
    seen = level + random.normal(0, 0.6, count)[owner] + random.normal(0, 0.5, len(owner))
    said = Calibration(4.0, (-0.5, 0.5), (0.0,), (0.0,)).probabilities(seen)
    return said, np.digitize(level, [-0.5, 0.5]), [str(person) for person in owner]


def coverage(sets, said, category, people):
    """The share of sets that hold the truth, every person counting alike."""
    held = np.array([CATEGORIES[true] in named for true, named in zip(category, sets.of(said), strict=True)])
    return np.mean([held[np.array(people) == person].mean() for person in set(people)])


@pytest.mark.parametrize(("promise", "known"), [(0.9, 19), (0.9, 40), (0.8, 24)])
def test_new_people_are_covered_as_promised_by_a_model_that_is_too_sure_of_itself(promise, known):
    reached = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        sets = ConformalSets.calibrated(*made_up_people(known, random), promise=promise)
        reached.append(coverage(sets, *made_up_people(200, random)))

    assert np.mean(reached) == pytest.approx(promise, abs=0.02)


def test_somebody_with_many_clips_counts_as_one_person():
    sure, unsure = [0.9, 0.06, 0.04], [0.3, 0.6, 0.1]  # of a Reserved video
    people = [str(n) for n in range(19)]

    one_clip = ConformalSets.calibrated(np.array([sure] * 19), np.zeros(19, int), people)
    of_one_in_doubt = ConformalSets.calibrated(
        np.array([sure] * 19 + [unsure] * 100), np.zeros(119, int), people + ["0"] * 100
    )

    assert one_clip.threshold == of_one_in_doubt.threshold == 0
    assert of_one_in_doubt.people == 19


def test_too_few_people_promise_nothing():
    with pytest.raises(TrainingError, match="8 people who were not trained on are too few to promise 90%; 9 are"):
        ConformalSets.calibrated(np.eye(3)[[0] * 16], np.zeros(16, int), [str(n % 8) for n in range(16)])

    assert ConformalSets.calibrated(np.eye(3)[[0] * 9], np.zeros(9, int), [str(n) for n in range(9)]).people == 9


@given(probabilities, st.floats(0, 1))
def test_a_set_holds_neighbours_and_what_is_most_probable(row, threshold):
    [named] = ConformalSets(0.9, threshold, 12).of(row)

    places = [CATEGORIES.index(name) for name in named]
    assert int(row.argmax()) in places
    assert places == list(range(places[0], places[-1] + 1))


@given(probabilities, st.floats(0, 1), st.floats(0, 1))
def test_who_allows_more_names_no_fewer(row, one, other):
    low, high = sorted((one, other))

    assert set(ConformalSets(0.9, low, 12).of(row)[0]) <= set(ConformalSets(0.9, high, 12).of(row)[0])


def test_numbers_that_cannot_be_are_refused():
    with pytest.raises(ModelError, match="give a promise between 0 and 1"):
        ConformalSets.from_dict({"promise": 0.9, "threshold": float("nan"), "people": 12})


def test_a_model_keeps_its_promise_and_says_what_a_video_may_be(tmp_path):
    model = replace(random_model(), sets=ConformalSets(0.9, 0.5, 12))
    video = tmp_path / "1.mp4"
    video.write_bytes(b"1")
    store = FaceStore(tmp_path / "faces", model.extraction)
    judged = interview(1, video=video, score=0.0)
    store.save(judged, table(1, 1))

    evaluation = evaluate(model, [judged], store)
    again = load_model(model.with_evaluation(evaluation).save(tmp_path / "model"))

    assert again.sets == model.sets
    sets = evaluation.video["sets"]
    assert sets["promise"] == 0.9
    assert sets["coverage"] in (0, 1)
    assert "calibrated on 12 people" in (tmp_path / "model" / "README.md").read_text()
    assert "sets that promise 90%: hold the category" in evaluation._repr_html_()


@pytest.mark.parametrize(
    ("threshold", "said"), [(0, "Balanced"), (0.7, "Reserved or Balanced"), (1, "cannot say"), (None, "")]
)
def test_what_a_video_may_be_is_said_in_words(threshold, said):
    class Judge:
        def predict(self, clip):
            return replace(
                predictions([1], [(1, 0.5)]), probabilities=np.array([[0.35, 0.5, 0.15]], np.float32), score=None
            )

    sets = None if threshold is None else ConformalSets(0.9, threshold, 12)
    judged = replace(random_model(), model=Judge(), sets=sets).predict(None)

    assert judged.category == BALANCED
    assert judged.possible_in_words == said
    assert judged.as_dict()["possible"] == (list(judged.possible) if sets else None)


def test_the_category_that_the_score_gives_is_always_one_that_it_may_be():
    class Judge:
        def predict(self, clip):
            return replace(predictions([1], [(0, 0.9)]), score=0.0)  # most probably Reserved, by the score Balanced

    judged = replace(random_model(), model=Judge(), sets=ConformalSets(0.9, 0.0, 12)).predict(None)

    assert (judged.category, judged.possible) == (BALANCED, (RESERVED, BALANCED))
