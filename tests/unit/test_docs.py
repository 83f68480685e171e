"""The documents build, and what they tell people to type is understood."""

import re
import shlex
import subprocess
import sys

import pytest
import typer

from expressiveness.cli import app
from expressiveness.data import DEFAULT_TARGET, Thresholds
from expressiveness.models import DEFAULT_EPOCHS, TrainingConfig
from expressiveness.video import DEFAULT_EVERY, MAX_PIXELS
from tests.conftest import REPOSITORY

ORDINALS = ("", "", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")
PAGES = sorted(page for folder in ("docs", "skills") for page in (REPOSITORY / folder).rglob("*.md"))
COMMANDS = [
    pytest.param(line, id=f"{page.stem}-{line}")
    for page in PAGES
    for block in re.findall(r"```bash\n(.*?)```", page.read_text(), re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_documents_is_understood(line):
    program, name, *arguments = shlex.split(line)

    assert program == "expressiveness"
    command = typer.main.get_command(app).commands[name]
    command.make_context(name, arguments)  # reads the arguments, runs nothing; raises where it does not know one


LOW, HIGH, CONFIG = Thresholds().low, Thresholds().high, TrainingConfig()
STATED = (
    ("explanation/labels-and-splits", f"three ordered categories of `{DEFAULT_TARGET}`"),
    ("explanation/labels-and-splits", f"| below {LOW} | {LOW} to {HIGH} | above {HIGH} |"),
    (
        "explanation/labels-and-splits",
        f"{1 - CONFIG.validation_share - CONFIG.test_share:.0%} train, {CONFIG.validation_share:.0%} decide when to "
        f"stop, {CONFIG.test_share:.0%} judge".replace("%", " %"),
    ),
    ("guides/own-data", f"its thresholds are {LOW} and {HIGH} of `{DEFAULT_TARGET}`"),
    ("guides/targets", f"`{DEFAULT_TARGET}` in RecruitView"),
    ("../README", f"MediaPipe on every {ORDINALS[DEFAULT_EVERY]} frame of the whole video"),
    ("../README", f"where the notebook allows {TENS[DEFAULT_EPOCHS // 10]}"),
    ("../SECURITY", f"more than {MAX_PIXELS / 1e6:g} megapixels"),
)


@pytest.mark.parametrize(("page", "sentence"), STATED, ids=str)
def test_defaults_that_the_documents_state_are_those_of_the_code(page, sentence):
    assert sentence in " ".join((REPOSITORY / "docs" / f"{page}.md").read_text().split())


@pytest.mark.slow
def test_the_documents_build_without_a_warning(tmp_path):
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", tmp_path]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)

    for page in (
        "index.html",
        "tutorial/index.html",
        "reference/command-line/index.html",
        "reference/faces/index.html",
    ):
        assert (tmp_path / page).is_file()
    loaded = re.compile(r"<(?:script|img|link)[^>]+(?:src|href)=\"?(?:https?:)?//")
    assert [page for page in tmp_path.rglob("*.html") if loaded.search(page.read_text())] == []
