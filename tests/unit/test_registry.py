"""Things by name: ours, those of other packages, and those that a script adds."""

import subprocess
import sys
from collections import OrderedDict

import pytest

from expressiveness.errors import ConfigError
from expressiveness.registry import Registry, closest, what_else


@pytest.fixture
def containers() -> Registry[type]:
    return Registry("expressiveness.containers", "container", {"ordered": "collections:OrderedDict"})


def test_a_thing_of_ours_is_imported_when_it_is_asked_for(containers):
    assert list(containers) == ["ordered"]
    assert containers["ordered"] is OrderedDict


def test_an_unknown_name_is_answered_with_the_known_ones(containers):
    with pytest.raises(ConfigError, match="no container 'orderd'; did you mean 'ordered'"):
        containers["orderd"]
    with pytest.raises(ConfigError, match="no container 'heap'; choose from ordered"):
        containers["heap"]
    assert "heap" not in containers


def test_a_script_can_add_a_thing_but_not_replace_one(containers):
    containers.add("plain", dict)

    assert containers["plain"] is dict
    with pytest.raises(ConfigError, match="exists already"):
        containers.add("ordered", dict)


def test_an_installed_package_adds_a_thing_by_an_entry_point(tmp_path):
    info = tmp_path / "others-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[expressiveness.containers]\nplain = builtins:dict\n")
    code = (
        "from expressiveness.registry import Registry\n"
        "containers = Registry('expressiveness.containers', 'container', {})\n"
        "print(list(containers), containers['plain'])"
    )

    printed = subprocess.check_output([sys.executable, "-c", f"import sys; sys.path.append({str(tmp_path)!r})\n{code}"])

    assert printed.decode().strip() == "['plain'] <class 'dict'>"


@pytest.mark.parametrize(
    ("name", "near"), [("facial_expresion", "facial_expression"), ("OPENNES", "openness"), ("warmth", None), ("", None)]
)
def test_the_closest_name_is_found_whatever_its_capitals(name, near):
    assert closest(name, ("openness", "facial_expression")) == near


def test_what_else_to_choose_is_the_closest_name_or_else_all():
    assert what_else("opennes", ("openness", "calm")) == "did you mean 'openness'?"
    assert what_else("warmth", ("openness", "calm")) == "choose from openness, calm"
    assert what_else("warmth", ()) == "choose from none, as there are none"
