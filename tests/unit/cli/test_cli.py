import json
import shutil
from importlib.metadata import version

import pytest

from expressiveness.cli import COMMANDS, main
from expressiveness.data import read_interviews
from expressiveness.errors import ConfigError, InterviewError
from expressiveness.models import TrainingConfig
from tests.interviews import row, write_metadata


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(sample_interviews, tmp_path_factory):
    """Faces found and a model trained through the command line: its results by name, and where things are."""
    folder = tmp_path_factory.mktemp("cli")
    paths = {name: folder / name for name in ("faces", "model", "extract.json", "train.json")}
    extract = ["extract", sample_interviews, "--out", paths["faces"], "--json", paths["extract.json"]]
    assert run(*extract) == 0
    train = ["train", sample_interviews, "--faces", paths["faces"], "--out", paths["model"], "--model", "notebook_cnn"]
    train += ["--epochs", 2]
    assert run(*train, "--json", paths["train.json"]) == 0
    return paths


def read(path):
    return json.loads(path.read_text())


@pytest.mark.slow
def test_extract_writes_what_it_counted(trained):
    result = read(trained["extract.json"])

    assert result["videos"] == {"succeeded": 12, "skipped": 0, "failed": 0}
    assert set(result) == {"videos", "cut_short", "failures", "several_people", "frames_sampled", "faces", "seconds"}
    assert 0.95 * result["frames_sampled"] <= result["faces"]


@pytest.mark.slow
def test_evaluate_gives_the_figures_that_train_gave(trained, sample_interviews, tmp_path):
    out = tmp_path / "evaluation.json"
    assert run("evaluate", trained["model"], sample_interviews, "--faces", trained["faces"], "--json", out) == 0

    figures = read(out)
    assert figures == read(trained["train.json"])
    assert {"participants", "frames", "video"} <= set(figures)
    assert figures["frames"]["n"] > 0, "the truth of the sample interviews' frames lies beside them"
    assert {"n", "accuracy", "macro_f1", "spearman", "confusion_matrix"} <= set(figures["video"])


@pytest.mark.slow
def test_rows_of_neutral_faces_that_cannot_be_are_named_and_passed_over(trained, sample_interviews, tmp_path, capsys):
    file = tmp_path / "mine.csv"
    file.write_text("id,start,end\n9999,0,1\n0001,3,2\n")
    given = ("evaluate", trained["model"], sample_interviews, "--faces", trained["faces"], "--neutral")

    assert run(*given, file) == 0
    said = capsys.readouterr().err
    assert "mine.csv, line 2 (id 9999): there is no interview 9999" in said
    assert "mine.csv, line 3 (id 0001): it ends at 2 s, and begins at 3 s" in said
    assert run(*given, tmp_path / "none.csv") == 1


@pytest.mark.slow
def test_predict_says_the_category_of_any_video(trained, sample_interviews, tmp_path, capsys):
    videos = sorted((sample_interviews / "videos").glob("*.mp4"))[:2]
    table, out, html = tmp_path / "frames.csv", tmp_path / "predictions.json", tmp_path / "predictions.html"

    assert run("predict", trained["model"], *videos, "--table", table, "--json", out, "--html", html) == 0

    predictions = read(out)
    assert [prediction["file"] for prediction in predictions] == [str(video) for video in videos]
    assert all(len(frame["probabilities"]) == 3 for frame in predictions[0]["frames"])
    said = capsys.readouterr().out
    assert "confidence" in said
    assert "Model: notebook_cnn: the notebook's network" in said
    assert predictions[0]["model"] == "notebook_cnn"
    assert html.read_text().count("<img") == len(videos)
    assert len(table.read_text().splitlines()) == 1 + sum(len(prediction["frames"]) for prediction in predictions)


@pytest.mark.slow
def test_predict_names_the_rows_of_neutral_faces_that_cannot_be(trained, sample_interviews, tmp_path, capsys):
    video, file = min((sample_interviews / "videos").glob("*.mp4")), tmp_path / "mine.csv"
    file.write_text("id,start,end\n0001,0,0.5\n9999,0,1\n")

    assert run("predict", trained["model"], video, "--neutral", file) == 0
    assert "mine.csv, line 3 (id 9999): there is no interview 9999" in capsys.readouterr().err
    assert run("predict", trained["model"], video, "--neutral", tmp_path / "none.csv") == 1


@pytest.mark.slow
def test_a_video_that_cannot_be_read_is_named_and_the_others_are_predicted(
    trained, sample_interviews, tmp_path, capsys
):
    video = next((sample_interviews / "videos").glob("*.mp4"))
    broken, out = tmp_path / "broken.mp4", tmp_path / "out.json"
    broken.write_text("no video")

    assert run("predict", trained["model"], broken, video, tmp_path / "gone.mp4", "--json", out) == 1

    errors = capsys.readouterr().err
    assert "broken.mp4: not a video" in errors
    assert "gone.mp4: no such file" in errors
    assert "1 videos done, 2 failed" in errors
    assert [prediction["file"] for prediction in read(out)] == [str(video)]


@pytest.mark.slow
def test_a_folder_is_predicted_by_its_videos_with_a_table_and_without(trained, sample_interviews, tmp_path, capsys):
    first, second = sorted((sample_interviews / "videos").glob("*.mp4"))[:2]
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    shutil.copyfile(first, folder / "a.mp4")
    shutil.copyfile(second, folder / "deeper" / "b.MP4")
    (folder / "notes.txt").write_text("no video")
    written = []

    for metadata in (None, [row(1, file_name="a.mp4")], [b"{broken"]):
        if metadata:
            write_metadata(folder, *metadata)
        out = tmp_path / "out.json"
        assert run("predict", trained["model"], folder, "--json", out, "--overwrite") == 0
        written.append([one["file"] for one in read(out)])
        said = capsys.readouterr()
        assert said.err == ""
        assert "row" not in said.out

    assert written == [[str(folder / "a.mp4"), str(folder / "deeper" / "b.MP4")]] * 3
    assert run("predict", trained["model"], folder / "a.mp4", folder, "--json", out, "--overwrite") == 0
    assert len(read(out)) == 2, "a video that is given twice is predicted once"


@pytest.mark.slow
def test_thresholds_of_another_scale_and_spellings_of_one_person_are_said_before_training(
    trained, sample_interviews, tmp_path, capsys
):
    folder = tmp_path / "set"
    shutil.copytree(sample_interviews, folder)
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    for number, line in enumerate(lines):
        line["facial_expression"] = line["facial_expression"] / 100 + 4
        line["user_no"] += " " * (number % 2)
    write_metadata(folder, *lines)
    train = ["train", folder, "--faces", trained["faces"], "--model", "notebook_cnn", "--epochs", 1]

    assert run(*train, "--out", tmp_path / "model") == 0
    said = capsys.readouterr().err
    assert "participants are written in several ways" in said
    assert "All 12 interviews are Expressive" in said
    assert "give --low and --high, or train with --tertiles" in said

    assert run(*train, "--out", tmp_path / "other", "--tertiles") == 0
    assert "interviews are Expressive" not in capsys.readouterr().err


@pytest.mark.slow
def test_bad_rows_and_missing_videos_are_named_counted_and_cost_only_themselves(sample_interviews, tmp_path, capsys):
    folder = tmp_path / "set"
    shutil.copytree(sample_interviews, folder)
    first = next(iter((folder / "metadata.jsonl").read_text().splitlines()))
    write_metadata(folder, first.encode(), b"{broken", row(7777))

    assert run("extract", folder, "--out", tmp_path / "faces", "--json", tmp_path / "out.json") == 1

    out, errors = capsys.readouterr()
    assert "metadata.jsonl, line 2: Invalid JSON" in errors
    assert "7777: vid_7777.mp4: no such file" in errors
    assert "1 videos done, 0 stored already, 1 failed" in out
    assert read(tmp_path / "out.json")["failures"][0]["id"] == "7777"
    assert run("extract", folder, "--out", tmp_path / "faces", "--ok-if-some") == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["extract", "nowhere", "--out", "x"], "no folder nowhere; give the one that holds the table"),
        (["evaluate", "nowhere", "here", "--faces", "x"], "no model in nowhere; give a folder that"),
        (["train", ".", "--faces", "x", "--out", "y"], "no metadata.jsonl in ."),
    ],
)
def test_what_a_user_can_mend_is_one_sentence_and_exit_1(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert run(*arguments) == 1

    errors = capsys.readouterr().err
    assert errors.startswith(f"expressiveness: {sentence}")
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["no-such-command"],
        ["extract", ".", "--out", "x", "--workers", "0"],
        ["extract", ".", "--out", "x", "--detector", "huge"],
        ["extract", ".", "--out", "x", "--executor", "cloud"],
        ["train", ".", "--faces", "x", "--out", "y", "--model", "huge"],
        ["predict", "--what"],
        ["train", "."],
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(arguments, capsys):
    assert run(*arguments) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ("trian FOLDER", "'train'"),
        ("plugin instal", "'install'"),
        ("inspect FOLDER --oevrwrite", "'--overwrite'"),
        ("predict model a.mp4 --tabel x.csv", "'--table'"),
        ("inspect FOLDER --format sgv", "'svg'"),
        ("inspect FOLDER --reader recrutview", "'recruitview'"),
        ("inspect FOLDER --reader CSV", "'csv'"),
        ("inspect FOLDER --target facial_expresion", "'facial_expression'"),
        ("extract FOLDER --out faces --executor locl", "'local'"),
        ("extract FOLDER --out faces --detector atuo", "'auto'"),
        ("extract FOLDER --out faces --sampling evry:5", "every:5"),
        ("extract FOLDER --out faces --sampling Rate:2.5", "rate:2.5"),
        ("extract FOLDER --out faces --sampling notebok", "notebook"),
        ("train FOLDER --faces faces --out model --model movemnt", "'movement'"),
        ("export-model model out --format notbook", "'notebook'"),
    ],
)
def test_what_is_mistyped_is_answered_with_the_closest_name(tmp_path, monkeypatch, capsys, arguments, meant):
    monkeypatch.chdir(tmp_path)
    write_metadata(tmp_path / "FOLDER", row(1))

    assert run(*arguments.split()) in (1, 2)

    [sentence] = capsys.readouterr().err.splitlines()
    assert f"id you mean {meant}?" in sentence
    assert [path.name for path in tmp_path.iterdir()] == ["FOLDER"]


def test_a_mistyped_column_or_option_of_a_model_is_answered_likewise(tmp_path):
    (tmp_path / "a.csv").write_text("video,person,warmth\n1.mp4,1,1\n2.mp4,2,2\n3.mp4,3,3\n")

    with pytest.raises(InterviewError, match="did you mean 'warmth'"):
        read_interviews(tmp_path, columns="score=wramth")
    with pytest.raises(ConfigError, match="did you mean 'epochs'"):
        TrainingConfig(model="notebook_cnn", options={"epohcs": "3"})


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (["--sampling", "often"], "every:5, rate:10"),
        (["--sampling", "every:0"], "Sampling: every is 0; input should be greater than 0"),
    ],
)
def test_a_setting_that_is_not_known_names_those_that_are(option, sentence, tmp_path, capsys):
    write_metadata(tmp_path, row(1))

    assert run("extract", tmp_path, "--out", tmp_path / "faces", *option) == 1

    assert sentence in capsys.readouterr().err


def test_strict_stops_at_the_first_bad_row(tmp_path, capsys):
    write_metadata(tmp_path, row(1), b"{")

    assert run("extract", tmp_path, "--out", tmp_path / "faces", "--strict") == 1
    assert "line 2" in capsys.readouterr().err
    assert not (tmp_path / "faces").exists()


@pytest.mark.slow
def test_videos_outside_the_folder_are_taken_only_where_that_is_allowed(sample_interviews, tmp_path, capsys):
    outside = sorted(sample_interviews.rglob("*.mp4"))[0]
    folder = write_metadata(tmp_path / "set", row(1, file_name=str(outside)))

    assert run("inspect", folder) == 0
    assert "leads out of the folder; move it in, or give --allow-outside" in capsys.readouterr().err
    assert run("inspect", folder, "--allow-outside") == 0
    assert "leads out" not in capsys.readouterr().err
    assert run("extract", folder, "--out", tmp_path / "faces", "--allow-outside") == 0
    assert "1 videos done, 0 stored already, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["plugin", "install"]])
def test_every_command_explains_itself(command, capsys):
    assert run(*command, "--help") == 0

    assert "Usage: expressiveness" in capsys.readouterr().out


def test_without_a_command_it_explains_itself(capsys):
    assert run() == 0

    assert capsys.readouterr().out.startswith("Usage: expressiveness")


def test_it_says_its_version(capsys):
    assert run("--version") == 0

    assert capsys.readouterr().out == f"expressiveness {version('expressiveness')}\n"


def test_help_loads_nothing_heavy(run_python):
    printed = run_python(
        "import sys; from expressiveness.cli import main; main(['--help']);"
        "print([name for name in ('tensorflow', 'mediapipe', 'fiftyone', 'pandas', 'cv2') if name in sys.modules])"
    )

    assert printed.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_study_in_a_csv_goes_from_inspection_to_faces_and_a_playable_copy(sample_interviews, tmp_path, capsys):
    folder = tmp_path / "study"
    folder.mkdir()
    for number in (1, 2, 3):
        shutil.copyfile(sample_interviews / "videos" / f"vid_{number:04}.mp4", folder / f"{number}.mp4")
    rows = ("clip;who;rating", "1.mp4;Ada;0,5", "2.mp4;Ada;1", "3.mp4;Bob;-1", "4.mp4;Bob;x", "5;Bob")
    (folder / "ratings.csv").write_text("\n".join(rows))
    columns = ["--columns", "video=clip,participant=who,score=rating"]

    assert run("inspect", folder, *columns, "--out", tmp_path / "report") == 0
    said = capsys.readouterr()
    assert "video: clip; participant: who; scores: rating" in said.out
    assert "ratings.csv, line 5 (id 4): rating is no finite number" in said.err
    assert "ratings.csv, line 6: 2 cells" in said.err
    assert run("extract", folder, *columns, "--out", tmp_path / "faces") == 0
    assert "3 videos done" in capsys.readouterr().out
    assert run("reencode", folder, *columns, "--out", tmp_path / "copy") == 0
    copy = read_interviews(tmp_path / "copy", strict=True)
    assert [(one.id, one.participant, one.scores["rating"]) for one in copy] == [
        ("1", "Ada", 0.5),
        ("2", "Ada", 1.0),
        ("3", "Bob", -1.0),
    ]
