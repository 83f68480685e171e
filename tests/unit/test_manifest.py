"""What FiftyOne and pip read of the plugin agrees with what the plugin is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fiftyone_plugin import register
from fiftyone_plugin.requirements import NEEDED, install_line

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pytest brings it

REPOSITORY = Path(__file__).resolve().parents[2]
MANIFEST = yaml.safe_load((REPOSITORY / "fiftyone.yml").read_text())
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]


class Registry:
    """Stands in for FiftyOne's: remembers what registers."""

    def __init__(self):
        self.names = []

    def register(self, cls):
        self.names.append(cls().config.name)


def requirements():
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()]


def test_everything_listed_is_registered_and_everything_registered_is_listed():
    registry = Registry()
    register(registry)

    assert registry.names == MANIFEST["operators"] + MANIFEST["panels"]


def test_the_version_is_the_packages():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())

    assert MANIFEST["version"] == PROJECT["version"] == citation["version"]


def test_the_manifest_names_files_that_are_there():
    assert MANIFEST["type"] == "plugin"
    assert MANIFEST["license"] == PROJECT["license"]
    for key in ("py_entry", "js_bundle"):
        assert (REPOSITORY / MANIFEST.get(key, "fiftyone.yml")).is_file()


def test_requirements_are_the_packages_dependencies_but_for_fiftyone():
    dependencies = [line for line in PROJECT["dependencies"] if not line.startswith("fiftyone")]

    assert sorted(requirements()) == sorted(dependencies)


def test_the_one_build_of_opencv_is_installed_last():
    assert requirements()[-1].startswith("opencv-python-headless")


def test_every_package_that_a_form_asks_for_is_required():
    required = {line.partition("=")[0].rstrip("<>~!") for line in requirements()}

    assert {package for package in NEEDED.values() if package != "expressiveness"} <= required


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        (["expressiveness"], 'pip install --no-deps "{root}"'),
        (["expressiveness", "keras"], 'pip install "{root}"'),
        (["cv2", "sklearn"], "pip install opencv-python-headless scikit-learn"),
    ],
)
def test_the_line_that_installs_what_is_missing(tmp_path, missing, line):
    (tmp_path / "pyproject.toml").touch()

    assert install_line(missing, tmp_path) == line.format(root=tmp_path)


@pytest.fixture
def downloaded(tmp_path):
    """A copy of the repository in a plugin folder, as `fiftyone plugins download` leaves one."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if (REPOSITORY / name).is_file() and not name.startswith(("tests/", "docs/")):
            copy = tmp_path / "@expressiveness" / "interviews" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, copy)
    return tmp_path


DISCOVERY = """
import sys
import fiftyone as fo
import fiftyone.operators as foo

# The core is not importable where nothing but the plugin was copied, and another copy would hide a mistake.
sys.path[:] = [path for path in sys.path if path not in ("", {repository!r})]
sys.modules["expressiveness"] = None

fo.config.plugins_dir = {empty!r}
foo.list_operators(builtin=False)  # what FiftyOne needs the first time
before = set(sys.modules)
fo.config.plugins_dir = {plugins!r}
found = foo.list_operators(builtin=False)
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(*sorted(operator.uri for operator in found))
print(*sorted(loaded & {{"av", "cv2", "keras", "mediapipe", "pandas", "sklearn", "tensorflow"}}))
"""


@pytest.mark.slow
def test_a_fresh_process_lists_a_downloaded_copy_without_loading_anything_heavy(
    downloaded, tmp_path_factory, run_python
):
    code = DISCOVERY.format(
        repository=str(REPOSITORY), plugins=str(downloaded), empty=str(tmp_path_factory.mktemp("none"))
    )

    uris, heavy = run_python(code).splitlines()[-2:]

    names = MANIFEST["operators"] + MANIFEST["panels"]
    assert uris.split() == sorted(f"{MANIFEST['name']}/{name}" for name in names)
    assert heavy == ""
