"""The guide's study: its table is read as the guide says, and its commands run."""

import json
import re
import shlex

import pytest

from expressiveness.cli import main
from expressiveness.data import CategoryRule, Thresholds, read_interviews
from tests.conftest import REPOSITORY
from tests.interviews import write_portrait_video

GUIDE = (REPOSITORY / "docs/guides/own-data.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Where a reader of the guide stands, their videos and table in STUDY."""
    monkeypatch.chdir(tmp_path)
    [table] = blocks("csv")
    for row in table.splitlines()[1:]:
        write_portrait_video(tmp_path / "STUDY" / row.split(",")[0], frames=4)
    (tmp_path / "STUDY" / "table.csv").write_text(table)
    return tmp_path / "STUDY"


def test_the_table_and_its_file_of_columns_are_read_as_the_guide_says(study):
    guessed = read_interviews(study, strict=True)
    (study / "columns.json").write_text(blocks("json")[0])
    said = read_interviews(study, strict=True)

    assert [(one.id, one.participant, dict(one.scores)) for one in guessed] == [
        ("ada-1", "Ada", {"expressiveness": 2.5}),
        ("ada-2", "Ada", {"expressiveness": 4.0}),
        ("bob-1", "Bob", {"expressiveness": 1.5}),
        ("cy-1", "Cy", {"expressiveness": 3.0}),
    ]
    assert guessed[0].attributes == {"question": "Introduce yourself"}
    assert said.interviews == guessed.interviews
    assert said.rule == CategoryRule("expressiveness", Thresholds(2, 3.5))
    assert json.loads(blocks("json")[0])["target"] == "expressiveness"


@pytest.mark.slow
def test_every_command_of_the_guide_runs(study):
    commands = [line for block in blocks("bash") for line in block.splitlines()]
    assert len(commands) == 5

    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "expressiveness"
        assert main(arguments) == 0, command
