import itertools
import json
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expressiveness.data import Split
from expressiveness.errors import TrainingError
from expressiveness.evaluation import FrameTruth, VideoResults, evaluate, held_out_interviews, video_figures
from expressiveness.evaluation.metrics import concordance_correlation, concordance_index
from expressiveness.faces import FaceStore
from expressiveness.reports import confusion_matrix, evaluation_report, score_scatter
from tests.interviews import interview
from tests.random_model import random_model
from tests.unit.faces.test_face_table import table


def results(truth, predicted, people=None):
    truth, predicted = np.array(truth, float), np.array(predicted, float)
    return VideoResults(
        participant=np.array(people or range(len(truth))).astype(str),
        score=truth,
        category=np.digitize(truth, [-0.3, 0.3]),
        predicted_score=predicted,
        predicted_category=np.digitize(predicted, [-0.3, 0.3]),
    )


def test_perfect_predictions_reach_the_top_of_every_figure():
    figures = video_figures(results([-1, -0.5, 0, 0.1, 0.6, 2], [-1, -0.5, 0, 0.1, 0.6, 2]))

    for name in ("accuracy", "macro_f1", "spearman", "c_index", "kendall", "qwk", "ccc"):
        assert figures[name] == pytest.approx(1), name
    assert figures["mae"] == 0
    assert figures["ece"] is None, "there are no probabilities"
    assert figures["confusion_matrix"] == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
    assert set(figures["recall"].values()) == {1.0}


def test_a_confusion_matrix_has_the_truth_in_rows_and_the_order_of_the_categories():
    figures = video_figures(results([-1, -1, 1], [1, -1, 1]))

    assert figures["confusion_matrix"] == [[1, 0, 1], [0, 0, 0], [0, 0, 1]]
    assert figures["majority_accuracy"] == pytest.approx(2 / 3)


def test_a_constant_prediction_has_no_rank_correlation_rather_than_a_number():
    figures = video_figures(results([-1, 0, 1], [0, 0, 0]))

    assert figures["spearman"] is None
    assert figures["kendall"] is None
    assert figures["c_index"] == 0.5
    json.dumps(figures, allow_nan=False)


def test_scores_in_the_right_order_but_elsewhere_are_told_by_error_and_concordance():
    truth = np.array([-1.0, 0.0, 1.0])

    figures = video_figures(results(truth, 2 * truth + 1))

    assert figures["spearman"] == pytest.approx(1)
    assert figures["mae"] == pytest.approx(1)
    # Lin's: 2 cov / (var + var + (difference of the means)^2), all over n
    assert figures["ccc"] == pytest.approx(2 * (4 / 3) / (2 / 3 + 8 / 3 + 1))
    assert concordance_correlation(truth, -truth) == pytest.approx(-1)
    assert concordance_correlation(np.ones(3), np.ones(3)) is None


def test_confidence_that_is_not_borne_out_is_a_calibration_error():
    sure = np.tile([0.9, 0.05, 0.05], (4, 1))

    figures = video_figures(replace(results([-1, -1, 1, 1], [-1, -1, -1, -1]), probabilities=sure))

    assert figures["ece"] == pytest.approx(0.4)


@example([(0, 1), (1, 0), (1, 2), (2, 1)])  # SciPy's p-value is 0 / 0
@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=2, max_size=25))
def test_the_concordance_index_is_the_share_of_pairs_in_the_right_order(pairs):
    truth, predicted = np.array(pairs, float).T
    comparable = [(a, b) for a, b in itertools.combinations(pairs, 2) if a[0] != b[0]]
    if not comparable:
        assert concordance_index(truth, predicted) is None
        return

    right = [0.5 if a[1] == b[1] else float((a[0] < b[0]) == (a[1] < b[1])) for a, b in comparable]

    assert concordance_index(truth, predicted) == pytest.approx(np.mean(right))


def test_intervals_are_wider_where_clips_come_from_fewer_people():
    random = np.random.default_rng(0)
    right = np.repeat(random.random(40) < 0.6, 5)  # a person is predicted right on all clips, or wrong on all
    truth, predicted = np.ones(200), np.where(right, 1.0, -1.0)

    def width(people):
        low, high = video_figures(results(truth, predicted, people))["accuracy_ci"]
        return high - low

    by_person, by_clip = width(np.repeat(np.arange(40), 5).tolist()), width(list(range(200)))
    assert 1.8 < by_person / by_clip < 2.8, "five clips that always agree are one: the square root of 5"


def test_intervals_are_the_same_for_the_same_seed():
    judged = results(np.linspace(-1, 1, 30), np.sin(np.arange(30)))

    assert video_figures(judged, seed=3) == video_figures(judged, seed=3)


def test_a_model_is_judged_on_videos_and_on_frames_that_are_known_and_videos_without_a_face_are_named(tmp_path):
    store, interviews = FaceStore(tmp_path, random_model().extraction), []
    for number, counts in enumerate([(1, 1), (1,), (0,), (2, 1)]):
        video = tmp_path / f"{number}.mp4"
        video.write_bytes(bytes([number]))
        interviews.append(interview(number, video=video, person=str(number), score=float(number - 1)))
        store.save(interviews[-1], table(*counts))

    told = []
    truth = FrameTruth({"0000": pd.Series([0.1, 0.2], index=[1, 6])})
    figures = evaluate(
        random_model(), interviews, store, frame_truth=truth, progress=lambda *so_far: told.append(so_far)
    )

    assert told == [(done, 4, f"{done} of 4 videos judged") for done in range(5)]
    assert figures.participants == 3
    assert not figures.leaky
    assert (figures.frames["n"], figures.frames["videos"]) == (2, 1)
    assert abs(figures.frames["within"]) == pytest.approx(1), "two frames are in the right order or in the wrong one"
    assert figures.video["n"] == 3
    assert figures.passed_over == {"0002": "no face was found in it"}
    assert repr(figures) == f"Evaluation({figures.verdict})"
    assert figures.verdict in figures._repr_html_()
    assert figures.as_dict()["verdict"] == figures.verdict
    assert list(figures.to_pandas().index) == ["0000", "0001", "0003"]
    assert not figures.wrong["correct"].any()
    assert set(figures.wrong.index) == set(figures.to_pandas().query("category != predicted_category").index)
    assert confusion_matrix(figures).axes
    assert sum(len(dots.get_offsets()) for dots in score_scatter(figures).axes[0].collections) == 3
    assert 0 <= figures.video["ece"] <= 1
    assert "macro-F1" in figures._repr_html_()
    assert "frames within a video" in figures._repr_html_()
    assert "Nobody labelled single frames here" in evaluate(random_model(), interviews, store)._repr_html_()
    with pytest.raises(TrainingError, match="none of 1 interviews can be judged; the first: no face was found"):
        evaluate(random_model(), interviews[2:3], store)


def test_a_video_that_was_never_extracted_is_named_with_that_reason_and_not_as_one_without_a_face(tmp_path):
    model, interviews = random_model(), []
    store = FaceStore(tmp_path / "faces", model.extraction)
    for number in (1, 2):
        video = tmp_path / f"{number}.mp4"
        video.write_bytes(bytes([number]))
        interviews.append(interview(number, video=video, score=float(number - 1)))
    gone = interview(3, video=tmp_path / "gone.mp4")
    store.save(interviews[0], table(1))

    figures = evaluate(model, [*interviews, gone], store)

    assert list(figures.passed_over) == ["0002", "0003"]
    assert "extract them first" in figures.passed_over["0002"]
    assert "gone.mp4" in figures.passed_over["0003"]
    report = evaluation_report(figures)
    assert f"Model: {model.in_words}." in unescape(report)
    assert "no face was found" not in report
    assert "extract them first" in report
    with pytest.raises(TrainingError, match=r"the first: .*extract them first"):
        evaluate(model, interviews[1:], store)


def test_figures_over_people_whom_the_model_knows_are_marked_as_leaky(tmp_path):
    video = tmp_path / "1.mp4"
    video.write_bytes(b"1")
    known, model = interview(1, video=video), random_model()
    store = FaceStore(tmp_path, model.extraction)
    store.save(known, table(1))

    figures = evaluate(replace(model, split=Split(train=(), validation=("0001",), test=())), [known], store)

    assert figures.leaky
    assert "there is nothing to compare" in figures.verdict, "one video"


def test_a_model_is_never_judged_by_default_on_people_it_has_seen():
    model = replace(random_model(), split=Split(train=("0001",), validation=("0003",), test=("0005",)))
    # 0002 is another interview of a person in training; 0007 one of somebody quite new.
    people = {1: "a", 2: "a", 3: "b", 5: "c", 7: "d"}
    interviews = [interview(number, person=person) for number, person in people.items()]

    assert [i.id for i in held_out_interviews(model, interviews)] == ["0005", "0007"]
    with pytest.raises(TrainingError, match="nobody is left to evaluate it on"):
        held_out_interviews(model, interviews[:3])
