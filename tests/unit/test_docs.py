"""The documents build, and what they tell people to type is understood."""

import re
import shlex
import subprocess
import sys

import pytest
import typer

from expressiveness.cli import app
from tests.conftest import REPOSITORY

PAGES = sorted((REPOSITORY / "docs").rglob("*.md"))
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
