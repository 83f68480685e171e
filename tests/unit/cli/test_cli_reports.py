"""The commands that show: `inspect`, `evaluate --html`, `export-model`, `live`; what they write and how they fail."""

import json
import re

import pytest

from expressiveness._io import MANIFEST
from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.faces import FaceStore
from expressiveness.video.probing import probe
from tests.interviews import row, write_metadata, write_portrait_video
from tests.random_model import random_model
from tests.unit.faces.test_face_table import table


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def interviews(tmp_path_factory):
    """Four interviews of four people, the last without a video, and a row that is none."""
    folder = tmp_path_factory.mktemp("reports") / "interviews"
    rows = [row(number, facial_expression=score) for number, score in enumerate((-1.0, 0.0, 1.0, 2.0), start=1)]
    write_metadata(folder, *rows, b"no json")
    for number in (1, 2, 3):
        write_portrait_video(folder / f"videos/vid_{number:04}.mp4", frames=number + 2)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return random_model().save(tmp_path_factory.mktemp("reports") / "model")


@pytest.mark.slow
def test_inspect_says_writes_and_draws_what_it_found(interviews, tmp_path, capsys):
    arguments = ["--out", tmp_path / "out", "--format", "png", "--json", tmp_path / "found.json", "--low", "-1.5"]
    assert run("inspect", interviews, *arguments) == 0

    said = capsys.readouterr()
    assert "5 rows, 21 columns; 4 valid interviews, 1 bad rows, 1 missing videos" in said.out
    assert "Balanced Expression 2 (50%)" in said.out, "at -1.5 nobody is reserved but -1.0 and 0.0 are balanced"
    assert "metadata.jsonl, line 5" in said.err
    assert len(list((tmp_path / "out").glob("*.png"))) == 5
    assert (tmp_path / "out/report.html").read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "found.json").read_text())["missing_videos"] == ["0004"]


def test_inspect_without_a_place_for_figures_only_says_what_it_found(interviews, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert run("inspect", interviews) == 0

    assert "4 participants" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--target", "charm"], "choose from openness"),
        (["--low", "1", "--high", "0"], "the lower one first"),
    ],
)
def test_inspect_answers_a_wrong_call_in_one_line(interviews, tmp_path, monkeypatch, capsys, arguments, reason):
    monkeypatch.chdir(tmp_path)

    assert run("inspect", interviews, *arguments) == 1

    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("expressiveness: ")
    assert reason in last


@pytest.mark.slow
def test_evaluate_writes_a_report_with_the_training_curves(interviews, model, tmp_path, capsys):
    found = read_interviews(interviews).interviews[:3]
    store = FaceStore(tmp_path / "faces", random_model().extraction)
    for position, interview in enumerate(found, start=1):
        store.save(interview, table(*[1] * position))

    html = tmp_path / "reports/evaluation.html"
    assert run("evaluate", model, interviews, "--faces", tmp_path / "faces", "--html", html) == 0

    page, said = html.read_text(), capsys.readouterr().out
    assert page.count("data:image/svg+xml") == 3, "scores, matrix and the curves of the training"
    assert page.count("data:image/jpeg") == 2, "a picture of each video that is wrong"
    assert "Evaluation of model" in page
    assert "0004" in page, "the clip that could not be judged"
    assert str(html) in said
    assert "chance" in said.splitlines()[0] or "always answering" in said.splitlines()[0], "the verdict leads"
    assert said.splitlines()[0] in page


@pytest.mark.slow
def test_evaluate_finds_what_is_known_of_frames_beside_the_interviews(interviews, model, tmp_path, capsys):
    found = read_interviews(interviews).interviews[2]
    FaceStore(tmp_path / "faces", random_model().extraction).save(found, table(1, 1, 1))
    truth = interviews / "truth_frames.csv"
    truth.write_text("id,frame_number,energy\n" + "".join(f"0003,{n},{n}.5\n" for n in range(1, 12)))

    assert run("evaluate", model, interviews, "--faces", tmp_path / "faces") == 0
    truth.unlink()
    said = capsys.readouterr().out

    assert "The truth of 3 frames is known: Spearman's rho is" in said


@pytest.mark.slow
def test_export_model_writes_the_notebooks_files(model, tmp_path, capsys):
    assert run("export-model", model, tmp_path / "out", "--format", "notebook") == 0

    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "Facial_Expressiveness_Recognition_Model.h5",
        "Facial_Expressiveness_Recognition_Model.json",
        "expressiveness_model_weights.h5",
        "label_encoder_classes.npy",
        "preprocessing.json",
        "README.md",
        MANIFEST,
    }
    assert "expressiveness_model_weights.h5" in capsys.readouterr().out


def test_export_model_asks_for_a_format_that_there_is(model, tmp_path, capsys):
    assert run("export-model", model, tmp_path / "out", "--format", "pickle") == 2
    assert "'pickle' is none of notebook, keras, savedmodel, tflite, onnx" in capsys.readouterr().err

    assert run("export-model", model, tmp_path / "out") == 2


def test_inspect_asks_for_a_figure_format_that_there_is(interviews, tmp_path, capsys):
    assert run("inspect", interviews, "--out", tmp_path / "out", "--format", "gif") == 2

    assert "'png', 'svg'" in capsys.readouterr().err


def test_live_writes_the_video_and_says_how_fast_it_was(interviews, model, tmp_path, capfd):
    source, out = interviews / "videos/vid_0003.mp4", tmp_path / "out.mp4"

    assert run("live", model, "--source", source, "--output", out, "--no-window", "--json", tmp_path / "live.json") == 0

    report = json.loads((tmp_path / "live.json").read_text())
    said = capfd.readouterr()
    assert report["frames"] == {"read": 5, "processed": 5, "dropped": 0, "with_face": 5}
    assert probe(out).frame_count == 5
    [speed] = re.findall(r", ([\d.]+) a second; 0 dropped", said.out)
    assert float(speed) == pytest.approx(report["frames_per_second"], abs=0.06), "each is rounded on its own"
    assert said.err == "", "no library writes to the terminal"


def test_live_without_its_camera_is_one_sentence(model, tmp_path, capfd):
    assert run("live", model, "--source", "63", "--output", tmp_path / "out.mp4", "--no-window") == 1

    said = capfd.readouterr()
    assert said.err.strip().splitlines() == [
        "expressiveness: camera 63 gives no picture; plug it in, close other programs that use it, "
        "or give another --source"
    ]
