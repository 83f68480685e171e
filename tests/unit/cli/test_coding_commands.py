"""A study is shared out, coded by two, compared, settled and handed on, by commands."""

import json

import pandas as pd
import pytest

from expressiveness.cli import main
from expressiveness.coding import Codings
from expressiveness.data import CATEGORIES, Curation
from tests.codings import frames_of, video
from tests.interviews import row, write_metadata


@pytest.fixture
def study(tmp_path):
    """Twelve interviews of six people."""
    folder = write_metadata(
        tmp_path / "study", *(row(n, user_no=str(n % 6), facial_expression=n / 6 - 1) for n in range(1, 13))
    )
    for n in range(1, 13):
        (folder / f"videos/vid_{n:04}.mp4").parent.mkdir(exist_ok=True)
        (folder / f"videos/vid_{n:04}.mp4").touch()
    return folder


@pytest.fixture
def coded(study):
    lines = {"ada": "RRBBEE", "ben": "RRBEEE"}
    codings = frames_of({name: {f"{n:04}": line for n in range(1, 13)} for name, line in lines.items()})
    (codings + Codings.of([video("ada"), video("ben")])).save(study)
    return study


def test_interviews_are_shared_out_once_and_then_it_says_how_far_everybody_is(study, capsys):
    assert main(["assign", str(study), "ada", "ben", "--overlap", "0.5"]) == 0
    frames_of({"ada": {f"{n:04}": "R" for n in range(1, 13)}}).save(study)
    first = (study / "coding" / "assignments.csv").read_text()

    assert main(["assign", str(study), "ada", "ben"]) == 0
    assert main(["assign", str(study), "ada", "cleo"]) == 1

    said = capsys.readouterr()
    assert "ada: 9 interviews, 6 of them coded by everybody; 0 begun." in said.out
    assert "ada: 9 interviews, 6 of them coded by everybody; 9 begun." in said.out
    assert "is for ada, ben; share out anew with --overwrite" in said.err
    assert (study / "coding" / "assignments.csv").read_text() == first


def test_agreement_is_over_the_people_of_the_folder_and_what_is_settled_can_be_trained_on(coded, tmp_path, capsys):
    files = {name: tmp_path / name for name in ("figures.json", "worst.csv", "decisions.json")}

    status = main(
        ["agreement", str(coded), "--json", str(files["figures.json"]), "--disagreements", str(files["worst.csv"]),
         "--decisions", str(files["decisions.json"])]
    )  # fmt: skip

    said = capsys.readouterr().out
    frames, videos = json.loads(files["figures.json"].read_text())
    assert status == 0
    assert (frames["n"], frames["people"], videos["n"]) == (72, 6, 1)
    assert frames["pairs"][0]["figures"]["kappa"]["value"] == pytest.approx(0.75, abs=0.01)
    assert "Cohen's kappa: 0.75 (0.75 to 0.75)" in said
    assert "the intervals rest on 6 participants" in said
    assert pd.read_csv(files["worst.csv"])["frame_number"].tolist() == [4] * 12
    assert Curation.load(files["decisions.json"]).whose() == {"ada and ben": 61}
    assert "61 decisions are in" in said


def test_files_alone_have_intervals_over_videos_and_say_so(coded, capsys):
    assert main(["agreement", *map(str, sorted((coded / "coding").glob("*.csv")))]) == 0

    assert "who is in each video is not known" in capsys.readouterr().out


def test_the_model_is_one_more_coder_and_can_help_to_settle(coded, tmp_path, capsys):
    table = pd.DataFrame(
        {
            "file": f"elsewhere/vid_{n:04}.mp4",
            "video_category": CATEGORIES[2],
            "frame_number": number,
            **{name: 0.8 if place == said else 0.1 for place, name in enumerate(CATEGORIES)},
        }
        for n in range(1, 13)
        for number, said in enumerate((0, 0, 1, 1, 2, 2), start=1)
    )
    table.to_csv(tmp_path / "frames.csv", index=False)
    given = ["--predictions", str(tmp_path / "frames.csv"), "--settle", "consensus"]

    assert main(["agreement", str(coded), *given, "--decisions", str(tmp_path / "decisions.json")]) == 0

    said = capsys.readouterr().out
    assert "ada and the model, 72 frames:\n    share of equal codes: 1.00" in said
    assert "ben and the model, 1 video:" in said
    assert Curation.load(tmp_path / "decisions.json").whose() == {"settled by consensus": 73}


def test_what_is_missing_is_said(study, tmp_path, capsys):
    assert main(["agreement", str(study)]) == 1
    assert main(["agreement", str(study), "--settle", "consensus"]) == 1
    frames_of({"ada": {"0001": "R"}, "ben": {"0001": "E"}}).save(study)
    assert main(["agreement", str(study), "--settle", "consensus"]) == 1
    (tmp_path / "wrong.csv").write_text("file,frame_number\na.mp4,1\n")
    assert main(["agreement", str(study), "--predictions", str(tmp_path / "wrong.csv")]) == 1

    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "holds no codes" in line] == said[:2]
    assert "give its table as --predictions" in said[2]
    assert "wrong.csv is no table of predictions" in said[3]
