"""`export` and `import-decisions`: a study handed to another tool, and what was decided there taken back."""

from datetime import datetime, timezone

import pandas as pd
import pytest

from expressiveness.cli import main
from expressiveness.coding import Code, Codings
from expressiveness.data import BALANCED, EXPRESSIVE, Curation, FaceDecision, InterviewDecision, read_interviews
from expressiveness.faces import FaceStore
from tests.face_tables import grey_faces
from tests.media import write_grey_ramp
from tests.random_model import random_model

DECIDED = Curation(
    (FaceDecision("a", 3, EXPRESSIVE, decided_by="Ada"),), (InterviewDecision("b", BALANCED, decided_by="Ada"),)
)


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    for name in "abc":
        write_grey_ramp(folder / f"{name}.mp4", frames=15)
    (folder / "table.csv").write_text("video,person,facial_expression\na.mp4,1,-1\nb.mp4,2,0\nc.mp4,3,1\n")
    return folder


def test_predictions_and_decisions_are_written_and_decisions_read_back(study, tmp_path, capsys):
    faces = FaceStore(tmp_path / "faces", random_model().extraction)
    faces.write_config()
    for one in read_interviews(study):
        faces.save(one, grey_faces(100))
    model, decisions = random_model().save(tmp_path / "model"), tmp_path / "decisions.json"
    DECIDED.save(decisions)
    given = [study, "--model", model, "--faces", faces.root, "--curation", decisions]

    assert run("export", *given, "--out", tmp_path / "tables") == 0
    assert run("export", *given, "--out", tmp_path / "elan", "--format", "elan") == 0
    assert run("import-decisions", study, *(tmp_path / "elan").glob("*.eaf"), "--out", tmp_path / "back.json") == 0

    assert "3 videos written" in (said := capsys.readouterr().out)
    assert "Decisions of Ada on 1 frame and 1 video" in said
    assert Curation.load(tmp_path / "back.json") == DECIDED
    frames = pd.read_csv(tmp_path / "tables/frames.csv")
    assert frames.groupby("interview")["frame_number"].apply(list).to_dict() == {name: [1, 6, 11] for name in "abc"}
    assert frames["category"].notna().all()


def test_what_is_missing_is_asked_for_and_what_is_no_decision_is_named(study, tmp_path, capsys):
    assert run("export", study, "--out", tmp_path / "out", "--model", "model") == 1
    assert "both --model and --faces" in capsys.readouterr().err
    assert run("export", study, "--out", tmp_path / "out", "--format", "elna") == 2
    assert "did you mean 'elan'?" in capsys.readouterr().err
    (tmp_path / "strange.eaf").write_text("<no")
    assert run("import-decisions", study, tmp_path / "strange.eaf", "--out", tmp_path / "d.json") == 1
    assert "strange.eaf cannot be read as ELAN's" in capsys.readouterr().err
    assert not (tmp_path / "d.json").exists()


def test_of_several_coders_one_is_chosen(study, tmp_path, capsys):
    both = Curation((*DECIDED.faces, FaceDecision("a", 3, BALANCED, decided_by="Bob")))
    both.save(tmp_path / "decisions.json")
    assert (
        run("export", study, "--curation", tmp_path / "decisions.json", "--out", tmp_path / "cvat", "--format", "cvat")
        == 0
    )
    files = list((tmp_path / "cvat").glob("*.xml"))

    assert run("import-decisions", study, *files, "--out", tmp_path / "d.json") == 1
    assert "several people decided: Ada, Bob; choose one with --coder" in capsys.readouterr().err
    assert run("import-decisions", study, *files, "--out", tmp_path / "d.json", "--coder", "Bob") == 0
    assert Curation.load(tmp_path / "d.json") == Curation(both.faces[1:])


def test_videos_alone_are_predicted_and_exported(study, tmp_path):
    (study / "table.csv").unlink()
    faces = FaceStore(tmp_path / "faces", random_model().extraction)
    faces.write_config()
    for one in read_interviews(study):
        faces.save(one, grey_faces(100))
    given = [study, "--model", random_model().save(tmp_path / "model"), "--faces", faces.root]

    assert run("export", *given, "--out", tmp_path / "tables") == 0

    videos = pd.read_csv(tmp_path / "tables/videos.csv")
    assert videos["predicted_category"].notna().all()
    assert videos["true_category"].isna().all()


def test_codes_of_several_people_go_out_and_come_back_as_codes(study, tmp_path):
    def code(coder, unit, category, **where):
        return Code(coder=coder, interview="a", unit=unit, at=datetime.now(timezone.utc), category=category, **where)

    Codings.of(
        [
            code("Ada", "frame", EXPRESSIVE, frame_number=3),
            code("Ada", "stretch", BALANCED, start=0.5, end=1.0),
            code("Bob", "video", BALANCED),
        ]
    ).save(tmp_path)

    assert run("export", study, "--coding", tmp_path, "--out", tmp_path / "elan", "--format", "elan") == 0
    assert run("import-decisions", study, tmp_path / "elan/a.eaf", "--as-codes") == 0

    back = [(one.coder, one.unit, one.category, one.frame_number, one.start) for one in Codings.read(study).codes()]
    assert sorted(back, key=str) == [
        ("Ada", "frame", EXPRESSIVE, 3, None),
        ("Ada", "stretch", BALANCED, None, 0.5),
        ("Bob", "video", BALANCED, None, None),
    ]
