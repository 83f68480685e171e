"""A path may be text wherever a person who uses the library gives one."""

import inspect
import re
from importlib import import_module

import pytest

from expressiveness.data import Curation
from expressiveness.models import load_model
from tests.random_model import random_model


@pytest.mark.parametrize("package", ["faces", "movement", "store", "video"])
def test_no_public_function_takes_a_path_alone(package):
    """Where it makes something, a path of which is given: a parameter is a `Path | str`."""
    house = import_module(f"expressiveness.{package}")
    alone = re.compile(r"(?<!\| )\bPath\b(?! \|)")
    makers = {name: getattr(house, name) for name in house.__all__ if callable(getattr(house, name))}

    strict = {
        f"{name}({parameter.name})"
        for name, thing in makers.items()
        for parameter in _parameters(thing)
        if alone.search(str(parameter.annotation))
    }

    assert strict == set()


def _parameters(thing):
    records = hasattr(thing, "__dataclass_fields__") and not hasattr(thing, "prepare")  # made by us, not by users
    return [] if records or "Error" in str(thing) else inspect.signature(thing).parameters.values()


@pytest.mark.slow
def test_decisions_and_models_are_saved_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    Curation().save("c.json")
    random_model().save("m")

    assert Curation.load("c.json") == Curation()
    assert load_model("m").category_scores == (-0.9, 0.0, 0.9)
