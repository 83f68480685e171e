"""The benchmark on folders of CREMA-D and RAVDESS: rendered people under the names, and with the ratings, of real ones.

The clips themselves cannot be shipped. What is shown is that everything from reading to the report works on such
folders; what the figures are on real people, nobody knows from this.
"""

import csv
import json
import shutil
from pathlib import Path

import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.video import Sampling, read_frames
from tests.media import write_video
from tests.real_people import write_crema_d

pytestmark = pytest.mark.slow

ACTORS = range(1, 7)
ROWS = "majority,identity,e_std,displacement,movement"


def by_amplitude(sample: Path) -> list[tuple[Path, Path]]:
    """Of each of the six people, the video in which they act more, and the one in which they act less."""
    people: dict[str, list[tuple[float, Path]]] = {}
    with (sample / "truth.csv").open() as file:
        amplitude = {row["id"]: float(row["amplitude"]) for row in csv.DictReader(file)}
    for one in read_interviews(sample):
        people.setdefault(one.participant, []).append((amplitude[one.id], one.video))
    pairs = [sorted(clips, reverse=True) for clips in people.values()]
    return [(more, less) for (_, more), (_, less) in pairs]


def write_flv(source: Path, target: Path) -> None:
    write_video(target, (frame.rgb for frame in read_frames(source, Sampling(every=1))), fps=10, codec="flv")


def run(*arguments) -> None:
    assert main([str(argument) for argument in arguments]) == 0


def benchmarked(folder: Path, out: Path) -> dict:
    """The figures of the benchmark of a folder, by its commands alone."""
    run("extract", folder, "--out", out / "faces", "--workers", "1")
    options = ["--rows", ROWS, "--folds", "3", "--draws", "20", "--workers", "1"]
    files = ["--json", out / "table.json", "--html", out / "table.html"]
    run("benchmark", folder, "--faces", out / "faces", *options, *files)
    return json.loads((out / "table.json").read_text())


@pytest.fixture(scope="module")
def crema_d(sample_interviews, crema_d_votes, tmp_path_factory):
    """Six rendered people in FLV, each as an actor who is angry: once strongly, once weakly, as really rated."""
    folder = tmp_path_factory.mktemp("CREMA-D")
    write_crema_d(folder, {})
    shutil.copy(crema_d_votes, folder / "processedResults")
    for actor, (more, less) in zip(ACTORS, by_amplitude(sample_interviews), strict=True):
        write_flv(more, folder / "VideoFlash" / f"10{actor:02}_IEO_ANG_HI.flv")
        write_flv(less, folder / "VideoFlash" / f"10{actor:02}_IEO_ANG_LO.flv")
    return folder


@pytest.fixture(scope="module")
def ravdess(sample_interviews, tmp_path_factory):
    """Six rendered people, each as an actor who is angry: once strongly, once normally."""
    folder = tmp_path_factory.mktemp("RAVDESS")
    for actor, (more, less) in zip(ACTORS, by_amplitude(sample_interviews), strict=True):
        (folder / f"Actor_{actor:02}").mkdir()
        shutil.copy(more, folder / f"Actor_{actor:02}" / f"02-01-05-02-01-01-{actor:02}.mp4")
        shutil.copy(less, folder / f"Actor_{actor:02}" / f"02-01-05-01-01-01-{actor:02}.mp4")
    return folder


def test_the_benchmark_of_crema_d_says_how_sure_the_ratings_are_and_how_pairs_are_ordered(crema_d, tmp_path, capsys):
    figures = benchmarked(crema_d, tmp_path)
    said, page = capsys.readouterr().out, (tmp_path / "table.html").read_text()

    assert (figures["clips"], figures["participants"]) == (12, 6)
    assert figures["config"]["target"] == "not_neutral"
    assert 0 < figures["rating_ceiling"]["reliability"] < 1
    [order] = figures["intended_orders"]
    assert (order["name"], order["pairs"]) == ("HI above LO", 6)
    assert order["shares"]["movement"]["share"] > 0.8
    for shown in ("HI above LO (6 pairs)", "the scores themselves", "have a reliability of", "OpenWillis"):
        assert shown in said
        assert shown in page


def test_the_benchmark_of_ravdess_says_how_strong_is_told_from_normal_and_why_identity_is_negative(
    ravdess, tmp_path, capsys
):
    figures = benchmarked(ravdess, tmp_path)
    said, page = capsys.readouterr().out, (tmp_path / "table.html").read_text()

    [order] = figures["intended_orders"]
    assert (order["name"], order["pairs"]) == ("strong above normal", 6)
    assert order["shares"]["movement"]["share"] > 0.8
    assert order["shares"]["majority"]["share"] == 0.5
    assert figures["rating_ceiling"] is None
    assert "have a reliability of" not in said

    identity = next(row for row in figures["rows"] if row["key"] == "identity")
    assert identity["spearman"] < 0  # whoever was strong in one clip was normal in the other
    for text in (said, page):
        assert text.count("is an artefact of the design") == 1
        assert "knowing the person reveals" not in text


def test_a_model_is_trained_and_judged_on_such_a_folder(ravdess, tmp_path):
    run("inspect", ravdess, "--out", tmp_path / "report")
    run("extract", ravdess, "--out", tmp_path / "faces", "--workers", "1")
    run("train", ravdess, "--faces", tmp_path / "faces", "--out", tmp_path / "model", "--model", "movement")

    record = json.loads((tmp_path / "model" / "model.json").read_text())
    assert "intended_intensity" in json.dumps(record)
