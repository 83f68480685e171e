"""What everybody may count on who imports the library: its names, its types, and that it is quiet."""

import ast
import logging
from importlib.resources import files

import pytest

import expressiveness
from expressiveness.cli import main
from expressiveness.data import read_interviews
from tests.conftest import REPOSITORY
from tests.interviews import row, write_metadata

CORE = REPOSITORY / "expressiveness"


def test_what_a_notebook_needs_is_at_the_top():
    """A name that goes breaks somebody's notebook: take it out here, too, and say so in the changelog."""
    assert sorted(expressiveness.__all__) == [
        "CATEGORIES",
        "Curation",
        "Evaluation",
        "ExpressivenessError",
        "ExtractionConfig",
        "FaceStore",
        "FaceTable",
        "FramePredictions",
        "Interview",
        "InterviewFolder",
        "Sampling",
        "Split",
        "Thresholds",
        "TrainedModel",
        "TrainingConfig",
        "evaluate",
        "export_study",
        "extract_faces",
        "extract_interviews",
        "held_out_interviews",
        "load_model",
        "place",
        "predict_video",
        "predict_videos",
        "read_decisions",
        "read_interviews",
        "split_by_participant",
        "train",
    ]


def test_it_tells_type_checkers_that_it_has_types():
    assert (files(expressiveness) / "py.typed").is_file()


def test_what_it_logs_shows_only_where_somebody_asks_for_it():
    [handler, *_] = logging.getLogger("expressiveness").handlers

    assert isinstance(handler, logging.NullHandler)


def test_every_module_logs_under_its_own_name():
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "logger" and not node.col_offset:
                assert ast.unparse(node.value) == "logging.getLogger(__name__)", file


def test_a_row_that_is_passed_over_is_logged_and_nothing_is_printed(tmp_path, caplog, capfd):
    caplog.set_level(logging.INFO, logger="expressiveness")

    read_interviews(write_metadata(tmp_path, row(1), b"{"))

    assert [(record.name, record.levelname) for record in caplog.records] == [("expressiveness.data.folders", "INFO")]
    assert "metadata.jsonl, line 2" in caplog.text
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("level", ["info", "warning"])
def test_the_command_line_shows_the_librarys_warnings_and_no_more(level, tmp_path, capsys, monkeypatch):
    def read(*_, **__):
        getattr(logging.getLogger("expressiveness.data.folders"), level)("a folder was in the way")
        raise expressiveness.ExpressivenessError("no such folder")

    monkeypatch.setattr("expressiveness.data.inspection.read_interviews", read)

    assert main(["inspect", str(tmp_path)]) == 1
    assert ("a folder was in the way" in capsys.readouterr().err) == (level == "warning")
    assert not [one for one in logging.getLogger("expressiveness").handlers if type(one).__name__ == "_Warnings"]
