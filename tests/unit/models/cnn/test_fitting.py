from dataclasses import replace

import numpy as np
import pytest

from expressiveness.data import Curation, FaceDecision, Thresholds
from expressiveness.errors import TrainingError
from expressiveness.evaluation import evaluate
from expressiveness.faces import FaceStore
from expressiveness.models import TrainingConfig, train
from expressiveness.models.cnn import training_progress
from tests.face_tables import lively_faces
from tests.interviews import interview

pytestmark = pytest.mark.slow  # everything here trains

SHORT = TrainingConfig(model="notebook_cnn", options={"epochs": 2, "batch_size": 16})
QUICK = TrainingConfig(
    model="notebook_cnn", validation_share=0.25, test_share=0.25, options={"epochs": 2, "batch_size": 16}
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """8 people with an interview of each category: faces that move by 4, 20 and 60 gray levels."""
    folder = tmp_path_factory.mktemp("training")
    store, random, interviews = FaceStore(folder / "faces"), np.random.default_rng(0), []
    for number in range(24):
        video = folder / f"{number}.mp4"
        video.write_bytes(bytes([number]))
        strength, score = ((4, -1.0), (20, 0.0), (60, 1.0))[number % 3]
        interviews.append(interview(number, video=video, person=str(number // 3), score=score))
        store.save(interviews[-1], lively_faces(strength, random))
    return interviews, store


@pytest.fixture(scope="module")
def model(stored):
    """What is trained on them by `QUICK`, to look at only."""
    return train(*stored, QUICK)


def test_the_test_people_take_no_part_in_training_or_early_stopping(stored, model):
    interviews, _ = stored
    person = {i.id: i.participant for i in interviews}

    tested = {person[id] for id in model.split.test}
    assert tested
    assert not tested & {person[id] for id in (*model.split.train, *model.split.validation)}
    assert set(model.model.held_out.participants) == {person[id] for id in model.split.validation}
    assert model.sets is None, "two people are too few to promise anything by"
    assert model.data["faces"] == {"train": 8 * len(model.split.train), "validation": 8 * len(model.split.validation)}


def test_training_never_reads_the_scores_of_the_test_people(stored, model):
    interviews, store = stored
    spoilt = [
        interview(int(i.id), video=i.video, person=i.participant, score=-i.scores["facial_expression"])
        if i.id in model.split.test
        else i
        for i in interviews
    ]

    again = train(spoilt, store, QUICK, split=model.split)

    assert again.history == model.history
    assert again.category_scores == model.category_scores


def test_a_fixed_seed_gives_the_same_numbers_and_another_seed_others(stored, model):
    interviews, store = stored
    one, same, other = (train(interviews, store, replace(SHORT, seed=seed), split=model.split) for seed in (5, 5, 6))

    assert one.history == same.history
    assert all(
        np.array_equal(a, b)
        for a, b in zip(one.model.network.get_weights(), same.model.network.get_weights(), strict=True)
    )
    assert one.history != other.history


def test_what_a_face_does_is_learned_from_some_people_and_recognised_on_others(stored):
    interviews, store = stored
    model = train(
        interviews,
        store,
        TrainingConfig(
            model="notebook_cnn", test_share=0.25, options={"epochs": 40, "batch_size": 16, "augment": False}
        ),
    )

    held_out = [i for i in interviews if i.id in model.split.test]
    video = evaluate(model, held_out, store).video

    assert video["accuracy"] > video["majority_accuracy"] + 0.3
    assert video["spearman"] > 0.8


def test_the_split_by_frame_puts_everybody_on_all_sides_and_says_so(stored, tmp_path):
    interviews, store = stored
    model = train(interviews, store, TrainingConfig.notebook(options={"epochs": 1}))
    model.save(tmp_path / "model")

    assert model.data["faces"] == {"train": 122, "validation": 31}
    assert "the same people are in all sets" in (tmp_path / "model" / "README.md").read_text()


def test_progress_is_shown_within_an_epoch_with_the_time_left_and_a_report_may_stop_the_training(stored, monkeypatch):
    monkeypatch.setattr(training_progress, "SECONDS_BETWEEN_REPORTS", 0.0)
    reports = []

    class EnoughError(Exception):
        pass

    def report(done, total, note=""):
        reports.append((done, total, note))
        if note.startswith("epoch 2 of 2") and done == total:
            raise EnoughError

    with pytest.raises(EnoughError):
        train(*stored, QUICK, progress=report)
    assert reports[0] == (0, 1, "loading TensorFlow"), "before anything that takes seconds"
    assert reports[1][2] == "faces of 1 of 18 interviews read"
    training = [one for one in reports if one[2].startswith("epoch")]
    assert training[0] == (0, training[-1][1], "epoch 1 of 2 at most")
    done = [done for done, *_ in training]
    assert done == sorted(done)
    assert len(set(done)) > 10, "96 faces in batches of 16 and 48 judged ones, twice"
    assert {total for _, total, _ in training} == {done[-1]}
    assert "validation accuracy" in training[-1][2]
    assert training[-1][2].endswith("0 s left at most")


def test_tertiles_come_from_the_training_people_alone(stored):
    interviews, store = stored
    config = TrainingConfig(model="notebook_cnn", thresholds="tertiles", options={"epochs": 1})

    with pytest.raises(TrainingError, match="thresholds"):
        train([interview(int(i.id), video=i.video, person=i.participant, score=0.0) for i in interviews], store, config)
    spread = [
        interview(int(i.id), video=i.video, person=i.participant, score=float(number))
        for number, i in enumerate(interviews)
    ]
    model = train(spread, store, config)
    trained = [i.scores["facial_expression"] for i in spread if i.id in model.split.train]
    assert model.thresholds == Thresholds.from_tertiles(trained)


def test_decisions_of_people_are_honoured_and_counted(stored, model):
    interviews, store = stored
    split = model.split
    chosen = split.train[0]
    curation = Curation(
        faces=(FaceDecision(chosen, 1, excluded=True), FaceDecision(chosen, 6, category="Balanced Expression"))
    )

    curated = train(interviews, store, QUICK, split=split, curation=curation)

    assert curated.data["faces"]["train"] == 8 * len(split.train) - 1
    assert (curated.data["excluded_faces"], curated.data["corrected_faces"]) == (1, 1)


def test_a_log_for_tensorboard_is_written_where_asked(stored, tmp_path):
    interviews, store = stored
    train(interviews, store, TrainingConfig(model="notebook_cnn", options={"epochs": 1}), log_folder=tmp_path)

    assert list(tmp_path.rglob("events.out.tfevents.*"))


def test_too_few_people_are_refused_with_what_would_help(stored):
    interviews, store = stored
    with pytest.raises(TrainingError, match="add interviews of other people"):
        train(interviews[:6], store, QUICK)
