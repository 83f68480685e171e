import json
import shutil
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.errors import ReportError, TrainingError
from expressiveness.evaluation import BenchmarkConfig, benchmark
from expressiveness.evaluation.benchmark_results import SHOWN
from expressiveness.evaluation.benchmark_rows import ROWS, gather, split_of_fold
from expressiveness.evaluation.benchmarking import _chosen_rows, noise_ceiling
from expressiveness.evaluation.metrics import reliability
from expressiveness.faces import FaceStore
from expressiveness.movement import MovementStore, extract_movements, movement_of
from expressiveness.reports import benchmark_report, read_groups, table_lines
from expressiveness.reports.benchmark_page import _ceiling
from tests.interviews import interview
from tests.movements import stored_interviews

pytestmark = pytest.mark.slow  # everything here trains

WITHOUT_NETWORKS = tuple(key for key in ROWS if key not in ("notebook_leaky", "notebook", "deviation"))
QUICK = BenchmarkConfig(rows=WITHOUT_NETWORKS, draws=50)
PROMISED = (*SHOWN, "spearman_ci", "macro_f1_ci", "recall", "frames")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return stored_interviews(tmp_path_factory.mktemp("stored"), people=10, clips=4)


@pytest.fixture(scope="module")
def results(stored):
    return benchmark(*stored, QUICK, groups={str(n): "even" if n % 2 == 0 else "odd" for n in range(10)})


@pytest.fixture(scope="module")
def figures(results):
    return results.as_dict()


def row(figures, key):
    return next(one for one in figures["rows"] if one["key"] == key)


def test_the_table_has_the_shape_that_is_promised(figures):
    assert (figures["participants"], figures["clips"]) == (10, 40)
    assert [one["key"] for one in figures["rows"]] == list(WITHOUT_NETWORKS)
    for one in figures["rows"]:
        assert {"name", "leaky", *PROMISED} <= set(one)
    json.dumps(figures, allow_nan=False)


def test_a_notebook_shows_it_as_a_table_with_a_row_for_each_way_to_judge(results):
    table = results.to_pandas()

    assert list(table.index) == list(WITHOUT_NETWORKS)
    assert table.loc["movement", "spearman"] > 0.95
    assert repr(results) == f"BenchmarkResults({len(table)} rows on 40 clips of 10 people)"
    assert results._repr_html_().count("<tr") == len(table) + 2


def test_what_moves_as_its_score_says_is_ranked_so_and_a_constant_is_not(figures):
    assert row(figures, "movement")["spearman"] > 0.95
    assert row(figures, "e_std")["spearman"] > 0.9
    assert row(figures, "majority")["spearman"] is None
    low, high = row(figures, "movement")["spearman_ci"]
    assert low < row(figures, "movement")["spearman"] < high


def test_only_rows_that_know_the_people_they_are_judged_on_are_marked_as_leaky():
    assert [key for key, one in ROWS.items() if one.leaky] == ["identity", "notebook_leaky"]


def test_rows_are_compared_on_the_same_draws(figures):
    differences = figures["differences"]

    assert [one["over"] for one in differences] == ["blendshapes E_std", ROWS["displacement"].name]
    for one in differences:
        assert one["spearman_ci"][0] <= one["spearman"] <= one["spearman_ci"][1]


def test_groups_qualities_and_durations_are_judged_apart(figures):
    assert {name: part["n"] for name, part in figures["by_group"].items()} == {"even": 20, "odd": 20}
    assert list(figures["by_quality"]) == ["High"]
    assert list(figures["by_duration"]) == ["short"]


def test_clips_near_a_threshold_are_counted(stored, figures):
    scores = np.array([one.scores["facial_expression"] for one in stored[0]])

    assert figures["near_threshold"] == int((np.abs(np.abs(scores) - 0.3).round(9) <= 0.1).sum())


def test_nobody_is_in_two_sets_of_a_fold_and_everybody_is_held_out_once(stored):
    interviews, store = stored
    material = gather(interviews, store, QUICK)
    people = {one.id: one.participant for one in interviews}

    splits = [split_of_fold(material, fold) for fold in range(5)]

    assert sorted(id for split in splits for id in split.test) == sorted(people)
    for split in splits:
        sets = [{people[id] for id in ids} for ids in (split.train, split.validation, split.test)]
        assert sum(map(len, sets)) == len(set.union(*sets)) == 10


def test_a_video_without_enough_of_a_face_is_judged_by_no_row_and_named(tmp_path):
    interviews, store = stored_interviews(tmp_path, people=10, clips=2)
    MovementStore(store.root).save(interviews[3], movement_of([], [(1, 0.0)]))

    results = benchmark(interviews, store, BenchmarkConfig(rows=("majority",), draws=5))

    assert list(results.passed_over) == ["0004"]
    assert results.clips == 19


def test_an_unknown_row_is_refused_and_the_known_ones_are_named(stored):
    with pytest.raises(TrainingError, match="majority"):
        benchmark(*stored, BenchmarkConfig(rows=("best",)))


def test_confidence_that_is_right_as_often_as_it_says_has_no_calibration_error():
    sure = np.repeat([[0.75, 0.25, 0.0]], 8, axis=0).astype(np.float32)

    calibrated = reliability(sure, np.array([0, 0, 0, 0, 0, 0, 1, 1]))
    boasting = reliability(sure, np.array([0, 0, 0, 0, 1, 1, 1, 1]))

    assert calibrated["ece"] == pytest.approx(0)
    assert boasting["ece"] == pytest.approx(0.25)
    assert boasting["bins"] == [{"confidence": 0.75, "accuracy": 0.5, "n": 8}]


def test_the_noise_ceiling_comes_from_retakes_and_from_enough_of_them():
    takes = [interview(2 * n + take, person=str(n), score=n + 0.01 * take) for n in range(12) for take in (0, 1)]
    predicted = np.array([one.scores["facial_expression"] for one in takes])

    ceiling = noise_ceiling(takes, "facial_expression", predicted)

    assert ceiling["retakes"] == 12
    assert ceiling["ceiling"] == pytest.approx(1, abs=0.02)
    assert ceiling["share"] == pytest.approx(1, abs=0.02)
    assert noise_ceiling(takes[:6], "facial_expression", predicted[:6])["ceiling"] is None


def test_the_report_shows_every_row_and_marks_what_leaks(results, figures):
    page, lines = unescape(benchmark_report(results)), table_lines(results)

    for one in figures["rows"]:
        assert one["name"] in page
    assert any(line.startswith(ROWS["identity"].name + " *") for line in lines)
    assert "40 clips of 10 participants" in lines[len(figures["rows"]) + 1]


def test_groups_are_read_by_participant_and_a_file_without_them_is_refused(tmp_path):
    (tmp_path / "groups.csv").write_text("user_no,group\n1,a\n2,b\n")
    (tmp_path / "other.csv").write_text("name,age\nx,1\n")

    assert read_groups(tmp_path / "groups.csv") == {"1": "a", "2": "b"}
    with pytest.raises(ReportError, match="user_no and group"):
        read_groups(tmp_path / "other.csv")


def test_the_command_judges_every_row_networks_included(sample_interviews, sample_faces, tmp_path, capsys):
    interviews, store = read_interviews(sample_interviews).interviews, FaceStore(tmp_path / "faces")
    shutil.copytree(sample_faces, store.root)
    options = ["--folds", "3", "--epochs", "1", "--draws", "20", "--workers", "1"]
    files = ["--json", str(tmp_path / "table.json"), "--html", str(tmp_path / "table.html")]

    code = main(["benchmark", str(sample_interviews), "--faces", str(store.root), *options, *files])

    assert code == 0
    assert [one["key"] for one in json.loads((tmp_path / "table.json").read_text())["rows"]] == list(ROWS)
    assert "movement, the default" in capsys.readouterr().out
    assert "Calibration" in (tmp_path / "table.html").read_text()
    assert extract_movements(interviews, MovementStore(store.root), workers=1).skipped == len(interviews)


def test_what_needs_a_question_or_duration_is_left_out_where_nothing_is_known_of_them(stored):
    interviews, store = stored
    bare = [replace(one, attributes={}) for one in interviews]

    results = benchmark(bare, store, replace(QUICK, rows=("majority", "e_std")))

    assert results.by_quality == results.by_duration == {}
    assert results.noise_ceiling["retakes"] == 0
    assert "duration" not in _chosen_rows(BenchmarkConfig(), bare)
    assert "duration" in _chosen_rows(BenchmarkConfig(), interviews)
    with pytest.raises(TrainingError, match="row duration needs"):
        benchmark(bare, store, replace(QUICK, rows=("duration",)))


def test_the_ceiling_is_said_where_the_leading_row_says_the_same_of_everyone():
    figures = {"retakes": 12, "reliability": 0.9, "ceiling": 0.95, "spearman": None, "share": None}

    assert _ceiling(figures) == (
        "12 answers recorded twice: their scores correlate by 0.90, so a model can reach about 0.95."
    )


def test_a_row_of_groups_that_ends_early_is_of_no_group(tmp_path):
    (tmp_path / "groups.csv").write_text("user_no,group\n1,a\n2\n")

    assert read_groups(tmp_path / "groups.csv") == {"1": "a", "2": ""}
