"""What may know what (see docs/architecture.md), and what may stand in the repository."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = REPOSITORY / "expressiveness"
PLUGIN = REPOSITORY / "fiftyone_plugin"
FILES = [file for package in (CORE, PLUGIN) for file in sorted(package.rglob("*.py"))]
DOORS = sorted(stub.parent for package in (CORE, PLUGIN) for stub in package.rglob("__init__.pyi"))
LOCK = REPOSITORY / "requirements.lock"
TOOLS = REPOSITORY / "tools" / "locks"

# Hosts of package registries and options that name one: they belong in a user's settings, not in a project.
REGISTRY = re.compile(
    r"pythonhosted\.org|registry\.npmjs|://[^\s\"']+/simple\b|(?<!emit)-(?:index-url|find-links)\b|(?:PIP|UV)_(?:EXTRA_)?INDEX"
)


def name_of(file: Path) -> str:
    """The full name of a module."""
    return ".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def folder_of(name: str) -> Path:
    return REPOSITORY.joinpath(*name.split("."))


MODULES = {name_of(file) for file in FILES}


def imported(module: Path) -> Iterator[str]:
    """The full name of everything that a module imports, wherever it stands."""
    package = ".".join(module.relative_to(REPOSITORY).parent.parts)
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"), str(module))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{source}.{alias.name}" for alias in node.names)


def top(name: str, levels: int = 1) -> str:
    return ".".join(name.split(".")[:levels])


def test_nothing_imports_past_a_folders_door():
    past = {
        f"{name_of(file)} imports {name}"
        for file in FILES
        for name in imported(file)
        if (door := door_towards(name, file)) and top(name, door.count(".") + 2) in MODULES
    }

    assert past == set()


def door_towards(name: str, file: Path) -> str | None:
    """The first folder on the way to a name that the file is not in, if it is one with a door."""
    for levels in range(2, name.count(".") + 1):
        folder = top(name, levels)
        if not f"{name_of(file)}.".startswith(f"{folder}."):
            return folder if (folder_of(folder) / "__init__.pyi").is_file() else None
    return None


@pytest.mark.slow
@pytest.mark.parametrize("folder", DOORS, ids=lambda folder: name_of(folder / "__init__.py"))
def test_every_public_name_of_a_folder_is_there(folder):
    names = [alias.name for node in ast.parse((folder / "__init__.pyi").read_text()).body for alias in names_in(node)]
    package = import_module(name_of(folder / "__init__.py"))

    assert sorted(package.__all__) == sorted(names)
    assert sorted(dir(package)) == sorted(names)
    for name in names:
        assert not isinstance(getattr(package, name), ModuleType), name


def names_in(node: ast.stmt) -> list[ast.alias]:
    return node.names if isinstance(node, ast.ImportFrom) else []


def test_no_two_modules_share_a_name():
    names = [file.stem for file in FILES if file.stem != "__init__"]

    assert sorted(names) == sorted(set(names))


@pytest.mark.slow
def test_what_a_worker_imports_loads_no_tensorflow(run_python):
    modules = ("faces.extraction", "movement.movement_store", "models.prediction", "video.playable")
    imports = "; ".join(f"import expressiveness.{module}" for module in modules)

    assert run_python(f"{imports}; import sys; print({{'tensorflow', 'keras'}} & set(sys.modules))") == "set()\n"


def test_importing_the_core_or_its_command_line_loads_no_heavy_package():
    heavy = {"cv2", "fiftyone", "keras", "matplotlib", "mediapipe", "pandas", "sklearn", "tensorflow"}
    code = f"import sys, expressiveness, expressiveness.cli; print(*sorted({heavy} & set(sys.modules)))"

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


@pytest.mark.parametrize("lock", [LOCK, *sorted(TOOLS.glob("*.lock"))], ids=lambda path: path.stem)
def test_a_lock_holds_exact_versions_with_the_hashes_of_their_files_and_nothing_else(lock):
    hashed = r" \\\n    --hash=sha256:[0-9a-f]{64}"
    pins = re.compile(rf"([a-z0-9][a-z0-9-]*==[0-9][0-9a-z.+!]*( ; [^\\\n]+)?({hashed})+\n)+")

    assert pins.fullmatch(lock.read_text())


def test_every_list_of_tools_has_its_lock():
    assert {path.stem for path in TOOLS.glob("*.in")} == {path.stem for path in TOOLS.glob("*.lock")} != set()


def test_what_builds_the_package_is_locked_as_it_is_in_the_lock_of_all():
    pins = [{line for line in path.read_text().splitlines() if "==" in line} for path in (TOOLS / "build.lock", LOCK)]

    assert pins[0] < pins[1]


def test_whatever_set_up_installs_from_an_index_is_checked_by_its_hash():
    """But for the package itself, which comes from no index."""
    sources = {name: (REPOSITORY / name).read_text() for name in ("Makefile", "tools/ensure_mongod.py", ".ci/run")}
    lines = [line.strip() for text in sources.values() for line in text.splitlines()]
    installs = [line for line in lines if re.search(r"\$\(PIP|pip install", line) and not line.startswith("PIP")]

    unhashed = [line for line in installs if "PIP_LOCKED" not in line]
    assert len(installs) == 5
    assert unhashed == ["@$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable ."]
    assert "--require-hashes" in sources["Makefile"]
    assert '"--require-hashes"' in sources["tools/ensure_mongod.py"]


def test_the_lock_holds_one_build_of_opencv():
    assert [name.split("==")[0] for name in LOCK.read_text().splitlines() if "opencv" in name] == [
        "opencv-python-headless"
    ]
