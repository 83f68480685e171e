"""What is handed out works where the repository is not: the wheel in an environment of its own, the plugin as a zip."""

import json
import subprocess
import sys
import sysconfig
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY
from tools.dist import build

pytestmark = pytest.mark.slow
MANIFEST = yaml.safe_load((REPOSITORY / "fiftyone.yml").read_text())


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def environment(dist, tmp_path_factory):
    """The programs of a fresh environment with the wheel, which borrows the other packages from this one.

    A path file borrows what is installed here, but not the path files in it: so not the editable install of this
    repository, and no network is needed.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", "--no-index", "--no-deps", dist.wheel], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


@pytest.fixture
def run(environment, tmp_path, monkeypatch):
    """Run a program of the fresh environment, away from the repository, and give what it printed."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("FIFTYONE_PLUGINS_DIR", str(tmp_path / "plugins"))

    def run(program: str, *arguments: object) -> str:
        command = [environment / program, *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True).stdout

    return run


def test_the_wheel_brings_the_library_and_the_command(run, environment):
    home = run("python", "-c", "import expressiveness, fiftyone_plugin; print(expressiveness.__file__)")

    assert Path(home).is_relative_to(environment.parent)
    assert run("expressiveness", "--version") == f"expressiveness {MANIFEST['version']}\n"


def test_the_wheel_brings_the_plugin(run, tmp_path):
    run("expressiveness", "plugin", "install")

    assert listed(run) == names()
    for name in ("fiftyone.yml", MANIFEST["py_entry"], MANIFEST["js_bundle"]):
        assert (tmp_path / "plugins" / "expressiveness-interviews" / name).is_file()


@pytest.mark.timeout(600)
def test_the_demo_runs_from_the_wheel(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FIFTYONE_DATABASE_NAME", "expressiveness-dist")

    run("expressiveness", "demo", "--quick", "--no-app", "--json", "demo.json")

    result = json.loads((tmp_path / "demo.json").read_text())
    assert result["imported"]["added"] == result["extracted"]["videos"]["succeeded"] == 12
    assert result["predicted"]["frames"] == result["extracted"]["faces"] > 0


def test_fiftyone_downloads_the_plugin_from_a_zip(dist, run):
    handler = partial(SimpleHTTPRequestHandler, directory=dist.plugin.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/{dist.plugin.name}"
        run("python", "-c", "from fiftyone.core.cli import main; main()", "plugins", "download", address)
        server.shutdown()

    assert listed(run) == names()


def listed(run) -> list[str]:
    """The operators and panels that FiftyOne finds."""
    code = "import fiftyone.operators as foo; print(*(one.uri for one in foo.list_operators(builtin=False)))"
    return sorted(run("python", "-c", code).split())


def names() -> list[str]:
    return sorted(f"{MANIFEST['name']}/{name}" for name in MANIFEST["operators"] + MANIFEST["panels"])
