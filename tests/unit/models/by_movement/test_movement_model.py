import json
import shutil

import numpy as np
import pytest

from expressiveness._io import MANIFEST
from expressiveness.data import (
    CATEGORIES,
    NEUTRAL_FILE,
    Curation,
    FaceDecision,
    InterviewDecision,
    NamedNeutrals,
    Split,
    Stretch,
    neutrals_of_videos,
    read_interviews,
    split_by_participant,
)
from expressiveness.errors import ConfigError, ModelError, TrainingError
from expressiveness.evaluation import evaluate
from expressiveness.models import (
    Clip,
    TrainingConfig,
    TrainingData,
    assemble,
    features_of,
    load_model,
    predict_interviews,
    predict_videos,
    train,
    video_neutral,
)
from expressiveness.movement import MovementStore, movement_of, neutral_of
from expressiveness.reports import prediction_report
from tests.movements import acted, drawn, movement, stored_interviews

pytestmark = pytest.mark.slow  # everything here trains

CONFIG = TrainingConfig(model="movement")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return stored_interviews(tmp_path_factory.mktemp("stored"))


@pytest.fixture(scope="module")
def model(stored):
    return train(*stored, CONFIG)


def data_of(stored, curation=None):
    interviews, store = stored
    chosen = interviews[:4]
    everybody = Split(train=tuple(interview.id for interview in chosen), validation=(), test=())
    return TrainingData(chosen, store, CONFIG, everybody, CONFIG.thresholds, (-0.9, 0.0, 0.9), curation or Curation())


def test_people_who_were_held_out_are_judged_rightly(stored, model):
    interviews, store = stored
    held_out = [interview for interview in interviews if interview.id in model.split.test]

    figures = evaluate(model, held_out, store)

    assert figures.video["spearman"] > 0.9
    json.dumps(figures.as_dict(), allow_nan=False)


def test_the_same_seed_gives_the_same_model(stored, model):
    assert train(*stored, CONFIG).model.fitted == model.model.fitted


def test_a_saved_model_says_the_same_after_loading(stored, model, tmp_path):
    interviews, store = stored
    again = load_model(model.save(tmp_path / "model"))

    for one, other in zip(*(predict_interviews(m, interviews[:3], store) for m in (model, again)), strict=True):
        assert np.array_equal(one.value.probabilities, other.value.probabilities)
        assert (one.value.score, one.value.category) == (other.value.score, other.value.category)
    files = {file.name for file in (tmp_path / "model").iterdir()} - {MANIFEST}
    assert files == {"model.json", "movement.json", "README.md"}
    card = (tmp_path / "model" / "README.md").read_text()
    assert "how the face moves" in card
    assert "Model: movement (the default): movement for the video, intensity for the frame." in card


def test_a_damaged_record_is_refused(model, tmp_path):
    record = model.save(tmp_path / "model") / "movement.json"
    record.write_text(record.read_text().replace('"slopes"', '"slants"'))

    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "model")


def test_a_neutral_that_the_user_names_is_compared_with_in_training_and_in_judging(stored, model):
    interviews, store = stored
    person = interviews[0].participant
    named = NamedNeutrals(tuple(Stretch(one, 0.0, 0.5) for one in interviews if one.participant == person))

    data = assemble(interviews, store, model.config, split=model.split, neutrals=named)
    told = {clip.interview.participant: clip.neutral.named for clip in data.clips("train", "validation")}
    assert told == {one: one == person for one in told}

    usual, judged = (list(predict_interviews(model, interviews, store, neutrals=one)) for one in (None, named))
    differing = {
        one.item.participant
        for one, other in zip(usual, judged, strict=True)
        if (one.value.levels != other.value.levels).any()
    }
    assert differing == {person}


def test_frames_that_people_labelled_refine_how_frames_are_judged_and_the_card_says_so(stored, model, tmp_path):
    interviews, store = stored
    decided = []
    for one in interviews:
        said = model.predict(Clip(store.load(one), MovementStore(store.root).load(one)))
        order = np.argsort(np.argsort(said.levels))
        decided += [
            FaceDecision(one.id, number, CATEGORIES[min(2, place)])
            for number, place in zip(said.frame_number.tolist(), order, strict=True)
        ]
    told = train(interviews, store, CONFIG, curation=Curation(tuple(decided)))
    people = {one.participant for one in interviews if one.id in {*told.split.train, *told.split.validation}}

    assert told.model.fitted.refined_on == (6 * 4 * len(people), len(people))
    sentence = f"refined on {6 * 4 * len(people)} frames of {len(people)} people"
    assert sentence in (told.save(tmp_path / "model") / "README.md").read_text()
    assert sentence in load_model(tmp_path / "model").record()["sees"]
    assert "refined" not in model.record()["sees"]


def test_every_frame_with_a_stored_face_gets_probabilities(stored, model):
    interviews, store = stored
    (outcome,) = predict_interviews(model, interviews[:1], store)

    assert outcome.value.frame_number.tolist() == store.load(interviews[0]).frame_number.tolist()
    assert outcome.value.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert outcome.value.category in CATEGORIES
    assert 0 <= outcome.value.confidence <= 1


def test_it_says_why_a_clip_is_as_expressive_as_it_is(stored, model):
    interviews, store = stored
    shown = MovementStore(store.root).load(interviews[0])

    why = model.able_to("reasons").reasons(Clip(store.load(interviews[0]), shown))

    assert sum(why.regions.values()) == pytest.approx(1)
    assert why.telling
    with pytest.raises(ModelError, match="give the clip its movement"):
        model.able_to("reasons").reasons(Clip(store.load(interviews[0])))


def test_reasons_of_any_video_are_given_where_they_are_asked_for(model, sample_interviews):
    video = read_interviews(sample_interviews)[0].video

    [plain] = predict_videos(model, [video], workers=1)
    [explained] = predict_videos(model, [video], reasons=True, workers=1)

    assert plain.value.why is None
    assert explained.value.why.regions
    assert explained.value.why.sentences()[0] in prediction_report([explained])


def test_the_neutral_of_a_video_is_read_from_the_table_of_its_folder_and_may_lie_in_another_clip(
    model, sample_interviews, tmp_path
):
    shutil.copytree(sample_interviews, tmp_path / "study")
    interviews = read_interviews(tmp_path / "study")
    video, person = interviews[0].video, interviews[0].participant
    other = next(one for one in interviews[1:] if one.participant == person)
    (tmp_path / "study" / NEUTRAL_FILE).write_text(f"id,start,end\n{other.id},0,1\nnobody,0,1\n")
    named = neutrals_of_videos([video])

    assert [one.interview.id for one in named[video].stretches] == [other.id]
    assert [str(row) for row in named[video].bad_rows] == ["line 3 (id nobody): there is no interview nobody"]
    [usual] = predict_videos(model, [video], workers=1)
    [told] = predict_videos(model, [video], neutrals=named, workers=1)
    assert (usual.value.levels != told.value.levels).any()
    assert video_neutral(named[video], video).named


def test_live_a_face_is_compared_with_the_neutral_that_is_given(stored, model):
    interviews, store = stored
    lively, calm = (MovementStore(store.root).load(one) for one in interviews[:2])
    judge = model.able_to("moving faces")

    assert (judge.now(lively, neutral_of([calm])) != judge.now(lively)).any()


def test_too_little_of_a_face_is_said_and_not_guessed_at(stored, model):
    interviews, store = stored

    said = model.predict(Clip(store.load(interviews[0]), movement(drawn(), size=10)))

    assert (said.category, said.score, said.confidence, len(said.probabilities)) == (None, None, None, 0)
    assert "10 pixels" in said.doubt


def test_a_single_face_cannot_be_judged_and_the_message_says_what_can(model):
    with pytest.raises(ModelError, match="--model notebook_cnn"):
        model.able_to("single faces")


def test_there_are_no_epochs_to_log_and_so_no_folder_for_a_log(stored, tmp_path):
    with pytest.raises(ConfigError, match="has no epochs to log"):
        train(*stored, TrainingConfig(model="movement"), log_folder=tmp_path / "log")

    assert not (tmp_path / "log").exists()


def test_an_interview_counts_as_what_most_of_its_faces_were_corrected_to(stored):
    first = stored[0][0]
    wanted = next(name for name in CATEGORIES if name != CONFIG.thresholds.category(first.scores[CONFIG.target]))
    frames = [1, 6, 11, 16]  # of 6

    data = data_of(stored, Curation(faces=tuple(FaceDecision(first.id, n, wanted) for n in frames)))
    clip, *_ = data.clips("train")

    assert CATEGORIES[clip.category] == wanted
    assert clip.score == (-0.9, 0.0, 0.9)[CATEGORIES.index(wanted)]
    assert data.record()["corrected_faces"] == 4


def test_an_excluded_interview_is_not_learned_from(stored):
    first = stored[0][0]

    data = data_of(stored, Curation(interviews=(InterviewDecision(first.id, excluded=True),)))

    assert first.id not in {clip.interview.id for clip in data.clips("train")}
    assert data.passed_over == {first.id: "it was excluded in review"}


def test_frames_near_an_excluded_face_are_not_learned_from(stored):
    first = stored[0][0]

    data = data_of(stored, Curation(faces=(FaceDecision(first.id, 6, excluded=True),)))
    changed, *others = (features_of(clip.movement) for clip in data.clips("train"))
    before, *same = (features_of(clip.movement) for clip in data_of(stored).clips("train"))

    assert data.record()["excluded_faces"] == 1
    assert not np.allclose(changed, before)
    assert np.allclose(others, same)


def test_too_few_interviews_are_refused_with_what_to_do(tmp_path):
    interviews, store = stored_interviews(tmp_path, people=3, clips=1)

    with pytest.raises(TrainingError, match="add interviews"):
        train(interviews, store, CONFIG)


def test_an_interview_without_enough_of_a_face_is_passed_over_by_name(tmp_path):
    interviews, store = stored_interviews(tmp_path)
    split = split_by_participant(interviews)
    empty = next(interview for interview in interviews if interview.id in split.train)
    MovementStore(store.root).save(empty, movement_of([], [(1, 0.0)]))

    trained = train(interviews, store, CONFIG, split=split)

    assert list(trained.data["passed_over"]) == [empty.id]
    assert trained.data["interviews"] == len(split.train) + len(split.validation) - 1


def test_selecting_frames_forgets_that_the_others_were_looked_at():
    kept = acted(0.5).select(np.arange(30) < 20)

    assert (len(kept), len(kept.sampled_number), kept.detection_rate) == (20, 20, 1)


def test_a_split_by_frame_is_refused_as_whole_videos_are_learned_from():
    with pytest.raises(ConfigError, match="whole videos"):
        TrainingConfig(model="movement", split_by="frame")
    with pytest.raises(ConfigError, match="movement, notebook_cnn"):
        TrainingConfig(model="best")
