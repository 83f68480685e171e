"""`expressiveness app` serves the App with the guard in front, says where, and ends all that it started."""

import json
import os
import re
import socket
import subprocess
import time
from importlib import metadata

import fiftyone as fo
import pytest
import requests

from expressiveness.cli import main
from fiftyone_plugin.app import install_plugin
from tests.app_command import EXPRESSIVENESS, app_of
from tests.services import LOOPBACK, REPOSITORY


@pytest.fixture
def opened(dataset_name):
    """A dataset that the App can open."""
    fo.Dataset(dataset_name, persistent=True)
    return dataset_name


def test_the_app_is_guarded_from_its_first_answer_and_ends_with_the_command(opened):
    with app_of(opened, "--allow-host", "lab.example") as (app, said):
        statuses = {host: requests.get(app, headers={"Host": host}).status_code for host in HOSTS}
        port = int(app.rpartition(":")[2])
        second = subprocess.run(
            [EXPRESSIVENESS, "app", opened, "--port", str(port)],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
        )

    assert statuses == HOSTS
    assert (second.returncode, second.stdout) == (1, "")
    assert f"port {port} is taken, perhaps by an App that still runs" in second.stderr
    assert said == [f"The App is at {app}/datasets/{opened}?workspace=review-interviews (Ctrl-C ends it)\n"], (
        "and nothing before or after"
    )
    assert not listens(port)


HOSTS = {"localhost:5151": 200, "lab.example": 200, "lab.example:8443": 200, "evil.example": 421, "": 421}
"""What is answered to each name."""


def listens(port):
    """Whether somebody still does, a few seconds later."""
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)):
                return False
        time.sleep(0.1)
    return True


def test_the_doctor_finds_database_and_plugin_and_exits_1_where_the_plugin_is_of_another_version(
    mongodb, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(fo.config, "plugins_dir", str(tmp_path))
    manifest = install_plugin(tmp_path) / "fiftyone.yml"
    assert main(["doctor", "--json", str(tmp_path / "doctor.json")]) == 0
    assert f"version {metadata.version('expressiveness')} is in {manifest.parent}" in capsys.readouterr().out
    states = {one["about"]: one["state"] for one in json.loads((tmp_path / "doctor.json").read_text())["findings"]}
    assert (states["Database"], states["Plugin"]) == ("ok", "ok")

    manifest.write_text(re.sub(r"(?m)^version: .*", "version: 0.0.1", manifest.read_text()))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert f"delete {manifest.parent}, then run: expressiveness plugin install" in said
    assert "1 of 9 must be put right" in said
