"""Every command of the README runs as it stands there, one after the other, on a folder of sample interviews."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap

import pytest

from expressiveness.cli import main
from fiftyone_plugin.operators import OPERATORS
from tests.conftest import REPOSITORY
from tests.notebooks import notebook_of, run_notebook

README = (REPOSITORY / "README.md").read_text()
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
LIBRARY = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def folder(sample_interviews, tmp_path_factory):
    """Where a reader stands who has called their copy RecruitView, as the README does."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(sample_interviews, folder / "RecruitView")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_runs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert len(COMMANDS) >= 7

    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "expressiveness"
        quickly = ["--model", "notebook_cnn", "--epochs", "2"] if arguments[0] == "train" else []
        assert main([*arguments, *quickly]) == 0, command
    for written in (
        "report/report.html",
        "evaluation.json",
        "evaluation.html",
        "frames.csv",
        "predictions.html",
        "elan",
        "clips",
        "paper/report.html",
        "RecruitView/coding/assignments.csv",
        "exported",
        "watched.mp4",
        "playable/metadata.jsonl",
    ):
        assert (folder / written).exists(), written


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("guard", [False, True], ids=["as it stands", "below a guard"])
def test_the_library_example_runs_as_a_file(folder, guard):
    quick = quick_example()
    below = f"if __name__ == '__main__':\n{textwrap.indent(quick, '    ')}" if guard else quick
    script = folder / "example.py"
    script.write_text(below)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}

    done = subprocess.run([sys.executable, script], cwd=folder, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert 0 <= float(done.stdout.splitlines()[-1]) <= 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_library_example_runs_in_a_notebook_and_prints_what_it_is_told_to_and_no_more(folder):
    cells = [line for line in quick_example().splitlines() if line]

    *_, wrong, accuracy = run_notebook(notebook_of(cells), folder)

    assert "predicted_category" in wrong.outputs[0].text
    assert 0 <= float(accuracy.outputs[0].text) <= 1
    assert [cell.source for cell in _ if any(output.get("name") == "stdout" for output in cell.outputs)] == []


def quick_example():
    [example] = LIBRARY
    quick = example.replace(
        "train(interviews, store)",
        "train(interviews, store, TrainingConfig(model='notebook_cnn', options={'epochs': 1}))",
    )
    assert quick != example
    return f"from expressiveness import TrainingConfig\n{quick}"


def test_every_operator_is_in_the_readme_by_the_name_that_the_app_lists():
    table = README.partition("| operator |")[2].partition("\n\n")[0]
    named = {name for row in re.findall(r"^\| ([^-].*?) \| ", table, re.MULTILINE) for name in row.split("; ")}

    assert named == {operator.listing.label for operator in OPERATORS if not operator.listing.unlisted}
