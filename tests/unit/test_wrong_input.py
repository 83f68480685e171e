"""A walk over every command with wrong input, as impatient people give it: every answer is one sentence."""

import json
import os
import shutil
from dataclasses import replace

import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.faces import FaceStore
from tests.commands import start
from tests.face_tables import face_table
from tests.fuzz.readers import records
from tests.interviews import row, write_metadata, write_portrait_video
from tests.random_model import random_model

ODD = os.fsdecode(b"caf\xe9")  # a name that is no text in UTF-8
HUGE = "9" * 400
NETWORK = "train set --faces faces --out out --model notebook_cnn"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the right files, and the wrong ones: what commands are given here stands in it."""
    place = tmp_path_factory.mktemp("walk")
    rows = [row(number, user_no=str(number % 6), facial_expression=number / 6 - 1) for number in range(1, 13)]
    write_metadata(place / "set", *rows)
    for number in range(1, 13):
        write_portrait_video(place / f"set/videos/vid_{number:04}.mp4", frames=5)
    one = face_table((1, 0), looked_at=(1,))
    store = FaceStore(place / "faces")
    store.write_config()
    for number, interview in enumerate(read_interviews(place / "set").interviews):
        store.save(interview, replace(one, crop=one.crop + number))
    random_model().save(place / "net")

    write_metadata(place / "blank")
    write_metadata(place / "bad", b"{", b"[1]", b"null", bytes(range(256)))
    write_metadata(place / ODD, row(1))
    for name in ("empty", "badstore/abc", "damaged", "moves"):
        (place / name).mkdir(parents=True)
    (place / "badstore/abc/settings.json").write_text("{}")
    (place / "damaged/model.json").write_text("{}")
    (place / "moves/model.json").write_bytes(records()[1])
    (place / "file").write_text("hello")
    (place / "no.mp4").write_text("no video")
    (place / "deep.json").write_text("[" * 100_000)
    (place / "other.json").write_text('{"faces": 1}')
    (place / "groups.csv").write_text("a,b\n1,2\n")
    shutil.copy(place / "set/videos/vid_0001.mp4", place / f"{ODD}.mp4")
    return place


def answer(arguments, place, monkeypatch, capfd):
    """The exit status of a command in that folder, and what it wrote to the error stream."""
    monkeypatch.chdir(place)
    shutil.rmtree("out", ignore_errors=True)
    capfd.readouterr()
    status = main([str(argument) for argument in arguments])
    return status, capfd.readouterr().err


READS = {
    "inspect": "inspect {}",
    "extract": "extract {} --out out",
    "reencode": "reencode {} --out out",
    "train": "train {} --faces faces --out out",
    "evaluate": "evaluate net {} --faces faces",
    "benchmark": "benchmark {} --faces faces",
}
FOLDERS = {
    "nowhere": "no folder nowhere; give the one that holds",
    "file": "file is no folder, and no CSV or TSV file; give the folder that holds one",
    "/dev/null": "/dev/null is no folder, and no CSV",
    "empty": "no metadata.jsonl in empty, and no CSV or TSV file; give the folder that holds one",
    "set/metadata.jsonl": "set/metadata.jsonl is no folder, and no CSV",
    "http://127.0.0.1:1/x": "http://127.0.0.1:1/x cannot be reached (",
    "bogus://x/y": "bogus://x/y cannot be read as a URL",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "folder"),
    # Copies are made of folders of this machine alone.
    [(command, folder) for command in READS for folder in FOLDERS if command != "reencode" or "://" not in folder],
)
def test_a_folder_that_cannot_be_read_is_one_sentence(command, folder, place, monkeypatch, capfd):
    status, errors = answer(READS[command].format(folder).split(), place, monkeypatch, capfd)

    assert status == 1
    assert errors.startswith(f"expressiveness: {FOLDERS[folder]}")
    assert len(errors.splitlines()) == 1
    assert not (place / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["blank", "bad"])
@pytest.mark.parametrize("command", [command for command in READS if command != "inspect"])
def test_a_folder_without_a_usable_row_is_no_success(command, folder, place, monkeypatch, capfd):
    status, errors = answer(READS[command].format(folder).split(), place, monkeypatch, capfd)

    assert status == 1
    assert errors.splitlines()[-1].startswith(
        f"expressiveness: {folder}/metadata.jsonl holds no interview that can be used"
    )
    assert not (place / "out").exists()


SENTENCES = {
    # stores
    "train set --faces nowhere --out out": "no faces in nowhere; extract them first",
    "benchmark set --faces file": "no faces in file; extract them first",
    "train set --faces badstore --out out": "badstore/abc/settings.json is damaged",
    "forget 0001 --faces nowhere": "no face store nowhere",
    "forget nope --faces faces": "nothing of nope was found",
    # models
    "evaluate nowhere set --faces faces": "no model in nowhere",
    "predict empty no.mp4": "no model in empty",
    "predict no.mp4 net": "no model in no.mp4",
    "live set --source no.mp4 --no-window --output out.mp4": "no model in set",
    "export-model file out --format notebook": "no model in file",
    "export-model out net --format notebook": "no model in out",
    "forget 0001 --model damaged": "damaged/model.json is not the record of a model",
    "export-model moves out --format tflite": "the model movement cannot do this (export)",
    # sources
    "live net --source nowhere.mp4 --no-window --output out.mp4": "nowhere.mp4: no such file in .",
    "live net --source empty --no-window --output out.mp4": "empty: no file but a folder",
    "live net --source no.mp4 --no-window --output out.mp4": "no.mp4: not a video that can be read",
    f"live net --source {HUGE} --no-window --output out.mp4": "99999999999999999999...: File name too long",
    "live net --source \N{SUPERSCRIPT TWO} --no-window --output out.mp4": "\N{SUPERSCRIPT TWO}: no such file",
    "live net --source rtsp://127.0.0.1:1/x --no-window --output out.mp4": "rtsp://127.0.0.1:1/x cannot be played",
    "live net --no-window": "nowhere to show what is recognised",
    # settings
    f"extract set --out out --max-frames {HUGE}": "Sampling: max_frames is 99999999999999999999...; input sh",
    f"extract set --out out --sampling spread:{HUGE}": "Sampling: spread is 99999999999999999999...; input sh",
    f"extract set --out out --sampling rate:{HUGE}": "Sampling: rate is inf; input should be a finite number",
    "extract set --out out --sampling rate:0": "Sampling: rate is 0.0; input should be greater than 0",
    "extract set --out out --sampling every:-3": "sampling 'every:-3'; write every:5",
    "extract set --out out --executor ray --address 127.0.0.1:1": "no Ray cluster answers at 127.0.0.1:1",
    "extract set --out out --address x": "x: the executor local takes no address",
    "inspect set --low nan": "Thresholds: low is nan; input should be a finite number",
    "inspect set --low 1 --high 0": "thresholds 1.0 and 0.0",
    "inspect set --target nope": "no score 'nope' in set; choose from",
    "benchmark set --faces faces --target nope": "no score 'nope' in set; choose from",
    "benchmark set --faces faces --rows nope": "no row nope in the benchmark",
    "benchmark set --faces faces --rows majorty": "no row majorty in the benchmark; did you mean 'majority'? There are",
    "benchmark set --faces faces --groups nowhere": "nowhere cannot be read as groups (No such file or directory)",
    "benchmark set --faces faces --groups groups.csv": "groups.csv cannot be read as groups (no column 'user_no')",
    "train set --faces faces --out out --target nope": "no score 'nope' in set; choose from",
    f"{NETWORK} --epochs {HUGE}": "CnnOptions: epochs is 99999999999999999999...;",
    f"{NETWORK} --batch-size {HUGE}": "CnnOptions: batch_size is 99999999999999999999",
    "train set --faces faces --out out --curation nowhere": "nowhere holds no decisions (No such file or directory)",
    "train set --faces faces --out out --curation deep.json": "deep.json holds no decisions",
    "train set --faces faces --out out --curation other.json": "other.json holds no decisions",
    f"{NETWORK} --tensorboard file": "cannot write the log file (File exists)",
    # outputs
    "inspect set --json .": ". is a folder; name a file",
    "inspect set --json file/found.json": "",
    "inspect set --json /proc/found.json": "cannot write /proc/found.json",
    "inspect set --out file": "",
    "train set --faces faces --out .": "",
    "train set --faces faces --out file": "",
    "train set --faces faces --out set": "",
    "extract set --out file": "cannot write",
    "extract set --out /proc/x": "cannot write /proc/x",
    "reencode set --out file": "",
    "reencode set --out /proc/x": "cannot write /proc/x",
    "predict net set/videos/vid_0001.mp4 --table frames.xls": "frames.xls: a table can be .csv, .parquet or .json",
    "predict net set/videos/vid_0001.mp4 --table file/frames.csv": "",
    "predict net set/videos/vid_0001.mp4 --html .": ". is a folder; name a file",
    "plugin install --dir file": "",
    "export-model net file --format notebook": "",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", SENTENCES, ids=lambda command: command[:60])
def test_wrong_input_is_one_sentence_that_names_it(command, place, monkeypatch, capfd):
    status, errors = answer(command.split(), place, monkeypatch, capfd)

    assert status == 1
    assert errors.startswith(f"expressiveness: {SENTENCES[command]}")
    assert "fault of the program" not in errors
    assert len(errors.splitlines()) == 1
    assert len(errors) < 500


CALLED_WRONGLY = {
    "extract set": "Missing option '--out'. See",
    "extract set set --out out": "Got unexpected extra argument(s) (set). See",
    "extract set --out out --workers -1": "Invalid value for '--workers': Input should be greater than or equal to 1. ",
    "extract set --out out --confidence nan": "Invalid value for '--confidence'",
    "extract set --out out --max-megapixels inf": "Invalid value for '--max-megapixels'",
    "train set --faces faces --out out --seed -1": "Invalid value for '--seed'",
    f"train set --faces faces --out out --seed {2**32}": "Invalid value for '--seed'",
    "export-model net out": "Missing option '--format'. See",
    "export-model net out --format nope": "Invalid value for '--format': 'nope' is none of notebook,",
    "app --port 99999999": "Invalid value for '--port'",
    "forget 0001": "Invalid value: say where to forget it",
    "plugin": "Missing command. See",
    "--bogus": "No such option: --bogus. See",
}


@pytest.mark.parametrize("command", CALLED_WRONGLY)
def test_a_wrong_call_is_one_sentence_and_2(command, place, monkeypatch, capfd):
    status, errors = answer(command.split(), place, monkeypatch, capfd)

    assert status == 2
    assert errors.startswith(f"expressiveness: {CALLED_WRONGLY[command]}")
    assert errors.endswith(" See expressiveness --help.\n")
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["inspect", ""], ["extract", "set", "--out", ""], ["app", ""], [""]])
def test_an_empty_argument_is_not_taken_for_this_folder(arguments, place, monkeypatch, capfd):
    status, errors = answer(arguments, place, monkeypatch, capfd)

    assert status == 2
    assert "one of the arguments is empty, as a variable leaves it that is not set" in errors


@pytest.mark.slow
def test_many_more_samples_than_frames_are_all_frames(place, monkeypatch, capfd, tmp_path):
    command = ["extract", "set", "--out", tmp_path / "faces", "--limit", 1, "--sampling", "spread:1000000000"]
    status, _ = answer([*command, "--json", tmp_path / "out.json"], place, monkeypatch, capfd)

    assert status == 0
    assert json.loads((tmp_path / "out.json").read_text())["frames_sampled"] == 5


@pytest.mark.slow
def test_what_is_wrong_with_each_video_is_said_once(place, monkeypatch, capfd):
    status, errors = answer(["predict", "net", "nowhere.mp4", "empty", "no.mp4"], place, monkeypatch, capfd)

    assert status == 1
    assert sorted(errors.splitlines()) == [
        "0 videos done, 3 failed",
        "empty: no file but a folder or a device; put the video there, or name another",
        "no.mp4: not a video that can be read (Invalid data found when processing input); replace the file",
        "nowhere.mp4: no such file in .; put the video there, or name another",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "5"}],
    ids=["UTF-8", "C locale, narrow"],
)
def test_names_that_are_no_text_are_read_and_written_in_every_language(place, tmp_path, environment):
    out = [tmp_path / name for name in ("frames.csv", "frames.json", "report.html")]
    options = {"cwd": place, "environment": environment, "errors": "replace"}
    options_of_out = ["--table", out[0], "--json", out[1], "--html", out[2]]

    found = start("inspect", ODD, **options)
    predicted = start("predict", "net", f"{ODD}.mp4", *options_of_out, **options)

    assert (found.communicate()[1], found.returncode) == ("", 0)
    assert (predicted.communicate()[1], predicted.returncode) == ("", 0)
    assert r"caf\xe9.mp4" in out[0].read_text(encoding="utf-8")
    assert json.loads(out[1].read_text())[0]["file"] == r"caf\xe9.mp4"
    assert "caf" in out[2].read_text(encoding="utf-8")
