"""`doctor` says what is there, what is not, and what to do about it."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from expressiveness.cli.health import Finding, disk, examined, opencv_builds, packages


def test_what_is_installed_as_wanted_is_counted():
    found = packages(["numpy>=1", "pytest", "onnx>=1; extra == 'onnx'"])

    assert (found.state, found.advice) == ("ok", "")
    assert "all 2 are here" in found.said  # the extra was not asked for


def test_what_is_missing_or_of_another_version_is_named_with_the_line_that_installs_it():
    found = packages(["numpy>=1", "pytest>=9999", "nobody-has-this>=2"])

    assert found.state == "wrong"
    assert found.said == f"pytest is {metadata.version('pytest')}, nobody-has-this is missing"
    assert found.advice == 'pip install "pytest>=9999" "nobody-has-this>=2"'


def test_two_builds_of_opencv_in_one_folder_are_said():
    both = opencv_builds(frozenset({"opencv-python", "opencv-python-headless", "numpy"}))

    assert both.state == "note"
    assert "pip uninstall opencv-python opencv-python-headless" in both.advice
    assert "cannot open a window" in opencv_builds(frozenset({"opencv-python-headless"})).said
    assert "can open a window" in opencv_builds(frozenset({"opencv-python"})).said


@pytest.mark.parametrize(("spare", "state"), [(0, "ok"), (2**80, "note")])
def test_a_disk_that_is_nearly_full_is_said(tmp_path, spare, state):
    found = disk(tmp_path, spare=spare)

    assert found.state == state
    assert str(tmp_path) in found.said


def test_a_check_that_fails_is_a_finding_and_the_others_go_on():
    def broken() -> Finding:
        raise OSError("libEGL.so.1: cannot open shared object file")

    *others, last = examined({"Screen": broken})

    assert str(last) == "WRONG  Screen: libEGL.so.1: cannot open shared object file"
    assert {one.state for one in others} <= {"ok", "note"}, "this machine runs the tests"
    assert {"Python", "Packages", "Video", "Faces", "TensorFlow"} <= {one.about for one in others}


@pytest.mark.parametrize(("typed", "offered"), [(["tr"], "train"), (["train", "--epo"], "--epochs")])
def test_the_shell_completes_commands_and_options(typed, offered):
    answer = subprocess.run(
        [Path(sys.executable).with_name("expressiveness")],
        env={
            **os.environ,
            "_EXPRESSIVENESS_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(["expressiveness", *typed]),
            "COMP_CWORD": str(len(typed)),
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.split() == [offered]
