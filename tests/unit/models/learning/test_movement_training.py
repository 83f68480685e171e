import json

import numpy as np
import pytest

from expressiveness.data import CATEGORIES, Curation, FaceDecision, InterviewDecision, split_by_participant
from expressiveness.errors import ModelError, TrainingError
from expressiveness.evaluation import evaluate
from expressiveness.models import (
    TrainingConfig,
    label_movements,
    load_model,
    network_input,
    predict_faces,
    predict_interviews,
)
from expressiveness.models.learning.movement_training import train_movement
from expressiveness.movement import MovementStore, movement_of
from tests.movements import acted, drawn, movement, stored_interviews

pytestmark = pytest.mark.slow  # everything here trains

CONFIG = TrainingConfig(model="movement")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return stored_interviews(tmp_path_factory.mktemp("stored"))


@pytest.fixture(scope="module")
def model(stored):
    return train_movement(*stored, CONFIG)


def labelled(stored, curation=None):
    interviews, store = stored
    return label_movements(
        interviews[:4],
        store,
        target=CONFIG.target,
        thresholds=CONFIG.thresholds,
        category_scores=(-0.9, 0.0, 0.9),
        curation=curation,
    )


def test_people_who_were_held_out_are_judged_rightly(stored, model):
    interviews, store = stored
    held_out = [interview for interview in interviews if interview.id in model.split.test]

    figures = evaluate(model, held_out, store)

    assert figures["video"]["spearman"] > 0.9
    assert figures["frame"]["n"] == 6 * len(held_out)
    json.dumps(figures, allow_nan=False)


def test_the_same_seed_gives_the_same_model(stored, model):
    assert train_movement(*stored, CONFIG).movement == model.movement


def test_a_saved_model_says_the_same_after_loading(stored, model, tmp_path):
    interviews, store = stored
    again = load_model(model.save(tmp_path / "model"))

    for one, other in zip(*(predict_interviews(m, interviews[:3], store) for m in (model, again)), strict=True):
        assert np.array_equal(one.value.probabilities, other.value.probabilities)
        assert (one.value.score, one.value.category) == (other.value.score, other.value.category)
    assert {file.name for file in (tmp_path / "model").iterdir()} == {"model.json", "README.md"}
    assert "how the face moves" in (tmp_path / "model" / "README.md").read_text()


def test_a_damaged_record_is_refused(model, tmp_path):
    record = model.save(tmp_path / "model") / "model.json"
    record.write_text(record.read_text().replace('"slopes"', '"slants"'))

    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "model")


def test_every_frame_with_a_stored_face_gets_probabilities(stored, model):
    interviews, store = stored
    (outcome,) = predict_interviews(model, interviews[:1], store)

    assert outcome.value.frame_number.tolist() == store.load(interviews[0]).frame_number.tolist()
    assert outcome.value.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert outcome.value.category in CATEGORIES
    assert 0 <= outcome.value.confidence <= 1


def test_too_little_of_a_face_is_said_and_not_guessed_at(stored, model):
    interviews, store = stored

    said = predict_faces(model, store.load(interviews[0]), movement(drawn(), size=10))

    assert (said.category, said.score, said.confidence, len(said.probabilities)) == (None, None, None, 0)
    assert "10 pixels" in said.doubt


def test_a_single_face_cannot_be_judged_and_the_message_says_what_can(model):
    with pytest.raises(ModelError, match="--model notebook_cnn"):
        model.probabilities(network_input(np.zeros((1, 48, 48), np.uint8), np.zeros((1, 48, 48), np.float32), "single"))


def test_an_interview_counts_as_what_most_of_its_faces_were_corrected_to(stored):
    first = stored[0][0]
    wanted = next(name for name in CATEGORIES if name != CONFIG.thresholds.category(first.scores[CONFIG.target]))
    frames = [1, 6, 11, 16]  # of 6

    data = labelled(stored, Curation(faces=tuple(FaceDecision(first.id, n, wanted) for n in frames)))

    assert CATEGORIES[data.category[0]] == wanted
    assert data.score[0] == (-0.9, 0.0, 0.9)[CATEGORIES.index(wanted)]
    assert data.corrected == 4


def test_an_excluded_interview_is_not_learned_from(stored):
    first = stored[0][0]

    data = labelled(stored, Curation(interviews=(InterviewDecision(first.id, excluded=True),)))

    assert first.id not in {interview.id for interview in data.interviews}
    assert [failure.id for failure in data.passed_over] == [first.id]


def test_frames_near_an_excluded_face_are_not_learned_from(stored):
    first = stored[0][0]

    data = labelled(stored, Curation(faces=(FaceDecision(first.id, 6, excluded=True),)))

    assert data.excluded == 1
    assert not np.allclose(data.features[0], labelled(stored).features[0])
    assert np.allclose(data.features[1:], labelled(stored).features[1:])


def test_too_few_interviews_are_refused_with_what_to_do(tmp_path):
    interviews, store = stored_interviews(tmp_path, people=3, clips=2)

    with pytest.raises(TrainingError, match="add interviews"):
        train_movement(interviews, store, CONFIG)


def test_an_interview_without_enough_of_a_face_is_passed_over_by_name(tmp_path):
    interviews, store = stored_interviews(tmp_path)
    split = split_by_participant(interviews)
    empty = next(interview for interview in interviews if interview.id in split.train)
    MovementStore(store.root).save(empty, movement_of([], [(1, 0.0)]))

    trained = train_movement(interviews, store, CONFIG, split=split)

    assert list(trained.data["passed_over"]) == [empty.id]
    assert trained.data["interviews"] == len(split.train) + len(split.validation) - 1


def test_selecting_frames_forgets_that_the_others_were_looked_at():
    kept = acted(0.5).select(np.arange(30) < 20)

    assert (len(kept), len(kept.sampled_number), kept.detection_rate) == (20, 20, 1)


def test_a_split_by_frame_is_refused_as_whole_videos_are_learned_from():
    with pytest.raises(ModelError, match="whole videos"):
        TrainingConfig.notebook(model="movement")
    with pytest.raises(ModelError, match="notebook_cnn, movement"):
        TrainingConfig(model="best")


def test_training_by_name_gives_the_model_that_was_asked_for(stored, model):
    from expressiveness.models import train

    assert train(*stored, CONFIG).movement == model.movement
