"""Transcripts may hold names: they stay in `metadata.jsonl` and in the dataset, and get into nothing else."""

import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.faces import FaceStore
from expressiveness.models import TrainingConfig, train
from expressiveness.movement import MovementStore
from tests.face_tables import grey_faces
from tests.interviews import row, write_metadata, write_portrait_video
from tests.movements import acted

NAME = "Ada Lovelace"


def folder_with_names(folder, videos):
    rows = [
        row(n, user_no=str(n // 2), facial_expression=float(n % 3 - 1), transcript=f"I am {NAME}", gemini_summary=NAME)
        for n in range(16)
    ]
    write_metadata(folder, *rows, row(90, transcript=[NAME]), row(0, transcript=NAME))
    for interview in read_interviews(folder).interviews[:videos]:
        write_portrait_video(interview.video, frames=6)
    return folder


@pytest.mark.slow
def test_reports_stores_models_and_what_is_said_hold_no_word_of_them(tmp_path, capsys):
    folder = folder_with_names(tmp_path / "set", videos=1)
    out = tmp_path / "out"

    assert main(["inspect", str(folder), "--out", str(out / "report"), "--json", str(out / "inspection.json")]) == 0
    assert main(["extract", str(folder), "--out", str(out / "faces"), "--json", str(out / "extraction.json")]) == 1
    interviews, store = read_interviews(folder).interviews, FaceStore.open(out / "faces")
    for number, interview in enumerate(interviews):
        interview.video.write_bytes(bytes([number]))
        store.save(interview, grey_faces(100))
        MovementStore.beside(store).save(interview, acted((0.1, 0.4, 0.9)[number % 3], seed=number))
    train(interviews, store, TrainingConfig(model="movement")).save(out / "model")

    said = capsys.readouterr()
    assert "line 17: transcript: Input should be a valid string" in said.err
    assert NAME not in said.out + said.err
    files = [file for file in out.rglob("*") if file.is_file()]
    assert {"report.html", "inspection.json", "extraction.json", "model.json"} <= {file.name for file in files}
    assert [file for file in files if NAME.encode() in file.read_bytes()] == []
