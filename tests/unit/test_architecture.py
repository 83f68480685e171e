"""What may know what (see docs/architecture.md), and what may stand in the repository."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = REPOSITORY / "expressiveness"
MEETING_PLACE = CORE / "cli" / "fiftyone_app.py"
LOCK = REPOSITORY / "requirements.lock"

# Hosts of package registries and options that name one: they belong in a user's settings, not in a project.
REGISTRY = re.compile(
    r"pythonhosted\.org|registry\.npmjs|://[^\s\"']+/simple\b|(?<!emit)-(?:index-url|find-links)\b|(?:PIP|UV)_(?:EXTRA_)?INDEX"
)


def imported_packages(tree: ast.AST) -> Iterator[str]:
    """The top-level package of every absolute import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def parse(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


@pytest.mark.parametrize("module", sorted(CORE.rglob("*.py")), ids=lambda path: path.stem)
def test_the_core_knows_neither_fiftyone_nor_the_plugin(module):
    forbidden = {"fiftyone"} if module == MEETING_PLACE else {"fiftyone", "fiftyone_plugin"}

    assert forbidden.isdisjoint(imported_packages(parse(module)))


def test_the_command_line_imports_the_plugin_only_in_the_commands_that_need_it():
    cli = parse(MEETING_PLACE)
    cli.body = [statement for statement in cli.body if not isinstance(statement, ast.FunctionDef)]

    assert "fiftyone_plugin" not in imported_packages(cli)


def test_importing_the_core_loads_no_heavy_package():
    heavy = {"cv2", "fiftyone", "keras", "matplotlib", "mediapipe", "pandas", "sklearn", "tensorflow"}
    code = f"import sys, expressiveness; print(*sorted({heavy} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []


def test_no_file_names_a_package_registry():
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split("\0")
    files = [REPOSITORY / name for name in names if name]

    assert [file for file in files if file != Path(__file__) and REGISTRY.search(text_of(file))] == []


def text_of(file: Path) -> str:
    """A file's text, or nothing where it holds none."""
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example.org/simple",
        "--extra-index-url=file:///srv/packages",
        "pip install -i https://packages.example.org/simple/ numpy",
        "https://files.pythonhosted.org/packages/ab/cd/numpy.whl",
        "export PIP_EXTRA_INDEX_URL=x",
    ],
)
def test_a_registry_is_recognised(line):
    assert REGISTRY.search(line)


def test_the_lock_holds_exact_versions_and_nothing_else():
    pin = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.+!]*( ; .+)?")

    assert [line for line in LOCK.read_text().splitlines() if not pin.fullmatch(line)] == []


def test_the_lock_holds_one_build_of_opencv():
    assert [name.split("==")[0] for name in LOCK.read_text().splitlines() if "opencv" in name] == [
        "opencv-python-headless"
    ]
