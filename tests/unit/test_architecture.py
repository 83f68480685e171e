"""What may know what (see docs/architecture.md)."""

import ast
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
    modules = ("faces.extraction", "movement.movement_store", "models.prediction", "video.copies.playable")
    imports = "; ".join(f"import expressiveness.{module}" for module in modules)

    assert run_python(f"{imports}; import sys; print({{'tensorflow', 'keras'}} & set(sys.modules))") == "set()\n"


def test_importing_the_core_or_its_command_line_loads_no_heavy_package():
    heavy = {"cv2", "fiftyone", "keras", "matplotlib", "mediapipe", "pandas", "sklearn", "tensorflow"}
    code = f"import sys, expressiveness, expressiveness.cli; print(*sorted({heavy} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []
