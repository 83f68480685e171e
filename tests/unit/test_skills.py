"""What an agent is told about the operators is true of them."""

import ast
import inspect
import re

import fiftyone as fo
import fiftyone.plugins as fop
import pytest
import yaml

from fiftyone_plugin.app import install_plugin
from fiftyone_plugin.operators import OPERATORS
from fiftyone_plugin.review import REVIEW_VIEWS
from tests.conftest import REPOSITORY

SKILLS = yaml.safe_load((REPOSITORY / "fiftyone.yml").read_text())["skills"]
OPERATOR = {operator().config.name: operator for operator in OPERATORS}


def text_of(skill):
    return (REPOSITORY / "skills" / skill / "SKILL.md").read_text()


def calls_of(skill):
    """Each call of an operator in the skill's code: its name and the arguments given by name."""
    for block in re.findall(r"```python\n(.*?)```", text_of(skill), re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
                yield node.func.args[0].right.value, node


def test_fiftyone_lists_every_skill_of_the_installed_plugin(tmp_path, monkeypatch):
    monkeypatch.setattr(fo.config, "plugins_dir", str(tmp_path))
    install_plugin(tmp_path)

    listed = {skill.name: skill for skill in fop.list_skills(enabled="all", plugin="@expressiveness/interviews")}

    assert sorted(listed) == sorted(SKILLS) == sorted(path.name for path in (REPOSITORY / "skills").iterdir())
    for name, skill in listed.items():
        assert skill.content == text_of(name)
        assert len(skill.description) > 100, "agents choose by it"


@pytest.mark.parametrize("skill", SKILLS)
def test_every_call_in_a_skill_is_one_that_its_operator_takes(skill):
    calls = dict(calls_of(skill))

    assert len(calls) >= 5
    for name, call in calls.items():
        arguments = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        inspect.signature(OPERATOR[name].__call__).bind(None, *call.args, **arguments)
    assert calls["review_errors"].keywords[0].value.value in REVIEW_VIEWS


@pytest.mark.parametrize("skill", SKILLS)
def test_a_skill_names_only_operators_that_are_there_and_begins_with_what_is_forbidden(skill):
    steps = re.findall(r"(?m)^\| [a-z ]+ \| (.*?) \|", text_of(skill))

    named = [name for step in steps for name in re.findall(r"`(\w+)`", step)]
    assert len(named) >= 8
    assert set(named) <= set(OPERATOR)
    assert "hiring, screening or profiling" in text_of(skill)[:1200]
