"""What `make lint` says of the repository as a whole."""

import subprocess

import pytest

from tools import repository


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
def test_a_file_that_names_a_package_registry_is_named(line, tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "notes.txt").write_text(line)
    monkeypatch.chdir(tmp_path)

    assert list(repository.registries()) == ["notes.txt: names a package registry, which belongs in a user's settings"]
