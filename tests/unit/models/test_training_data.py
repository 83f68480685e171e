import numpy as np
import pytest

from expressiveness.data import Curation, FaceDecision, InterviewDecision, Split, Thresholds
from expressiveness.errors import InterviewError, TrainingError
from expressiveness.faces import FaceStore
from expressiveness.models import TrainingConfig, TrainingData, faces_of, network_input, reference_face
from tests.interviews import interview
from tests.unit.faces.test_face_table import table


@pytest.fixture
def stored(tmp_path):
    """Three interviews of three categories, with 2, 0 and 3 frames with a face, one of them with two faces."""
    store = FaceStore(tmp_path / "faces")
    interviews = []
    for number, (score, counts) in enumerate([(-1.0, (1, 1)), (0.0, (0,)), (1.0, (1, 2, 1))], start=1):
        video = tmp_path / f"{number}.mp4"
        video.write_bytes(bytes([number]))
        interviews.append(interview(number, video=video, score=score))
        store.save(interviews[-1], table(*counts))
    return interviews, store


CONFIG = TrainingConfig(model="notebook_cnn")


def data_of(interviews, store, curation=None):
    everybody = Split(train=tuple(interview.id for interview in interviews), validation=(), test=())
    typical = (-0.9, 0.0, 0.9)
    return TrainingData(interviews, store, CONFIG, everybody, Thresholds(), typical, curation or Curation())


def labelled(stored, curation=None):
    return faces_of(data_of(*stored, curation).clips("train"), "deviation")


def test_each_primary_face_takes_on_its_interviews_category(stored):
    faces = labelled(stored)

    assert faces.category.tolist() == [0, 0, 2, 2, 2]
    assert faces.interview_index.tolist() == [0, 0, 1, 1, 1]
    assert faces.interview_ids == ("0001", "0003")


def test_an_interview_without_a_face_or_without_stored_faces_is_passed_over_by_name(stored, tmp_path):
    interviews, store = stored
    unseen = tmp_path / "unseen.mp4"
    unseen.write_bytes(b"x")

    data = data_of([*interviews, interview(9, video=unseen)], store)

    assert [clip.interview.id for clip in data.clips("train")] == ["0001", "0003"]
    assert data.passed_over["0002"] == "no face was found in it"
    assert "extract them first" in data.passed_over["0009"]


def test_a_deviation_is_taken_from_the_mean_of_the_clips_own_primary_faces(stored):
    interviews, store = stored
    faces = store.load(interviews[2])
    primary = faces.crop[faces.is_primary]

    assert np.allclose(reference_face(faces, "deviation"), primary.mean(axis=0))
    deviations = network_input(primary, reference_face(faces, "deviation"), "deviation")
    assert deviations.shape == (3, 48, 48, 1)
    assert np.allclose(deviations.mean(axis=0), 0, atol=1e-5)


def test_a_single_crop_is_scaled_to_one_as_in_the_notebook(stored):
    interviews, store = stored
    faces = store.load(interviews[0])

    single = network_input(faces.crop, reference_face(faces, "single"), "single")

    assert np.allclose(single[..., 0], faces.crop / 255)


def test_an_excluded_face_trains_nothing_and_a_corrected_one_its_new_category(stored):
    curation = Curation(
        faces=(FaceDecision("0001", 1, excluded=True), FaceDecision("0003", 6, category="Balanced Expression"))
    )

    data = data_of(*stored, curation)

    assert faces_of(data.clips("train"), "deviation").category.tolist() == [0, 2, 1, 2]
    assert (data.record()["excluded_faces"], data.record()["corrected_faces"]) == (1, 1)


def test_a_decision_on_a_face_outranks_one_on_its_interview_which_outranks_the_score(stored):
    curation = Curation(
        faces=(FaceDecision("0003", 1, category="Expressive"),),
        interviews=(InterviewDecision("0003", "Reserved Expression"), InterviewDecision("0001", excluded=True)),
    )

    assert labelled(stored, curation).category.tolist() == [2, 0, 0]


def test_a_clip_keeps_its_reference_when_faces_are_excluded(stored):
    """What a network sees at training is what it sees at prediction, where nobody has excluded anything."""
    curation = Curation(faces=(FaceDecision("0003", 1, excluded=True),))

    assert np.array_equal(labelled(stored, curation).reference, labelled(stored).reference)


def test_nothing_to_learn_from_is_an_error_that_says_what_to_do(stored):
    interviews, store = stored
    with pytest.raises(TrainingError, match="extract faces first"):
        faces_of(data_of(interviews[1:2], store).clips("train"), "deviation")


def test_decisions_are_read_as_they_were_written(tmp_path):
    curation = Curation(
        faces=(FaceDecision("0001", 6, "Expressive", decided_by="AB", decided_at="2026-01-02T03:04:05+00:00"),),
        interviews=(InterviewDecision("0002", excluded=True),),
    )
    curation.save(tmp_path / "decisions.json")

    assert Curation.load(tmp_path / "decisions.json") == curation


def test_a_category_that_is_none_of_the_three_is_refused():
    with pytest.raises(InterviewError, match="choose from Reserved Expression"):
        FaceDecision("0001", 1, category="Lively")
